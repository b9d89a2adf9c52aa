import { type Party, partyKey } from '../../domain/roaming/common.ts';
import { type HubClient, hubParty, isSameParty, type PartyRole } from '../../domain/roaming/partner.ts';
import { hubClient } from '../objects/partner.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import type { RegisteredPartner } from './partnerBook.ts';

export interface HubClientsPorts {
  readonly objects: Pick<RoamingObjects, 'pageRoamingObjects' | 'saveRoamingObject'>;
  readonly own: Party;
}

/** Of one hub; more are refused. */
const clientsMax = 5_000;
const pageCount = 500;

/** What the party is called among partners: as no platform is. */
const memberId = (hubId: string, key: string): string => `${hubId}~${key.replace('/', '-')}`;

/**
 * Who is behind each hub, and whether it can be reached: told by the hub, or seen in what came through it. Each is a partner of
 * its own, so that no party sees or changes what is another's [OCPI 2.2.1 hubclientinfo].
 */
export class HubClients {
  readonly #ports: HubClientsPorts;
  readonly #clients = new Map<string, Map<string, HubClient>>();
  #members = new WeakMap<RegisteredPartner, ReadonlyMap<string, RegisteredPartner>>();

  constructor(ports: HubClientsPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier process was told. */
  async load(hubIds: readonly string[]): Promise<void> {
    for (const partnerId of hubIds) {
      const shelf = { kind: 'hub client', partnerId } as const;
      for (let offset = 0; offset < clientsMax; offset += pageCount) {
        const page = { ...shelf, offset, limit: pageCount };
        const { items } = await this.#ports.objects.pageRoamingObjects(page);
        for (const { document } of items) this.#keep(partnerId, hubClient.read(document));
        if (items.length < pageCount) break;
      }
    }
  }

  /** What was told last of the party. */
  find(hubId: string, party: Party): HubClient | undefined {
    return newestOf(this.#clients.get(hubId)?.values() ?? []).get(partyKey(party));
  }

  /** Durable when it resolves; `left` where more was told of it since. */
  async take(hubId: string, client: HubClient): Promise<'added' | 'replaced' | 'left' | 'full'> {
    const key = keyOf(client);
    const known = this.#clients.get(hubId)?.get(key);
    if (known !== undefined && known.lastUpdatedMs > client.lastUpdatedMs) return 'left';
    if (known === undefined && (this.#clients.get(hubId)?.size ?? 0) >= clientsMax) return 'full';
    const { lastUpdatedMs } = client;
    await this.#ports.objects.saveRoamingObject({
      ...{ kind: 'hub client', partnerId: hubId, id: key, alias: '', isDue: false },
      ...{ createdAtMs: lastUpdatedMs, lastUpdatedMs, document: hubClient.write(client) },
    });
    this.#keep(hubId, client);
    return known === undefined ? 'added' : 'replaced';
  }

  /** By their ids. */
  members(hub: RegisteredPartner): ReadonlyMap<string, RegisteredPartner> {
    const known = this.#members.get(hub);
    if (known !== undefined) return known;
    const clients = [...(this.#clients.get(hub.id)?.values() ?? [])];
    const made = membersOf(hub, clients, this.#ports.own);
    this.#members.set(hub, made);
    return made;
  }

  member(hub: RegisteredPartner, party: Party): RegisteredPartner | undefined {
    return this.members(hub).get(memberId(hub.id, partyKey(party)));
  }

  /** Whoever comes under the name of that hub later begins with nobody behind it. */
  forget(hubId: string): void {
    this.#clients.delete(hubId);
    this.#members = new WeakMap();
  }

  #keep(hubId: string, client: HubClient): void {
    const clients = this.#clients.get(hubId) ?? new Map<string, HubClient>();
    clients.set(keyOf(client), client);
    this.#clients.set(hubId, clients);
    this.#members = new WeakMap();
  }
}

/** All parties that a hub tells of, in its credentials or later, but itself and us. */
function membersOf(
  hub: RegisteredPartner,
  clients: readonly HubClient[],
  own: Party,
): ReadonlyMap<string, RegisteredPartner> {
  const { hubPartyId: _, ...state } = hub.state;
  const hubItself = hubParty(hub.state);
  const byParty = new Map<string, PartyRole[]>();
  for (const role of [...state.roles, ...clients.map(roleOf)]) {
    if (isSameParty(role, own) || (hubItself !== undefined && isSameParty(role, hubItself))) continue;
    byParty.set(partyKey(role), [...(byParty.get(partyKey(role)) ?? []), role]);
  }
  const newest = newestOf(clients);
  return new Map(
    [...byParty].map(([key, roles]) => {
      const id = memberId(hub.id, key);
      const isAway = (newest.get(key)?.status ?? 'CONNECTED') !== 'CONNECTED';
      return [
        id,
        { ...hub, id, state: { ...state, roles, access: { ...state.access, isAway }, isBehindHub: true } },
      ];
    }),
  );
}

/** A party has one connection, and tells of it in each of its roles. */
const keyOf = (client: HubClient): string => partyKey(client, client.role);

/** What was told last of each party, by its key, in whichever of its roles. */
function newestOf(clients: Iterable<HubClient>): ReadonlyMap<string, HubClient> {
  const newest = new Map<string, HubClient>();
  for (const client of clients) {
    const key = partyKey(client);
    const known = newest.get(key);
    if (known === undefined || known.lastUpdatedMs <= client.lastUpdatedMs) newest.set(key, client);
  }
  return newest;
}

const roleOf = ({ role, countryCode, partyId }: HubClient): PartyRole => ({
  ...{ role, countryCode, partyId },
  businessDetails: { name: `${countryCode}-${partyId}` },
});
