import type { Clock } from '../src/control/ports.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time that stands still until it is moved. Timers that fall due on the way run in their order, each at its instant. */
export class VirtualClock implements Clock {
  #monotonicMs: number;
  /** Wall time ahead of monotonic time: somebody set the clock. */
  #wallAheadMs = 0;
  #timers: Timer[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 31, 12)) {
    this.#monotonicMs = startMs;
  }

  nowMs(): number {
    return this.#monotonicMs + this.#wallAheadMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(durationMs: number): void {
    const endMs = this.#monotonicMs + durationMs;
    for (let next = this.#nextBy(endMs); next !== undefined; next = this.#nextBy(endMs)) {
      const { dueMs, callback } = next;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#monotonicMs = Math.max(this.#monotonicMs, dueMs);
      callback();
    }
    this.#monotonicMs = endMs;
  }

  /** Somebody sets the wall clock; monotonic time runs on. */
  setWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  #nextBy(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    // Of timers due together the one set first runs first.
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
