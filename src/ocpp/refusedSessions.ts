import type { Clock } from '../control/ports.ts';
import type { StationNews } from './dialect.ts';

/** A station that was told that a token is refused ends the session by itself, if it is set to. */
const graceMs = 30_000;
const attemptsMax = 5;

/** Ends sessions of refused tokens where the station does not. */
export class RefusedSessions {
  readonly #clock: Clock;
  readonly #stop: (transactionId: string) => void;
  /** What cancels the next attempt, by transaction. */
  readonly #waiting = new Map<string, () => void>();

  constructor(clock: Clock, stop: (transactionId: string) => void) {
    this.#clock = clock;
    this.#stop = stop;
  }

  follow(news: StationNews): void {
    if (news.kind === 'session ended') this.#settle(news.transactionId);
    if (news.kind !== 'session changed' || news.isRefused === undefined) return;
    this.#settle(news.transactionId);
    if (news.isRefused) this.#wait(news.transactionId, attemptsMax);
  }

  /** May be called twice. */
  stop(): void {
    for (const transactionId of [...this.#waiting.keys()]) this.#settle(transactionId);
  }

  #settle(transactionId: string): void {
    this.#waiting.get(transactionId)?.();
    this.#waiting.delete(transactionId);
  }

  #wait(transactionId: string, attemptsLeft: number): void {
    const cancel = this.#clock.after(graceMs, () => {
      this.#waiting.delete(transactionId);
      this.#stop(transactionId);
      if (attemptsLeft > 1) this.#wait(transactionId, attemptsLeft - 1);
    });
    this.#waiting.set(transactionId, cancel);
  }
}
