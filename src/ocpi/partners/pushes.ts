import type { Party } from '../../domain/roaming/common.ts';
import type { OcpiVersion } from '../../domain/roaming/partner.ts';
import type { PartnerClient } from './client.ts';
import type { PartnerBook } from './partnerBook.ts';
import { type PushPorts, PushQueue } from './pushQueue.ts';
import { receiverIn, type Told, tell } from './tell.ts';

export interface PushesPorts extends Omit<PushPorts, 'spare'> {
  readonly book: PartnerBook;
  readonly client: PartnerClient;
  readonly own: Party;
}

/** Half of what may be under way to partners at all: drivers who wait for an answer must find room. */
const spareLanes = 128;

/** Tells partners what they want to hear, each at its own pace. */
export class Pushes {
  readonly #ports: PushesPorts;
  readonly #queues = new Map<string, PushQueue>();
  readonly #spare = { left: spareLanes };

  constructor(ports: PushesPorts) {
    this.#ports = ports;
  }

  /**
   * Tells every partner that receives the module, a hub once for all behind it; `told` is asked when it is sent, for then it
   * may be newer.
   */
  toAll(module: string, key: string, told: (version: OcpiVersion) => Told): void {
    for (const partner of this.#ports.book.platforms()) this.to(partner.id, module, key, told);
  }

  /** Tells one partner, if it receives the module. */
  to(partnerId: string, module: string, key: string, told: (version: OcpiVersion) => Told): void {
    const { book } = this.#ports;
    if (receiverIn(book, partnerId, module) === undefined) return;
    const send = async (): Promise<void> => {
      // It may have left, or agreed on another version, while this waited.
      const partner = receiverIn(book, partnerId, module);
      if (partner !== undefined) await tell(this.#ports, partner, module, told(partner.state.version));
    };
    // Sessions come by the thousand, and a fault, a price or a blocked token must not wait behind them.
    this.#queue(partnerId).put(`${module} ${key}`, { send, isUrgent: module !== 'sessions' });
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
    const made = new PushQueue(partnerId, { ...this.#ports, spare: this.#spare });
    this.#queues.set(partnerId, made);
    return made;
  }
}
