export interface RateLimitOptions {
  /** How often in a row something may happen before a key has to wait. */
  readonly burst: number;
  /** One time is forgiven each time this has passed. */
  readonly forgiveEveryMs: number;
  /** Keys that are remembered; the longest unused goes first. */
  readonly maxKeys: number;
}

/** Who did something too often lately: a token bucket for each key, an address or an identity perhaps. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #counted = new Map<string, { readonly count: number; readonly atMs: number }>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** How long a key has to wait before it may try again; 0 when it may now. */
  waitMs(key: string, nowMs: number): number {
    const { burst, forgiveEveryMs } = this.#options;
    return Math.max(0, (this.#countAt(key, nowMs) - burst + 1) * forgiveEveryMs);
  }

  count(key: string, nowMs: number): void {
    const { burst, maxKeys } = this.#options;
    const count = Math.min(burst, this.#countAt(key, nowMs) + 1);
    this.#counted.delete(key);
    for (const oldest of this.#counted.keys()) {
      if (this.#counted.size < maxKeys) break;
      this.#counted.delete(oldest);
    }
    this.#counted.set(key, { count, atMs: nowMs });
  }

  /** Takes back one time. */
  forgive(key: string): void {
    const counted = this.#counted.get(key);
    if (counted !== undefined) this.#counted.set(key, { ...counted, count: Math.max(0, counted.count - 1) });
  }

  #countAt(key: string, nowMs: number): number {
    const counted = this.#counted.get(key);
    if (counted === undefined) return 0;
    return Math.max(0, counted.count - (nowMs - counted.atMs) / this.#options.forgiveEveryMs);
  }
}
