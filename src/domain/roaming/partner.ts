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

export const ocpiVersions = ['2.2.1', '2.3.0'] as const;
export type OcpiVersion = (typeof ocpiVersions)[number];

/** Another platform that speaks OCPI with us, and how far we are with it. */
export interface Partner {
  readonly id: string;
  readonly addedAtMs: number;
  readonly addedBy: string;
  readonly state: PartnerState;
}

/**
 * `invited`: it was given a first token, good for a registration alone. `registering`: we are registering with it, and it may
 * look at our versions meanwhile. `left`: it unregistered.
 */
export type PartnerState =
  | { readonly kind: 'invited' | 'registering'; readonly issuedSha256: string }
  | { readonly kind: 'left' }
  | Registered;

export interface Registered {
  readonly kind: 'registered';
  /** Of the token that it shows us. */
  readonly issuedSha256: string;
  /** Of the one before, good until the newer one is seen: the answer that told it may have been lost. */
  readonly earlierSha256?: string;
  readonly version: OcpiVersion;
  readonly access: PartnerAccess;
  readonly versionsUrl: string;
  readonly roles: readonly PartyRole[];
  /** Told in 2.3.0, where no role says so. */
  readonly hubPartyId?: string;
  /** It is one of the parties behind a hub: a partner in all but the connection, which is the hub's. */
  readonly isBehindHub?: boolean;
  readonly endpoints: readonly Endpoint[];
}

/** The party that a hub itself is; undefined for who is none. 2.2.1 has a role for it, 2.3.0 a field: country and id in one. */
export function hubParty({ roles, hubPartyId }: Pick<Registered, 'roles' | 'hubPartyId'>): Party | undefined {
  const own = roles.find(({ role }) => role === 'HUB');
  if (own !== undefined) return { countryCode: own.countryCode, partyId: own.partyId };
  if (hubPartyId === undefined) return undefined;
  return { countryCode: hubPartyId.slice(0, 2), partyId: hubPartyId.slice(2) };
}

/** Whether it speaks for parties that others may be connected with directly, too. */
export const isHub = (state: Pick<Registered, 'roles' | 'hubPartyId'>): boolean =>
  hubParty(state) !== undefined;

/** How we reach a partner. */
export interface PartnerAccess {
  /** Scheme, host and port of its versions URL: nothing that it names leads anywhere else. */
  readonly origin: string;
  /** The token that we show. It must be told in clear, so it cannot be kept as a hash. */
  readonly token: string;
  /** The hub before it tells that it is not connected: it is not asked. */
  readonly isAway?: boolean;
  /** `raw`: older platforms read the header as it is, without base64. */
  readonly tokenForm: TokenForm;
}

export type TokenForm = 'base64' | 'raw';

/**
 * `own`: something of ours that every partner may read. The others belong to one partner, who alone reads them. `received
 * session`: one at its own stations, which it told us; a `session` is at ours, and we tell it.
 */
export type RoamingKind =
  | 'own'
  | 'token'
  | 'session'
  | 'cdr'
  | 'reservation'
  | 'booking'
  | 'profile'
  | PaymentKind
  | 'received session'
  | 'hub client'
  | RetailKind;

/** Terminals of payment providers, what they took from cards, and which session was started under a reference of theirs. */
type PaymentKind = 'terminal' | 'payment' | 'reference';

/**
 * What a retailer keeps: tokens that it issued and the contracts that they are on, places, prices and bills of others, and
 * until when each of them was asked.
 */
export type RetailKind =
  | 'issued token'
  | 'contract'
  | 'received location'
  | 'received tariff'
  | 'received cdr'
  | 'asked';

/** An object that is kept for a partner. */
export interface RoamingObject {
  readonly kind: RoamingKind;
  /** Empty for what is our own. */
  readonly partnerId: string;
  readonly id: string;
  /** What else it is found by, over all partners: the uid of a token, our own id of a session. */
  readonly alias: string;
  readonly createdAtMs: number;
  readonly lastUpdatedMs: number;
  /** A CDR that the partner is still to be told of; a session that has no CDR yet, or has not ended. */
  readonly isDue: boolean;
  /** Of a booking: what its site lists it by. */
  readonly site?: { readonly id: string; readonly startMs: number };
  /** As it is told in OCPI 2.3.0, JSON; a session with what its CDR will need beside it. */
  readonly document: unknown;
}

/** Case means nothing in the names of parties. */
export const isSameParty = (a: Party, b: Party): boolean =>
  a.countryCode.toUpperCase() === b.countryCode.toUpperCase() &&
  a.partyId.toUpperCase() === b.partyId.toUpperCase();
