import type { BusinessDetails, Party } from './common.ts';

/** What a party is and may ask for: `CPO`, `EMSP`, `SCSP` and the like. */
export interface PartyRole extends Party {
  readonly role: string;
  readonly businessDetails: BusinessDetails;
}

/** What two platforms give each other to talk: where, with which token, and who speaks there. */
export interface Credentials {
  readonly token: string;
  readonly versionsUrl: string;
  readonly roles: readonly PartyRole[];
  /** The hub, where one speaks for others. */
  readonly hubPartyId?: string;
}

export interface OfferedVersion {
  readonly version: string;
  readonly url: string;
}

/** A module of a version: SENDER owns the objects, RECEIVER takes them. */
export interface Endpoint {
  readonly module: string;
  readonly role: 'SENDER' | 'RECEIVER';
  readonly url: string;
}

export interface VersionDetails {
  readonly version: string;
  readonly endpoints: readonly Endpoint[];
}

/** Whether a party behind a hub can be reached. */
export interface HubClient extends Party {
  readonly role: string;
  readonly status: 'CONNECTED' | 'OFFLINE' | 'PLANNED' | 'SUSPENDED';
  readonly lastUpdatedMs: number;
}
