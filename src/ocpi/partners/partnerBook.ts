import type { Party } from '../../domain/roaming/common.ts';
import {
  isSameParty,
  type Partner,
  type PartnerState,
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

/** Every partner, found by its id or by the token that it shows. */
export class PartnerBook {
  readonly #store: PartnerBookStore;
  readonly #partners = new Map<string, Partner>();
  readonly #byToken = new Map<string, Partner>();
  readonly #busy = new Set<string>();

  constructor(store: PartnerBookStore, partners: readonly Partner[]) {
    this.#store = store;
    for (const partner of partners) this.#keep(partner);
  }

  list(): readonly Partner[] {
    return [...this.#partners.values()];
  }

  registered(): readonly RegisteredPartner[] {
    return this.list().filter(isRegistered);
  }

  find(id: string): Partner | undefined {
    return this.#partners.get(id);
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
    await this.#store.savePartner(partner);
    this.#keep(partner);
    return 'kept';
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

/** Whether the partner speaks for that party: nobody else's objects are any of its business. */
export const speaksFor = ({ state }: RegisteredPartner, party: Party): boolean =>
  state.roles.some((role) => isSameParty(role, party));

function hashesOf(state: PartnerState): readonly string[] {
  if (state.kind === 'left') return [];
  const earlier = state.kind === 'registered' ? state.earlierSha256 : undefined;
  return earlier === undefined ? [state.issuedSha256] : [state.issuedSha256, earlier];
}
