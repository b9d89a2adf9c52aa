/** So many instants are compared: what was queued or delayed looks like a slow clock, so the fastest counts. */
const samplesMax = 3;
/** Less than this is the way of a message, and within what every lease has to spare. */
const toleranceMs = 5_000;

/**
 * How far a station's clock is ahead of ours, negative when it is behind, from the instants it tells.
 *
 * A lease is a schedule that begins and ends by the station's own clock: at one that is minutes behind it would hold
 * for minutes too long, or not begin at all. So schedules are written in the station's time.
 */
export class StationClock {
  #samplesMs: readonly number[] = [];

  /** It told that something is so now. */
  heard(toldAtMs: number, arrivedAtMs: number): void {
    if (Number.isFinite(toldAtMs))
      this.#samplesMs = [toldAtMs - arrivedAtMs, ...this.#samplesMs].slice(0, samplesMax);
  }

  get aheadMs(): number {
    if (this.#samplesMs.length === 0) return 0;
    const aheadMs = Math.max(...this.#samplesMs);
    return Math.abs(aheadMs) > toleranceMs ? aheadMs : 0;
  }
}
