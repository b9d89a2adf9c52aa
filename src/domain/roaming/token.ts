import type { DisplayText, Party } from './common.ts';

/** How a driver wants to charge. The planner's input, and the key to the tariff of the same name. */
export type ProfileType = 'CHEAP' | 'FAST' | 'GREEN' | 'REGULAR';

/** Whether a token may be trusted without asking its owner: always, when asked first, when nobody answers, never. */
export type Whitelist = 'ALWAYS' | 'ALLOWED' | 'ALLOWED_OFFLINE' | 'NEVER';

/** What a driver shows or sends to be let in. Unique by owner, uid and type. */
export interface Token extends Party {
  readonly uid: string;
  /** `RFID`, `APP_USER` and the like: see the version's TokenType. */
  readonly type: string;
  readonly contractId: string;
  readonly visualNumber?: string;
  readonly issuer: string;
  /** Tokens of one group may stop each other's sessions. */
  readonly groupId?: string;
  readonly isValid: boolean;
  readonly whitelist: Whitelist;
  readonly language?: string;
  readonly defaultProfileType?: ProfileType;
  /** The supplier whose electricity bill takes the session. */
  readonly energyContract?: EnergyContract;
  readonly lastUpdatedMs: number;
}

export interface EnergyContract {
  readonly supplierName: string;
  readonly contractId?: string;
}

/** Where a driver wants to charge, when the owner of the token is asked. */
export interface LocationReferences {
  readonly locationId: string;
  readonly evseUids: readonly string[];
}

/** The answer of a token's owner. */
export interface AuthorizationInfo {
  readonly allowed: 'ALLOWED' | 'BLOCKED' | 'EXPIRED' | 'NO_CREDIT' | 'NOT_ALLOWED';
  readonly token: Token;
  readonly location?: LocationReferences;
  readonly authorizationReference?: string;
  readonly info?: DisplayText;
}
