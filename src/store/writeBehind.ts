import type { Clock } from '../control/ports.ts';
import { backOffMs } from '../domain/backOff.ts';
import type { Logger } from '../log.ts';
import { within } from './deadline.ts';
import type { OpenDatabase, Write } from './dialect.ts';
import { codeOf, isRefusal } from './storeError.ts';

export interface WriteBehindOptions {
  /** Records that may wait, those on their way included. One more is lost and counted. */
  readonly recordsMax: number;
  /** Records in one database transaction: SQLite runs in our own thread, so a batch must stay short. */
  readonly batchMax: number;
  /** How long a record may wait for others to share its transaction. */
  readonly flushMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** How long `stop` waits for the last records. */
  readonly stopTimeoutMs: number;
}

const writeBehindDefaults: WriteBehindOptions = {
  // Its station, device, EVSE and session wait at once for each of 10,000 stations that come back together.
  recordsMax: 50_000,
  batchMax: 100,
  flushMs: 200,
  retryMinMs: 250,
  retryMaxMs: 10_000,
  stopTimeoutMs: 5_000,
};

/** How the queue does, for metrics and health. */
export interface WriteQueueState {
  readonly waiting: number;
  /** Records that will never be stored: the queue was full, the database refused them, or we stopped first. */
  readonly lost: number;
  /** The last attempt failed; the records are kept and tried again. */
  readonly isFailing: boolean;
}

export interface WriteBehindPorts {
  readonly log: Logger;
  readonly clock: Clock;
  /** Records were stored, and nobody waits for what comes next. */
  onFlushed?(): void;
}

/**
 * Records that nobody waits for, on their way to the database. The newest write of a key replaces the one that
 * still waits and takes its place in the order; what is due is written in one transaction. While the database
 * does not work, records wait and are tried again, ever more rarely, up to a bound.
 */
export class WriteBehind {
  readonly #durably: OpenDatabase['durably'];
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #onFlushed: () => void;
  readonly #options: WriteBehindOptions;
  #waiting = new Map<string, Write>();
  /** What the running flush has not confirmed yet. */
  #onItsWay = new Map<string, Write>();
  #flush: Promise<void> | undefined;
  #cancelFlush: (() => void) | undefined;
  /** Whoever waits for a key, until nothing of it is queued any more. */
  readonly #waiters = new Map<string, (() => void)[]>();
  #failures = 0;
  #lost = 0;
  #isFull = false;
  #isStopped = false;

  constructor(
    { durably }: Pick<OpenDatabase, 'durably'>,
    ports: WriteBehindPorts,
    options: Partial<WriteBehindOptions> = {},
  ) {
    this.#durably = durably;
    this.#log = ports.log;
    this.#clock = ports.clock;
    this.#onFlushed = ports.onFlushed ?? (() => undefined);
    this.#options = { ...writeBehindDefaults, ...options };
  }

  /** Queues a write. Never waits and never throws. */
  put(key: string, write: Write): void {
    const hasRoom = this.#waiting.has(key) || this.#count() < this.#options.recordsMax;
    if (this.#isStopped || !hasRoom) {
      this.#lost += 1;
      if (!this.#isFull) this.#log.error({ key, waiting: this.#count() }, 'record lost, more may follow');
      this.#isFull = true;
      return;
    }
    this.#waiting.set(key, write);
    this.#flushIn(this.#pauseMs());
  }

  /** Resolves when the newest write of a key is stored, or given up. */
  stored(key: string): Promise<void> {
    if (!this.#isQueued(key)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.set(key, [...(this.#waiters.get(key) ?? []), resolve]));
  }

  state(): WriteQueueState {
    return { waiting: this.#count(), lost: this.#lost, isFailing: this.#failures > 0 };
  }

  /** Writes what waits, once, within `stopTimeoutMs`; what is left then is lost and counted. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelFlush?.();
    await within(this.#clock, this.#options.stopTimeoutMs, this.#drain());
    if (this.#count() === 0) return;
    this.#lost += this.#count();
    this.#log.error({ lost: this.#count() }, 'stopped before all records were stored');
    this.#waiting.clear();
    this.#onItsWay.clear();
    this.#wakeWaiters();
  }

  #isQueued(key: string): boolean {
    return this.#waiting.has(key) || this.#onItsWay.has(key);
  }

  #wakeWaiters(): void {
    for (const [key, waiters] of [...this.#waiters]) {
      if (this.#isQueued(key)) continue;
      this.#waiters.delete(key);
      for (const wake of waiters) wake();
    }
  }

  async #drain(): Promise<void> {
    await this.#flush;
    while (this.#waiting.size > 0) {
      await this.#flushNow();
      if (this.#failures > 0) return;
    }
  }

  #count(): number {
    return this.#waiting.size + this.#onItsWay.size;
  }

  #flushIn(delayMs: number): void {
    if (this.#cancelFlush !== undefined || this.#flush !== undefined || this.#isStopped) return;
    this.#cancelFlush = this.#clock.after(delayMs, () => {
      this.#cancelFlush = undefined;
      this.#flush = this.#flushNow().finally(() => {
        this.#flush = undefined;
        if (this.#waiting.size > 0) this.#flushIn(this.#pauseMs());
      });
    });
  }

  /** A full batch's worth of backlog is not kept waiting; a failing database is. */
  #pauseMs(): number {
    const { batchMax, flushMs, retryMinMs, retryMaxMs } = this.#options;
    if (this.#failures > 0) return backOffMs({ firstMs: retryMinMs, maxMs: retryMaxMs }, this.#failures);
    return this.#waiting.size >= batchMax ? 0 : flushMs;
  }

  /** Never rejects: what failed waits again. */
  async #flushNow(): Promise<void> {
    const batch = [...this.#waiting].slice(0, this.#options.batchMax);
    this.#onItsWay = new Map(batch);
    for (const [key] of batch) this.#waiting.delete(key);
    try {
      await this.#write();
      this.#noteSuccess();
      this.#onFlushed();
    } catch (error) {
      // Newer writes of the same key win; the others keep their place at the front.
      this.#waiting = new Map([...this.#onItsWay, ...this.#waiting]);
      this.#noteFailure(error);
    }
    this.#onItsWay.clear();
    this.#wakeWaiters();
  }

  async #write(): Promise<void> {
    try {
      await this.#durably(async (transaction) => {
        for (const write of this.#onItsWay.values()) await write(transaction);
      });
      this.#onItsWay.clear();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#writeOneByOne();
    }
  }

  /** One record that the database refuses must not hold up the others for ever: it is found and dropped. */
  async #writeOneByOne(): Promise<void> {
    for (const [key, write] of [...this.#onItsWay]) {
      try {
        await this.#durably(write);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#lost += 1;
        this.#log.error({ key, err: error }, 'record refused by the database');
      }
      this.#onItsWay.delete(key);
    }
  }

  #noteSuccess(): void {
    if (this.#failures > 0 || this.#isFull) {
      this.#log.info({ lost: this.#lost }, 'database takes records again');
    }
    this.#failures = 0;
    this.#isFull = false;
  }

  #noteFailure(error: unknown): void {
    if (this.#failures === 0) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log.warn({ code: codeOf(error), why, waiting: this.#waiting.size }, 'database takes no records');
    }
    this.#failures += 1;
  }
}
