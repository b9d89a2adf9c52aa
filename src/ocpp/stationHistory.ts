import type { Clock } from '../control/ports.ts';
import type { StationId } from '../domain/ids.ts';
import type { SessionFact } from '../domain/sessionFact.ts';
import type { Logger } from '../log.ts';
import type { StationNews } from './dialect.ts';
import { type MissingStop, type MissingStopLimits, MissingStops } from './missingStops.ts';
import type { ToldFact } from './sessionFacts.ts';
import type { StationMemory } from './stationMemory.ts';

/** Whoever keeps the history of sessions. Resolves when it is durable. */
export type TakeFacts = (facts: readonly SessionFact[]) => Promise<void>;

interface StationHistoryPorts {
  readonly stationId: StationId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly memory: StationMemory;
  readonly takeFacts: TakeFacts;
  tell(news: StationNews): void;
}

/** What is told of a begin or end this long after was kept while the station was offline. */
const lateAfterMs = 60_000;
/** A slow database must not hold up a station: past it what it told waits in memory alone. */
const patienceMs = 2_000;
const stopMissing = 'StopMissing';

/** What one station tells the history of sessions, and what its silence tells. */
export class StationHistory {
  readonly #ports: StationHistoryPorts;
  readonly #missingStops: MissingStops;

  constructor(limits: MissingStopLimits, ports: StationHistoryPorts) {
    this.#ports = ports;
    this.#missingStops = new MissingStops(limits, ports, (missing) => this.#presumeEnd(missing));
  }

  /**
   * undefined where the answer need not wait. Resolves when whatever the station forgets with it is durable, or after a
   * moment.
   */
  take(told: readonly ToldFact[]): Promise<void> | undefined {
    const { clock, stationId, log } = this.#ports;
    const isEdge = told.some(isEdgeFact);
    for (const { transactionId, isSignOfLife } of told) {
      if (isSignOfLife) this.#missingStops.heardOf(transactionId);
    }
    const facts = told.map(({ isSignOfLife: _, ...fact }) => ({
      ...fact,
      stationId,
      isOffline: fact.isOffline ?? (isEdgeFact(fact) && clock.nowMs() - fact.at.atMs > lateAfterMs),
    }));
    const taken = this.#ports.takeFacts(facts).catch((error: unknown) => {
      log.error({ err: error, transactionId: facts[0]?.transactionId }, 'history of a session not kept');
    });
    return isEdge ? this.#withPatience(taken) : undefined;
  }

  /** What may show that a session is over. */
  follow(news: StationNews): void {
    if (news.kind === 'evse status') this.#missingStops.statusOf(news.evseNumber, news.status);
    if (news.kind === 'booted') this.#missingStops.booted();
  }

  /** May be called twice. */
  stop(): void {
    this.#missingStops.stop();
  }

  #presumeEnd({ transactionId, atMs }: MissingStop): void {
    const { memory, log, tell } = this.#ports;
    const evseNumber = memory.evseOf(transactionId);
    const news = memory.presumedEnded(transactionId, { reason: stopMissing, endedAtMs: atMs });
    if (news.length === 0) return;
    log.warn({ transactionId, evseNumber }, 'transaction is over, its station never told');
    for (const item of news) tell(item);
    const at = { atMs, clock: 'right', aheadMs: 0 } as const;
    const ends = { reason: stopMissing, isPresumed: true };
    void this.take([{ transactionId, evseNumber, at, ends, isOffline: false, isSignOfLife: false }]);
  }

  #withPatience(taken: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(patienceMs, resolve);
      void taken.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

const isEdgeFact = ({ begins, ends }: Pick<SessionFact, 'begins' | 'ends'>): boolean =>
  begins === true || ends !== undefined;
