import type { Party } from '../../domain/roaming/common.ts';
import { hubParty, isSameParty } from '../../domain/roaming/partner.ts';
import { statusCodes } from '../envelope.ts';
import { invalid, OcpiRefusal } from '../transport/reply.ts';
import { routedParty } from '../transport/routing.ts';
import type { HubClients } from './hubClients.ts';
import type { RegisteredPartner } from './partnerBook.ts';

export interface BehindHubPorts {
  readonly clients: HubClients;
  readonly own: Party;
  nowMs(): number;
}

interface RoutedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Of the object that is named, where one is. */
  readonly urlParty: Party | undefined;
}

/**
 * Whose request it is that came through a hub: of the party that it is from, or, where the hub tells everybody what one party
 * said, of the party whose object it is [OCPI 2.2.1 transport and format, broadcast push]. Whoever was not heard of before is
 * known from then on. Throws the refusal of what is for somebody else.
 */
export async function behindHub(
  { clients, own, nowMs }: BehindHubPorts,
  hub: RegisteredPartner,
  { headers, urlParty }: RoutedRequest,
): Promise<RegisteredPartner> {
  const to = routedParty(headers, 'to');
  if (to !== undefined && !isSameParty(to, own)) {
    const reply = { httpStatus: 200, statusCode: statusCodes.unknownReceiver };
    throw new OcpiRefusal(reply, `${to.countryCode}-${to.partyId} is not here`);
  }
  const itself = hubParty(hub.state) ?? own;
  const from = routedParty(headers, 'from');
  const party = from === undefined || isSameParty(from, itself) ? urlParty : from;
  if (party === undefined || isSameParty(party, itself) || isSameParty(party, own)) return alone(hub, itself);
  const known = clients.member(hub, party);
  if (known !== undefined) return known;
  const heard = { ...party, role: 'OTHER', status: 'CONNECTED', lastUpdatedMs: nowMs() } as const;
  if ((await clients.take(hub.id, heard)) === 'full')
    throw invalid('there are as many parties behind you as can be kept');
  return clients.member(hub, party) ?? alone(hub, itself);
}

/** The hub without the parties that it tells of: their objects are not its own. */
function alone(hub: RegisteredPartner, itself: Party): RegisteredPartner {
  const role = { ...itself, role: 'HUB', businessDetails: { name: hub.id } };
  return { ...hub, state: { ...hub.state, roles: [role] } };
}
