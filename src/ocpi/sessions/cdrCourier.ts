import type { Clock } from '../../control/ports.ts';
import { backOffMs, spread } from '../../domain/backOff.ts';
import { every } from '../../domain/every.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import type { Logger } from '../../log.ts';
import { type PartnerClient, PartnerRefusalError } from '../partners/client.ts';
import type { PartnerBook, RegisteredPartner } from '../partners/partnerBook.ts';
import { receiverIn, tell } from '../partners/tell.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { cdr } from '../v230/cdr.ts';
import { cdrOf } from '../versions.ts';

export interface CdrCourierPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly client: Pick<PartnerClient, 'call'>;
  readonly book: PartnerBook;
  readonly objects: RoamingObjects;
  readonly own: Party;
}

/** Sent in one round, the oldest first. */
const roundMax = 1_000;
const pause = { firstMs: 1_000, maxMs: 3_600_000 };
/** Partners that have come, or come back, are found this often. */
const sweepMs = 600_000;

/**
 * Brings every CDR to its partner, and once it was taken never again. What is not taken is tried for as long as it takes:
 * a CDR is money. Partners are served side by side, the CDRs of each one after the other.
 */
export class CdrCourier {
  readonly #ports: CdrCourierPorts;
  readonly #rounds = new Map<string, Promise<void>>();
  /** Partners with a CDR that came while a round was under way. */
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #cancels = new Map<string, () => void>();
  #stopSweeping = (): void => undefined;
  #isStopped = false;

  constructor(ports: CdrCourierPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier process left. */
  start(): void {
    const sweep = (): void => {
      for (const { id } of this.#ports.book.registered()) if (!this.#cancels.has(id)) this.wake(id);
    };
    sweep();
    this.#stopSweeping = every(this.#ports.clock, sweepMs, sweep);
  }

  /** There may be CDRs for this partner. */
  wake(partnerId: string): void {
    if (this.#isStopped) return;
    this.#cancels.get(partnerId)?.();
    this.#cancels.delete(partnerId);
    if (this.#rounds.has(partnerId)) {
      this.#again.add(partnerId);
      return;
    }
    const round = this.#round(partnerId).then((isDone) => {
      this.#rounds.delete(partnerId);
      if (isDone) this.#failures.delete(partnerId);
      else this.#wakeLater(partnerId);
      if (this.#again.delete(partnerId) && isDone) this.wake(partnerId);
    });
    this.#rounds.set(partnerId, round);
  }

  /** May be called twice. Nothing is sent once it resolves. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopSweeping();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    await Promise.all(this.#rounds.values());
  }

  /** Whether nothing is left to be sent. Never rejects. */
  async #round(partnerId: string): Promise<boolean> {
    const { objects, log } = this.#ports;
    const shelf = { kind: 'cdr', partnerId } as const;
    try {
      const due = await objects.dueRoamingObjects(shelf, roundMax);
      let leftCount = due.length === roundMax ? 1 : 0;
      for (const object of due) {
        const partner = receiverIn(this.#ports.book, partnerId, 'cdrs');
        // It asks for its CDRs itself, or has left.
        if (partner === undefined) return true;
        if (this.#isStopped) return false;
        if (await this.#isTaken(partner, object)) await objects.toldRoamingObject(shelf, object.id);
        else leftCount += 1;
      }
      return leftCount === 0;
    } catch (error) {
      if (!this.#isStopped) log.warn({ err: error, partner: partnerId }, 'CDRs could not be sent yet');
      return false;
    }
  }

  /** False where the partner will not have this one, and may want the next. Throws where it cannot be reached. */
  async #isTaken(partner: RegisteredPartner, { id, document }: RoamingObject): Promise<boolean> {
    const { codec } = cdrOf(partner.state.version);
    const bill = cdr.read(document);
    try {
      await tell(this.#ports, partner, 'cdrs', {
        method: 'POST',
        path: [],
        body: codec.write(bill),
        to: bill.token,
      });
      return true;
    } catch (error) {
      if (!(error instanceof PartnerRefusalError) || error.isFleeting) throw error;
      this.#ports.log.error({ err: error, partner: partner.id, cdrId: id }, 'partner refused a CDR');
      return false;
    }
  }

  #wakeLater(partnerId: string): void {
    if (this.#isStopped) return;
    const failures = (this.#failures.get(partnerId) ?? 0) + 1;
    this.#failures.set(partnerId, failures);
    const { clock, random } = this.#ports;
    const cancel = clock.after(spread(backOffMs(pause, failures), random()), () => this.wake(partnerId));
    this.#cancels.set(partnerId, cancel);
  }
}
