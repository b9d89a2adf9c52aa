import type { Clock } from '../src/control/ports.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** What keeps time waiting is given up after so long, in real milliseconds: it was lost. */
const patienceMs = 250;

interface CompressedClockOptions {
  readonly startMs: number;
  readonly factor: number;
  /** In real milliseconds. */
  readonly sliceMs: number;
  /** Whether something is late that another process has in hand. */
  readonly isWaiting?: () => boolean;
}

/**
 * Time that runs `factor` times faster, for real sockets in a short test. A busy machine makes the test slower instead
 * of its far side late: a turn of the event loop that took longer than `sliceMs` counts as that long, and time stands
 * while it waits for another process.
 */
export class CompressedClock implements Clock {
  readonly #factor: number;
  readonly #sliceMs: number;
  readonly #isWaiting: () => boolean;
  #waitedMs = 0;
  #nowMs: number;
  #lastTurnMs = performance.now();
  #timers: Timer[] = [];
  #order = 0;
  #turn: NodeJS.Timeout;

  constructor(options: CompressedClockOptions) {
    this.#nowMs = options.startMs;
    this.#factor = options.factor;
    this.#sliceMs = options.sliceMs;
    this.#isWaiting = options.isWaiting ?? (() => false);
    this.#turn = setTimeout(() => this.#advance(), 1);
  }

  nowMs(): number {
    return Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, order: this.#order++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Resolves when that much of its own time has passed. */
  passed(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(durationMs, resolve);
    });
  }

  stop(): void {
    clearTimeout(this.#turn);
    this.#timers = [];
  }

  /** Runs what came due in its order, each at its own instant. Sockets get their turn before the next slice. */
  #advance(): void {
    const endMs = this.#nowMs + this.#passedMs() * this.#factor;
    for (let due = this.#due(endMs); due !== undefined; due = this.#due(endMs)) {
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.callback();
    }
    this.#nowMs = endMs;
    this.#turn = setTimeout(() => this.#advance(), 1);
  }

  /** Real milliseconds of this turn that count. */
  #passedMs(): number {
    const turnMs = performance.now();
    const tookMs = turnMs - this.#lastTurnMs;
    this.#lastTurnMs = turnMs;
    this.#waitedMs = this.#isWaiting() ? this.#waitedMs + tookMs : 0;
    return this.#waitedMs > 0 && this.#waitedMs < patienceMs ? 0 : Math.min(tookMs, this.#sliceMs);
  }

  #due(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const isSooner =
        next === undefined ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order);
      if (timer.dueMs <= endMs && isSooner) next = timer;
    }
    return next;
  }
}
