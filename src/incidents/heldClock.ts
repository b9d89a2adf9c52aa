import type { Clock } from '../control/ports.ts';
import type { Instant } from './bundle.ts';

/**
 * A clock that is held while something is done, what its timers call included: all of it then happens at one instant,
 * which a replay can give back exactly.
 */
export class HeldClock implements Clock {
  readonly #clock: Clock;
  #held: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#held?.wallMs ?? this.#clock.nowMs();
  }

  monotonicMs(): number {
    return this.#held?.monotonicMs ?? this.#clock.monotonicMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#clock.after(delayMs, () => this.hold(callback));
  }

  hold<T>(work: (at: Instant) => T): T {
    // What is done within what is done happens at the same instant.
    const outer = this.#held;
    const at = outer ?? { wallMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() };
    this.#held = at;
    try {
      return work(at);
    } finally {
      this.#held = outer;
    }
  }
}
