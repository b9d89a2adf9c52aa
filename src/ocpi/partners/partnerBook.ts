import type { Party } from '../../domain/roaming/common.ts';
import {
  type Endpoint,
  isHub,
  isSameParty,
  type Partner,
  type PartnerState,
  type PartyRole,
  type Registered,
} from '../../domain/roaming/partner.ts';
import { sha256 } from '../transport/tokens.ts';

export interface PartnerBookStore {
  savePartner(partner: Partner): Promise<void>;
  deletePartner(id: string): Promise<void>;
}

/** A partner that is registered. */
export interface RegisteredPartner extends Partner {
  readonly state: Registered;
}

/** Who showed a token, and the token itself. */
export interface Presented {
  readonly partner: Partner;
  readonly token: string;
}

export const partnersMax = 1_000;

/** The parties behind a hub, by their ids: partners of their own. */
type MembersOf = (hub: RegisteredPartner) => ReadonlyMap<string, RegisteredPartner>;

/** Every partner, found by its id or by the token that it shows. */
export class PartnerBook {
  readonly #store: PartnerBookStore;
  readonly #partners = new Map<string, Partner>();
  readonly #byToken = new Map<string, Partner>();
  readonly #busy = new Set<string>();
  /** Being kept: what they register nobody else can by then. */
  readonly #coming = new Map<string, Partner>();
  readonly #membersOf: MembersOf;

  constructor(
    store: PartnerBookStore,
    partners: readonly Partner[],
    membersOf: MembersOf = () => new Map<string, RegisteredPartner>(),
  ) {
    this.#store = store;
    this.#membersOf = membersOf;
    for (const partner of partners) this.#keep(partner);
  }

  /** Whoever was ever connected with us, hubs and not the parties behind them. */
  list(): readonly Partner[] {
    return [...this.#partners.values()];
  }

  /** Those of the list that are registered. */
  platforms(): readonly RegisteredPartner[] {
    return this.list().filter(isRegistered);
  }

  hubs(): readonly RegisteredPartner[] {
    return this.platforms().filter(({ state }) => isHub(state));
  }

  /** Whoever has objects of its own: the parties behind a hub in the place of the hub. */
  registered(): readonly RegisteredPartner[] {
    return this.platforms().flatMap((each) =>
      isHub(each.state) ? [...this.#membersOf(each).values()] : [each],
    );
  }

  /** Whoever may have had objects of its own. */
  owners(): readonly Partner[] {
    return [...this.list().filter((each) => !isRegistered(each)), ...this.registered()];
  }

  platform(id: string): Partner | undefined {
    return this.#partners.get(id);
  }

  /** A platform, or a party behind a hub. */
  find(id: string): Partner | undefined {
    const known = this.#partners.get(id);
    if (known !== undefined) return known;
    const hub = this.#partners.get(id.slice(0, Math.max(0, id.lastIndexOf('~'))));
    return hub !== undefined && isRegistered(hub) ? this.#membersOf(hub).get(id) : undefined;
  }

  /** The first of these tokens that is good. They are found by their hashes, so timing tells nothing of them. */
  presented(tokens: readonly string[]): Presented | undefined {
    for (const token of tokens) {
      const partner = this.#byToken.get(sha256(token));
      if (partner !== undefined) return { partner, token };
    }
    return undefined;
  }

  /** The newest token was seen, so the partner has it: the one before is good for nothing from then on. */
  async seen({ partner, token }: Presented): Promise<void> {
    if (!isRegistered(partner) || partner.state.earlierSha256 === undefined) return;
    if (sha256(token) !== partner.state.issuedSha256) return;
    const { earlierSha256: _, ...state } = partner.state;
    await this.put({ ...partner, state });
  }

  /** Durable and in force when it resolves; `full` where there is no room for another. */
  async put(partner: Partner): Promise<'kept' | 'full'> {
    if (!this.#partners.has(partner.id) && this.#partners.size >= partnersMax) return 'full';
    this.#coming.set(partner.id, partner);
    try {
      await this.#store.savePartner(partner);
    } finally {
      this.#coming.delete(partner.id);
    }
    this.#keep(partner);
    return 'kept';
  }

  /**
   * The role of a party that another partner has registered, or is registering: its objects would be two partners'. A hub
   * takes nothing from anybody, and nobody from it: what comes through it is kept apart.
   */
  takenBy(id: string, asked: Pick<Registered, 'roles' | 'hubPartyId'>): PartyRole | undefined {
    if (isHub(asked)) return undefined;
    const taken = [...this.#partners.values(), ...this.#coming.values()]
      .filter(isRegistered)
      .filter((other) => other.id !== id && !isHub(other.state))
      .flatMap(({ state }) => state.roles);
    return asked.roles.find((role) =>
      taken.some((other) => other.role === role.role && isSameParty(other, role)),
    );
  }

  /** Its tokens are good for nothing once it resolves. */
  async remove(id: string): Promise<void> {
    await this.#store.deletePartner(id);
    this.#forget(id);
  }

  /** Does the work unless a handshake with that partner is under way, which it would cut across. */
  async alone<T>(id: string, work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.#busy.has(id)) return 'busy';
    this.#busy.add(id);
    try {
      return await work();
    } finally {
      this.#busy.delete(id);
    }
  }

  #keep(partner: Partner): void {
    this.#forget(partner.id);
    this.#partners.set(partner.id, partner);
    for (const hash of hashesOf(partner.state)) this.#byToken.set(hash, partner);
  }

  #forget(id: string): void {
    const known = this.#partners.get(id);
    if (known === undefined) return;
    this.#partners.delete(id);
    for (const hash of hashesOf(known.state)) this.#byToken.delete(hash);
  }
}

export const isRegistered = (partner: Partner): partner is RegisteredPartner =>
  partner.state.kind === 'registered';

/** Where a partner has one side of a module; undefined where it has none. */
export const endpointUrl = (
  { endpoints }: Pick<Registered, 'endpoints'>,
  module: string,
  role: Endpoint['role'],
): string | undefined =>
  endpoints.find((each) => isSameModule(each.module, module) && each.role === role)?.url;

/** The only name with a capital and in the singular [OCPI Bookings 1.1 mod_bookings]; some partners write it as the others. */
const isSameModule = (told: string, module: string): boolean =>
  told === module || (module === 'Booking' && /^bookings?$/i.test(told));

/** Whether the partner speaks for that party: nobody else's objects are any of its business. */
export const speaksFor = ({ state }: RegisteredPartner, party: Party): boolean =>
  state.roles.some((role) => isSameParty(role, party));

function hashesOf(state: PartnerState): readonly string[] {
  if (state.kind === 'left') return [];
  const earlier = state.kind === 'registered' ? state.earlierSha256 : undefined;
  return earlier === undefined ? [state.issuedSha256] : [state.issuedSha256, earlier];
}
