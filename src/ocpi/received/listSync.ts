import type { Clock } from '../../control/ports.ts';
import { backOffMs } from '../../domain/backOff.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import type { PartnerClient } from '../partners/client.ts';
import type { PartnerBook, RegisteredPartner } from '../partners/partnerBook.ts';
import { listUrl, pulled } from '../partners/pulled.ts';
import type { RoamingObjects } from '../roamingObjects.ts';

/** A list of partners that we keep a copy of. */
export interface ListSource {
  readonly module: string;
  /** `refused`: it is none of the partner's, or nothing that can be understood. `full`: no other will be taken either. */
  take(partner: RegisteredPartner, wire: unknown): Promise<'taken' | 'refused' | 'full'>;
}

export interface ListSyncPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly client: Pick<PartnerClient, 'page'>;
  readonly book: PartnerBook;
  readonly objects: Pick<RoamingObjects, 'findRoamingObject' | 'saveRoamingObject'>;
  readonly own: Party;
  readonly sources: readonly ListSource[];
}

/** Partners that came, and those that could not be asked, are found this often. */
const sweepMs = 2_000;
/** What was told while nobody listened is asked for this often. */
const askEveryMs = 900_000;
/** Clocks of two platforms differ, and what is listed late may be stamped early. */
const overlapMs = 86_400_000;
const pauses = { firstMs: 4_000, maxMs: askEveryMs };
/** Partners that are asked at the same time. */
const underWayMax = 8;

interface Turn {
  /** On our monotonic clock. */
  readonly dueAtMs: number;
  readonly failures: number;
}

/**
 * Asks partners for what changed since they were asked before, over restarts too: what was pushed while we, or they, were
 * away is not pushed again [OCPI 2.2.1 transport and format, offline behaviour].
 */
export class ListSync {
  readonly #ports: ListSyncPorts;
  /** By partner and module. */
  readonly #turns = new Map<string, Turn>();
  readonly #underWay = new Map<string, Promise<void>>();
  #cancelSweep = (): void => undefined;
  #isStopped = false;

  constructor(ports: ListSyncPorts) {
    this.#ports = ports;
  }

  /** Asks whoever is due, now and from then on. */
  start(): void {
    if (this.#isStopped) return;
    const { book, clock, sources } = this.#ports;
    for (const partner of book.registered())
      for (const source of sources) if (this.#isDue(partner, source)) void this.#ask(partner, source);
    this.#cancelSweep = clock.after(sweepMs, () => this.start());
  }

  /** Nothing is taken once it resolves. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep();
    await Promise.all(this.#underWay.values());
  }

  #isDue(partner: RegisteredPartner, { module }: ListSource): boolean {
    const key = keyOf(partner, module);
    if (listUrl(partner, module) === undefined || this.#underWay.has(key)) return false;
    const dueAtMs = this.#turns.get(key)?.dueAtMs ?? Number.NEGATIVE_INFINITY;
    return this.#underWay.size < underWayMax && this.#ports.clock.monotonicMs() >= dueAtMs;
  }

  /** Never rejects. */
  async #ask(partner: RegisteredPartner, source: ListSource): Promise<void> {
    const { clock, log } = this.#ports;
    const { module } = source;
    const key = keyOf(partner, module);
    const asking = this.#takeAll(partner, source).then(
      () => this.#turns.set(key, { dueAtMs: clock.monotonicMs() + askEveryMs, failures: 0 }),
      (error: unknown) => {
        const failures = (this.#turns.get(key)?.failures ?? 0) + 1;
        const dueAtMs = clock.monotonicMs() + backOffMs(pauses, failures);
        this.#turns.set(key, { dueAtMs, failures });
        if (!this.#isStopped)
          log.warn(
            { err: error, partner: partner.id, module, failures },
            'partner could not be asked for a list',
          );
      },
    );
    this.#underWay.set(
      key,
      asking.then(() => undefined),
    );
    await asking;
    this.#underWay.delete(key);
    if (this.#ports.book.find(partner.id) === undefined) this.#turns.delete(key);
  }

  async #takeAll(partner: RegisteredPartner, source: ListSource): Promise<void> {
    const { clock, log, objects } = this.#ports;
    const { module } = source;
    const shelf = { kind: 'asked', partnerId: partner.id } as const;
    const beganAtMs = clock.nowMs();
    const before = await objects.findRoamingObject(shelf, module);
    const fromMs = Math.max(0, (before?.lastUpdatedMs ?? 0) - overlapMs);
    let refused = 0;
    for await (const page of pulled(this.#ports, partner, module, fromMs)) {
      for (const wire of page) {
        if (this.#isStopped) return;
        const outcome = await source.take(partner, wire);
        if (outcome === 'full') throw new Error('there are as many of its objects as can be kept');
        if (outcome === 'refused') refused += 1;
      }
    }
    if (refused > 0)
      log.warn({ partner: partner.id, module, refused }, 'some of the list of a partner was not taken');
    const times = { createdAtMs: beganAtMs, lastUpdatedMs: beganAtMs };
    await objects.saveRoamingObject({
      ...shelf,
      id: module,
      alias: '',
      ...times,
      isDue: false,
      document: null,
    });
  }
}

const keyOf = ({ id }: RegisteredPartner, module: string): string => `${id} ${module}`;
