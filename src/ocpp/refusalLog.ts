import type { Logger } from '../log.ts';

/** Refusals that are remembered, so that a station that tries again every few seconds is one line in the log. */
const maxRemembered = 1000;
/** Reasons of one of them. */
const maxReasons = 16;

/** Logs each refusal once, until the station is let in or is forgotten among many others. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #seen = new Map<string, Set<string>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `toDo` tells the operator how to have it let in. */
  refused(stationId: string, remoteAddress: string, reason: string, toDo: string): void {
    const reasons = this.#reasonsOf(`${stationId} ${remoteAddress}`);
    if (reasons.has(reason) || reasons.size >= maxReasons) return;
    reasons.add(reason);
    this.#log.warn({ stationId, remoteAddress, reason, toDo }, 'station refused');
  }

  accepted(stationId: string, remoteAddress: string): void {
    this.#seen.delete(`${stationId} ${remoteAddress}`);
  }

  #reasonsOf(key: string): Set<string> {
    const reasons = this.#seen.get(key) ?? new Set();
    this.#seen.delete(key);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size < maxRemembered) break;
      this.#seen.delete(oldest);
    }
    this.#seen.set(key, reasons);
    return reasons;
  }
}
