export interface FrameLimits {
  /** Frames of a station in a row; more are read at the rate below. A station that comes back tells all it kept. */
  readonly frameBurst: number;
  readonly framesPerSecond: number;
}

/** How many frames a station may still send before it is read more slowly. */
export class FrameBudget {
  readonly #limits: FrameLimits;
  #left: number;
  #atMs: number;

  constructor(limits: FrameLimits, nowMs: number) {
    this.#limits = limits;
    this.#left = limits.frameBurst;
    this.#atMs = nowMs;
  }

  /** Counts a frame that came. Returns how long the next should wait, 0 for not at all. */
  spend(nowMs: number): number {
    const { frameBurst, framesPerSecond } = this.#limits;
    const earned = ((nowMs - this.#atMs) / 1000) * framesPerSecond;
    this.#left = Math.min(frameBurst, this.#left + earned) - 1;
    this.#atMs = nowMs;
    return this.#left >= 0 ? 0 : (-this.#left / framesPerSecond) * 1000;
  }
}
