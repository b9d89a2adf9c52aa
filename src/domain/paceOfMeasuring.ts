import { liveMs, toleranceMs } from './clockSkew.ts';

/** A measurement: when its station took it, by its own clock, and when it arrived, by ours. */
interface Told {
  readonly takenAtMs: number;
  readonly arrivedAtMs: number;
}

/**
 * Tells what a station measures from what it repeats. What was queued while there was no line to us, or nobody answered,
 * comes faster than it was taken; what is measured now comes at the pace at which it is taken, whatever the station's clock
 * shows.
 */
export interface Pace {
  readonly connectedAtMs: number;
  /** The first of those that came at the pace at which they were taken. */
  readonly first: Told | undefined;
  readonly lastAtMs: number;
}

export const newPace = (connectedAtMs: number): Pace => ({
  connectedAtMs,
  first: undefined,
  lastAtMs: Number.NEGATIVE_INFINITY,
});

/** Stamps are whole seconds, and each message takes its own time. */
const sameMs = 2_000;
/** What comes closer together may be of one queue. */
const apartMs = 5_000;
/** By then what was measured before it connected is too old to be taken for live. */
const queueToldMs = liveMs + toleranceMs;

/** The pace after another measurement. */
export function withTold({ connectedAtMs, first }: Pace, told: Told): Pace {
  const isPaced =
    first !== undefined &&
    Math.abs(told.takenAtMs - first.takenAtMs - (told.arrivedAtMs - first.arrivedAtMs)) <= sameMs;
  return { connectedAtMs, first: isPaced ? first : told, lastAtMs: told.arrivedAtMs };
}

/** Whether the newest measurement was certainly taken since the station connected. */
export const isSinceConnected = ({ connectedAtMs, first, lastAtMs }: Pace): boolean =>
  first !== undefined && (lastAtMs - first.arrivedAtMs >= apartMs || lastAtMs - connectedAtMs >= queueToldMs);
