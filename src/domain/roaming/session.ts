import type { BilledPeriod } from '../pricing/billedPeriod.ts';
import type { Fraction } from '../pricing/fraction.ts';
import type { BilledPrice, Party } from './common.ts';

/** The token a session was started with, as it was then. */
export interface CdrToken extends Party {
  readonly uid: string;
  /** `RFID`, `APP_USER` and the like: see the version's TokenType. */
  readonly type: string;
  readonly contractId: string;
}

/** Asked for at the moment; started by a command; found in the list of tokens. */
export type AuthMethod = 'AUTH_REQUEST' | 'COMMAND' | 'WHITELIST';

export type RoamingSessionStatus = 'ACTIVE' | 'COMPLETED' | 'INVALID' | 'PENDING' | 'RESERVATION';

/** A charge or a reservation as parties tell it to each other while it goes on. */
export interface RoamingSession extends Party {
  readonly id: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly energyKwh: Fraction;
  readonly token: CdrToken;
  readonly authMethod: AuthMethod;
  readonly authorizationReference?: string;
  readonly locationId: string;
  readonly evseUid: string;
  readonly connectorId: string;
  readonly meterId?: string;
  readonly currency: string;
  readonly periods: readonly BilledPeriod[];
  readonly totalCost?: BilledPrice;
  readonly status: RoamingSessionStatus;
  readonly lastUpdatedMs: number;
}
