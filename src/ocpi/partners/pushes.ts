import type { Party } from '../../domain/roaming/common.ts';
import type { OcpiVersion, PartyRole } from '../../domain/roaming/partner.ts';
import type { Codec } from '../codec.ts';
import { answerDecoder } from '../envelope.ts';
import { joined } from '../transport/partnerUrl.ts';
import type { PartnerClient } from './client.ts';
import type { PartnerBook, RegisteredPartner } from './partnerBook.ts';
import { type PushPorts, PushQueue } from './pushQueue.ts';

/** What is told, at the moment it is sent. */
export interface Told {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  /** Below the module's URL. */
  readonly path: readonly string[];
  readonly body: unknown;
}

export interface PushesPorts extends PushPorts {
  readonly book: PartnerBook;
  readonly client: PartnerClient;
  readonly own: Party;
}

/** Nobody says what comes back for what is told [OCPI 2.2.1 transport and format]: it is not looked at. */
const anything: Codec<unknown> = { schema: {}, read: (wire) => wire, write: (value) => value };
export const readAcknowledgement = answerDecoder(anything);

/** Tells partners what they want to hear, each at its own pace. */
export class Pushes {
  readonly #ports: PushesPorts;
  readonly #queues = new Map<string, PushQueue>();

  constructor(ports: PushesPorts) {
    this.#ports = ports;
  }

  /** Tells every partner that receives the module; `told` is asked when it is sent, for then it may be newer. */
  toAll(module: string, key: string, told: (version: OcpiVersion) => Told): void {
    for (const partner of this.#ports.book.registered()) this.to(partner.id, module, key, told);
  }

  /** Tells one partner, if it receives the module. `done` hears that it took it. */
  to(
    partnerId: string,
    module: string,
    key: string,
    told: (version: OcpiVersion) => Told,
    done?: () => Promise<void>,
  ): void {
    const receiver = (): RegisteredPartner | undefined =>
      this.#ports.book
        .registered()
        .find(({ id, state }) => id === partnerId && urlOf(state, module) !== undefined);
    if (receiver() === undefined) return;
    this.#queue(partnerId).put(`${module} ${key}`, async () => {
      // It may have left, or agreed on another version, while this waited.
      const partner = receiver();
      if (partner === undefined) return;
      await this.#send(partner, module, told(partner.state.version));
      await done?.();
    });
  }

  /** May be called twice. */
  stop(): void {
    for (const queue of this.#queues.values()) queue.stop();
  }

  async #send({ state }: RegisteredPartner, module: string, { method, path, body }: Told): Promise<void> {
    const { client, own } = this.#ports;
    const url = joined(urlOf(state, module) ?? '', ...path);
    const route = { from: own, to: receiverOf(state.roles) };
    await client.call(state.access, { method, url, body, route, read: readAcknowledgement });
  }

  #queue(partnerId: string): PushQueue {
    const known = this.#queues.get(partnerId);
    if (known !== undefined) return known;
    for (const id of this.#queues.keys()) {
      if (this.#ports.book.find(id) !== undefined) continue;
      this.#queues.get(id)?.stop();
      this.#queues.delete(id);
    }
    const made = new PushQueue(partnerId, this.#ports);
    this.#queues.set(partnerId, made);
    return made;
  }
}

const urlOf = ({ endpoints }: RegisteredPartner['state'], module: string): string | undefined =>
  endpoints.find((each) => each.module === module && each.role === 'RECEIVER')?.url;

/** Who of the partner hears us: its eMSP, or whoever it is. Credentials have one role at least. */
function receiverOf(roles: readonly PartyRole[]): Party {
  const role = roles.find((each) => each.role === 'EMSP') ?? roles[0];
  return { countryCode: role?.countryCode ?? '', partyId: role?.partyId ?? '' };
}
