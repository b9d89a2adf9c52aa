import type { BilledPeriod } from '../pricing/billedPeriod.ts';
import type { Fraction } from '../pricing/fraction.ts';
import type { BilledPrice, Party } from './common.ts';
import type { Coordinates, PowerType } from './location.ts';
import type { AuthMethod, CdrToken } from './session.ts';
import type { Tariff } from './tariff.ts';

/** Where a session was, as it was when it began. */
export interface CdrLocation {
  readonly id: string;
  readonly name?: string;
  readonly address: string;
  readonly city: string;
  readonly postalCode?: string;
  readonly state?: string;
  /** ISO 3166-1 alpha-3. */
  readonly country: string;
  readonly coordinates: Coordinates;
  readonly evseUid: string;
  readonly evseId: string;
  readonly connectorId: string;
  readonly connectorStandard: string;
  readonly connectorFormat: 'SOCKET' | 'CABLE';
  readonly connectorPowerType: PowerType;
}

/** What a meter signed, passed on as it came: whoever checks it needs every character. */
export interface SignedData {
  readonly encodingMethod: string;
  readonly encodingMethodVersion?: number;
  readonly publicKey?: string;
  readonly values: readonly {
    readonly nature: string;
    readonly plainData: string;
    readonly signedData: string;
  }[];
  readonly url?: string;
}

/** The record by which a session is billed. It never changes; a mistake is undone by a record that credits it. */
export interface Cdr extends Party {
  readonly id: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly sessionId?: string;
  readonly token: CdrToken;
  readonly authMethod: AuthMethod;
  readonly authorizationReference?: string;
  readonly location: CdrLocation;
  readonly meterId?: string;
  readonly currency: string;
  /** As they were when the session began. */
  readonly tariffs: readonly Tariff[];
  readonly periods: readonly BilledPeriod[];
  readonly signedData?: SignedData;
  readonly totalCost: BilledPrice;
  readonly totalFixedCost?: BilledPrice;
  readonly totalEnergyKwh: Fraction;
  readonly totalEnergyCost?: BilledPrice;
  readonly totalTimeHours: Fraction;
  readonly totalTimeCost?: BilledPrice;
  readonly totalParkingTimeHours?: Fraction;
  readonly totalParkingCost?: BilledPrice;
  readonly totalReservationCost?: BilledPrice;
  readonly remark?: string;
  readonly invoiceReferenceId?: string;
  readonly isCredit?: boolean;
  readonly creditReferenceId?: string;
  readonly isHomeChargingCompensated?: boolean;
  /** The booking that it makes use of; told in 2.3.0. */
  readonly bookingId?: string;
  readonly lastUpdatedMs: number;
}
