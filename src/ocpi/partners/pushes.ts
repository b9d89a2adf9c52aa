import type { Party } from '../../domain/roaming/common.ts';
import type { OcpiVersion } from '../../domain/roaming/partner.ts';
import type { PartnerClient } from './client.ts';
import type { PartnerBook, RegisteredPartner } from './partnerBook.ts';
import { type PushPorts, PushQueue } from './pushQueue.ts';
import { receiverUrl, type Told, tell } from './tell.ts';

export interface PushesPorts extends PushPorts {
  readonly book: PartnerBook;
  readonly client: PartnerClient;
  readonly own: Party;
}

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

  /** Tells one partner, if it receives the module. */
  to(partnerId: string, module: string, key: string, told: (version: OcpiVersion) => Told): void {
    const receiver = (): RegisteredPartner | undefined =>
      this.#ports.book
        .registered()
        .find(({ id, state }) => id === partnerId && receiverUrl(state, module) !== undefined);
    if (receiver() === undefined) return;
    this.#queue(partnerId).put(`${module} ${key}`, async () => {
      // It may have left, or agreed on another version, while this waited.
      const partner = receiver();
      if (partner === undefined) return;
      await tell(this.#ports, partner, module, told(partner.state.version));
    });
  }

  /** May be called twice. */
  stop(): void {
    for (const queue of this.#queues.values()) queue.stop();
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
