import type { Point } from '@influxdata/influxdb-client';
import type { Clock } from '../control/ports.ts';
import type { SiteView } from '../control/siteView.ts';
import { backOffMs } from '../domain/backOff.ts';
import type { Logger } from '../log.ts';
import { pointsOf } from './points.ts';
import { type InfluxConfig, influxSender, type Outcome, type Sender } from './sender.ts';

export interface InfluxWriterOptions {
  /** Points kept while the server is away, those on their way included. Past it the oldest are lost. */
  readonly pointsMax: number;
  /** Points in one request. */
  readonly batchMax: number;
  readonly flushMs: number;
  /** The pause doubles from `flushMs` up to this while the server fails. */
  readonly retryMaxMs: number;
  readonly requestTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

const influxWriterDefaults: InfluxWriterOptions = {
  pointsMax: 50_000,
  batchMax: 5_000,
  flushMs: 2_000,
  retryMaxMs: 30_000,
  requestTimeoutMs: 5_000,
  stopTimeoutMs: 5_000,
};

/** What became of every point: `offered` is always the sum of the others. */
export interface InfluxCounters {
  readonly offered: number;
  readonly written: number;
  /** Pushed out by newer points while the server was away. */
  readonly lostToOverflow: number;
  /** The server said no, for good: wrong token or bucket, or points it does not take. */
  readonly lostToRefusal: number;
  readonly lostAtStop: number;
  readonly waiting: number;
}

/** The instants of the points that an outage cost, both included: what a backfill has to cover. */
export interface LostSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Ports {
  readonly log: Logger;
  readonly clock: Clock;
}

/** A writer of every tick to InfluxDB. Best effort: nobody waits for it and it never throws. */
export function startInfluxWriter(
  config: InfluxConfig,
  ports: Ports,
  options: Partial<InfluxWriterOptions> = {},
): InfluxWriter {
  return new InfluxWriter(config, ports, { ...influxWriterDefaults, ...options });
}

/**
 * Sends points in batches, one request at a time.
 *
 * The client's own buffers drop points without a word when the server is away, so the buffer, the retries and the
 * counting are here and the client gets one batch at a time, which it writes or does not.
 */
export class InfluxWriter {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #options: InfluxWriterOptions;
  readonly #sender: Sender;
  /** Lines in the order they were offered. The first `#onTheirWay` of them are in the running request. */
  #lines: string[] = [];
  #onTheirWay = 0;
  #flush: Promise<void> | undefined;
  #cancelFlush: (() => void) | undefined;
  #failures = 0;
  #isOverflowing = false;
  #isStopped = false;
  #offered = 0;
  #written = 0;
  #lostToOverflow = 0;
  #lostToRefusal = 0;
  #lostAtStop = 0;
  #lostSpan: LostSpan | undefined;
  /** Points were written since the last were lost: the next loss begins another span. */
  #isSpanOver = false;

  constructor(config: InfluxConfig, { log, clock }: Ports, options: InfluxWriterOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#options = options;
    this.#sender = influxSender(config, options, log);
  }

  /** Queues the points of one tick. */
  write(view: SiteView): void {
    this.add(pointsOf(view));
  }

  add(points: readonly Point[]): void {
    const lines = points.flatMap((point) => point.toLineProtocol() ?? []);
    this.#offered += lines.length;
    if (this.#isStopped) {
      this.#lostAtStop += lines.length;
      return;
    }
    for (const line of lines) this.#lines.push(line);
    this.#dropOldest();
    this.#flushIn(this.#pauseMs());
  }

  counters(): InfluxCounters {
    return {
      offered: this.#offered,
      written: this.#written,
      lostToOverflow: this.#lostToOverflow,
      lostToRefusal: this.#lostToRefusal,
      lostAtStop: this.#lostAtStop,
      waiting: this.#lines.length,
    };
  }

  /** The last attempt did not work. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** What the newest outage cost; undefined while none has cost anything. */
  get lostSpan(): LostSpan | undefined {
    return this.#lostSpan;
  }

  /** Sends what waits, within `stopTimeoutMs`; what is left then is lost and counted. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelFlush?.();
    let cancelDeadline = (): void => {};
    const deadline = new Promise<void>((resolve) => {
      cancelDeadline = this.#clock.after(this.#options.stopTimeoutMs, resolve);
    });
    await Promise.race([this.#drain(), deadline]);
    cancelDeadline();
    this.#sender.destroy();
    const left = this.#lines.length;
    this.#lostAtStop += left;
    this.#lines = [];
    this.#onTheirWay = 0;
    if (left > 0) this.#log.warn({ lost: left }, 'stopped before all time series were written');
  }

  async #drain(): Promise<void> {
    await this.#flush;
    while (this.#lines.length > 0) {
      await this.#flushNow();
      if (this.#failures > 0) return;
    }
  }

  /** Keeps the bound. Lines on their way stay: they may be arriving just now. */
  #dropOldest(): void {
    const excess = Math.min(
      this.#lines.length - this.#options.pointsMax,
      this.#lines.length - this.#onTheirWay,
    );
    if (excess <= 0) return;
    if (!this.#isOverflowing) this.#log.warn({ pointsMax: this.#options.pointsMax }, 'time series are lost');
    this.#isOverflowing = true;
    this.#noteLost(this.#lines.splice(this.#onTheirWay, excess));
    this.#lostToOverflow += excess;
  }

  #flushIn(delayMs: number): void {
    if (this.#cancelFlush !== undefined || this.#flush !== undefined || this.#isStopped) return;
    this.#cancelFlush = this.#clock.after(delayMs, () => {
      this.#cancelFlush = undefined;
      this.#flush = this.#flushNow().finally(() => {
        this.#flush = undefined;
        if (this.#lines.length > 0) this.#flushIn(this.#pauseMs());
      });
    });
  }

  #pauseMs(): number {
    const { batchMax, flushMs, retryMaxMs } = this.#options;
    if (this.#failures > 0) return backOffMs({ firstMs: flushMs, maxMs: retryMaxMs }, this.#failures);
    return this.#lines.length >= batchMax ? 0 : flushMs;
  }

  /** Never rejects: what was not written waits again, unless the server refused it. */
  async #flushNow(): Promise<void> {
    const batch = this.#lines.slice(0, this.#options.batchMax);
    this.#onTheirWay = batch.length;
    const outcome = await this.#sender.send(batch);
    // A stop that ran out of time has counted these lines as lost meanwhile.
    const isCounted = this.#onTheirWay === 0;
    this.#onTheirWay = 0;
    if (isCounted) return;
    this.#note(outcome);
    if (outcome.status === 'failed') return this.#dropOldest();
    this.#lines.splice(0, batch.length);
    if (outcome.status === 'written') this.#written += batch.length;
    else {
      this.#noteLost(batch);
      this.#lostToRefusal += batch.length;
    }
  }

  #noteLost(lines: readonly string[]): void {
    const atMs = lines.map(instantOf);
    const before = this.#isSpanOver ? undefined : this.#lostSpan;
    this.#isSpanOver = false;
    this.#lostSpan = {
      fromMs: atMs.reduce((first, each) => Math.min(first, each), before?.fromMs ?? Number.POSITIVE_INFINITY),
      untilMs: atMs.reduce((last, each) => Math.max(last, each), before?.untilMs ?? Number.NEGATIVE_INFINITY),
    };
  }

  /** Logs the change between working and not, never the condition. */
  #note(outcome: Outcome): void {
    const worked = this.#failures === 0;
    this.#failures = outcome.status === 'written' ? 0 : this.#failures + 1;
    if (outcome.status === 'written') {
      this.#isOverflowing = false;
      this.#isSpanOver = true;
      if (!worked) this.#log.info(this.counters(), 'time series are written again');
    } else if (worked) {
      this.#log.warn({ ...outcome, ...this.counters() }, 'time series are not written');
    }
  }
}

/** The line protocol ends with it. */
const instantOf = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));
