import type { Clock } from '../../control/ports.ts';
import { backOffMs } from '../../domain/backOff.ts';
import type { Logger } from '../../log.ts';
import { VtnError } from './http.ts';

export interface QueuedReport {
  /** The same report is queued once. */
  readonly key: string;
  readonly isUrgent: boolean;
  /** Resolves when the VTN has it. Throws a VtnError. */
  readonly send: () => Promise<void>;
  readonly sent: (atMs: number) => void;
}

interface Entry extends QueuedReport {
  readonly queuedAtMs: number;
}

export interface ReportQueueOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reportsMax?: number;
}

const reportsMaxDefault = 500;
const keptForMs = 24 * 3_600_000;
const retry = { firstMs: 2_000, maxMs: 300_000 };

/**
 * Reports on their way to the VTN: urgent ones first, one at a time, retried until they are a day old. Full, it gives up
 * the oldest that is not urgent. What the VTN refuses for good is not sent again.
 */
export class ReportQueue {
  readonly #options: ReportQueueOptions;
  #entries: Entry[] = [];
  #isSending = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #isStopped = false;

  constructor(options: ReportQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(report: QueuedReport): void {
    if (this.#isStopped || this.#entries.some(({ key }) => key === report.key)) return;
    const entry = { ...report, queuedAtMs: this.#options.clock.monotonicMs() };
    if (this.#entries.length >= (this.#options.reportsMax ?? reportsMaxDefault)) this.#giveUpOne();
    this.#entries.push(entry);
    if (this.#cancelRetry === undefined || report.isUrgent) void this.#drain();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry?.();
    this.#entries = [];
  }

  #giveUpOne(): void {
    const at = Math.max(
      0,
      this.#entries.findIndex(({ isUrgent }) => !isUrgent),
    );
    const [lost] = this.#entries.splice(at, 1);
    this.#options.log.warn({ report: lost?.key }, 'OpenADR report given up: too many wait');
  }

  async #drain(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    while (!this.#isStopped && (await this.#sendNext()));
    this.#isSending = false;
  }

  /** True while there is more to send now. */
  async #sendNext(): Promise<boolean> {
    const { clock, log } = this.#options;
    const oldestMs = clock.monotonicMs() - keptForMs;
    this.#entries = this.#entries.filter(({ queuedAtMs }) => queuedAtMs > oldestMs);
    const next = this.#entries.find(({ isUrgent }) => isUrgent) ?? this.#entries[0];
    if (next === undefined) return false;
    try {
      await next.send();
      if (this.#failures > 0) log.info({ report: next.key }, 'OpenADR reports are taken again');
      this.#done(next);
      next.sent(clock.nowMs());
    } catch (error) {
      if (isKnownThere(error)) {
        this.#done(next);
        next.sent(clock.nowMs());
      } else if (isFinal(error)) {
        log.warn({ err: error, report: next.key }, 'OpenADR report refused');
        this.#done(next);
      } else {
        if (this.#failures === 0) log.warn({ err: error, report: next.key }, 'OpenADR report not sent');
        this.#retryLater();
        return false;
      }
    }
    return true;
  }

  #done(entry: Entry): void {
    this.#failures = 0;
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  #retryLater(): void {
    this.#failures += 1;
    if (this.#isStopped) return;
    this.#cancelRetry = this.#options.clock.after(backOffMs(retry, this.#failures), () => void this.#drain());
  }
}

/** 409: an earlier try arrived, and its answer was lost. */
const isKnownThere = (error: unknown): boolean => error instanceof VtnError && error.status === 409;

/** Our own fault, as the VTN sees it, will not pass. Missing rights, time-outs and "too many" may. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof VtnError)) return false;
  const { status = 0 } = error;
  return status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}
