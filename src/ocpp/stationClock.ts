import { liveMs, toleranceMs } from '../domain/clockSkew.ts';
import type { ToldInstant } from '../domain/sessionFact.ts';
import { instantMs } from './sampledValues.ts';

/** What arrives within this time was queued together, as far as anybody can tell: its newest counts for all of it. */
const burstMs = 5_000;
/** No station keeps what it could not tell for longer, and no clock that is right tells what is still to come. */
const pastMaxMs = 400 * 24 * 3_600_000;
const futureMaxMs = 60_000;

/**
 * How far a station's clock is ahead of ours, negative when it is behind, from the instants it tells.
 *
 * A lease is a schedule that begins and ends by the station's own clock: at one that is minutes behind it would hold
 * for minutes too long, or not begin at all. So schedules are written in the station's time.
 *
 * A station that comes back tells what it measured while it was away, which looks like a slow clock, and 1.6 has no word
 * for it. So a clock is believed to be off when two messages that came apart agree on it: the live ones do, and what was
 * queued comes so much faster than it happened that it never does.
 */
export class StationClock {
  #aheadMs = 0;
  #burst: Burst | undefined;
  #before: Burst | undefined;
  /** How far ahead it was as long as it had lost the time. */
  #lostAheadMs = Number.NEGATIVE_INFINITY;

  /** It told that something was so at that instant. */
  heard(toldAtMs: number, arrivedAtMs: number): void {
    if (!Number.isFinite(toldAtMs)) return;
    const aheadMs = toldAtMs - arrivedAtMs;
    const burst = this.#burst;
    if (burst === undefined || arrivedAtMs - burst.beganAtMs >= burstMs) {
      this.#before = burst;
      this.#burst = { beganAtMs: arrivedAtMs, aheadMs, newestAtMs: arrivedAtMs };
    } else if (aheadMs >= burst.aheadMs) {
      this.#burst = { ...burst, aheadMs, newestAtMs: arrivedAtMs };
    }
    this.#compare();
  }

  /** Whether what was so then is so no longer: it was queued while the station was offline. */
  isPast(toldAtMs: number, arrivedAtMs: number): boolean {
    return arrivedAtMs + this.aheadMs - toldAtMs > liveMs;
  }

  /**
   * An instant it told, on our clock. One that cannot be is of a station that had lost the time in a power cut and tells of
   * it later: nothing can have been later than it arrived, so what it told last shows best how far off it was.
   */
  told(toldAtMs: number, arrivedAtMs: number): ToldInstant {
    const { aheadMs } = this;
    if (isPossible(toldAtMs - aheadMs, arrivedAtMs)) {
      return { atMs: Math.round(toldAtMs - aheadMs), clock: aheadMs === 0 ? 'right' : 'corrected', aheadMs };
    }
    if (isPossible(toldAtMs, arrivedAtMs)) return { atMs: Math.round(toldAtMs), clock: 'right', aheadMs: 0 };
    this.#lostAheadMs = Math.max(this.#lostAheadMs, Math.round(toldAtMs - arrivedAtMs));
    return { atMs: toldAtMs - this.#lostAheadMs, clock: 'guessed', aheadMs: this.#lostAheadMs };
  }

  /** The same of an instant as it was written; where that is none, of now. */
  read(text: string, arrivedAtMs: number): ToldInstant {
    return this.told(instantMs(text, arrivedAtMs + this.aheadMs), arrivedAtMs);
  }

  /** From now on it counts anew. */
  booted(): void {
    this.#lostAheadMs = Number.NEGATIVE_INFINITY;
  }

  get aheadMs(): number {
    return Math.abs(this.#aheadMs) > toleranceMs ? this.#aheadMs : 0;
  }

  #compare(): void {
    const [burst, before] = [this.#burst, this.#before];
    if (burst === undefined || before === undefined) return;
    // The last of one burst and the first of the next are neighbours in a queue, and agree for that.
    const isApart = burst.newestAtMs - before.newestAtMs >= burstMs;
    if (isApart && Math.abs(burst.aheadMs - before.aheadMs) <= toleranceMs)
      this.#aheadMs = Math.max(burst.aheadMs, before.aheadMs);
  }
}

/** What came within a few seconds. */
interface Burst {
  readonly beganAtMs: number;
  /** Of the newest instant in it. */
  readonly aheadMs: number;
  readonly newestAtMs: number;
}

const isPossible = (atMs: number, arrivedAtMs: number): boolean =>
  atMs <= arrivedAtMs + futureMaxMs && atMs >= arrivedAtMs - pastMaxMs;
