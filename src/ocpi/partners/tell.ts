import type { Party } from '../../domain/roaming/common.ts';
import { hubParty, type PartyRole, type Registered } from '../../domain/roaming/partner.ts';
import type { Codec } from '../codec.ts';
import { answerDecoder } from '../envelope.ts';
import { joined } from '../transport/partnerUrl.ts';
import type { PartnerClient } from './client.ts';
import { endpointUrl, isRegistered, type PartnerBook, type RegisteredPartner } from './partnerBook.ts';

/** What is told, at the moment it is sent. */
export interface Told {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  /** Below the module's URL. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Of the partner's parties; its eMSP where it is missing. */
  readonly to?: Party;
}

/** Nobody says what comes back for what is told [OCPI 2.2.1 transport and format]: it is not looked at. */
const anything: Codec<unknown> = { schema: {}, read: (wire) => wire, write: (value) => value };
export const readAcknowledgement = answerDecoder(anything);

/**
 * Who sets charging profiles hears as their sender what became of them [OCPI 2.2.1 chargingprofiles, sender interface], and who
 * owns terminals where they are to stand [OCPI 2.3.0 mod_payments, sender interface].
 */
const heardBySenders: ReadonlySet<string> = new Set(['chargingprofiles', 'payments']);

/** Who of a partner hears of a module, where it is not its eMSP. */
const hearers: Readonly<Record<string, string>> = { tokens: 'CPO', payments: 'PTP' };

/** Where a partner takes what we tell of a module; undefined where it takes nothing. */
export const receiverUrl = (state: Registered, module: string): string | undefined =>
  endpointUrl(state, module, heardBySenders.has(module) ? 'SENDER' : 'RECEIVER');

/**
 * The partner, where it can be told of the module. Who is away behind a hub asks when it is back: nothing is queued for it
 * [OCPI 2.2.1 hubclientinfo, another party goes OFFLINE].
 */
export function receiverIn(
  book: PartnerBook,
  partnerId: string,
  module: string,
): RegisteredPartner | undefined {
  const partner = book.find(partnerId);
  if (partner === undefined || !isRegistered(partner) || partner.state.access.isAway === true)
    return undefined;
  return receiverUrl(partner.state, module) === undefined ? undefined : partner;
}

/** Tells a partner that receives the module. Throws a PartnerUnreachableError or a PartnerRefusalError. */
export async function tell(
  { client, own }: { readonly client: Pick<PartnerClient, 'call'>; readonly own: Party },
  { state }: RegisteredPartner,
  module: string,
  { method, path, query, body, to = hearerOf(state, module) }: Told,
): Promise<void> {
  const base = joined(receiverUrl(state, module) ?? '', ...path);
  const url = query === undefined ? base : `${base}?${new URLSearchParams(query)}`;
  await client.call(state.access, { method, url, body, route: { from: own, to }, read: readAcknowledgement });
}

/** What is told to a hub itself goes to everybody behind it [OCPI 2.2.1 transport and format, broadcast push]. */
const hearerOf = (state: Registered, module: string): Party =>
  hubParty(state) ?? partyOf(state.roles, hearers[module] ?? 'EMSP');

/** Who of the partner is meant: who has this role, or whoever it is. Credentials have one role at least. */
export function partyOf(roles: readonly PartyRole[], meant: string): Party {
  const role = roles.find((each) => each.role === meant) ?? roles[0];
  return { countryCode: role?.countryCode ?? '', partyId: role?.partyId ?? '' };
}
