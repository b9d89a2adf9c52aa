/**
 * A pause of ours that cut off a car that charged, until it charges again. Instants are monotonic.
 *
 * It may be the device that does not come back, or a car that is full or sleeps: one such pause proves nothing.
 */
export interface Pause {
  /** Since when it is offered current again; undefined while it is not. */
  readonly offeredSinceMs: number | undefined;
  /** How long it was offered current before that, all together. */
  readonly offeredBeforeMs: number;
  /** Whether it was seen to take nothing meanwhile: some pauses are over before any car has noticed. */
  readonly hasStopped: boolean;
}

/** What became of the pauses at a station, one after the other: one of the other kind begins the row anew. */
export interface PauseRow {
  readonly stranded: number;
  readonly resumed: number;
}

export const noPauses: PauseRow = { stranded: 0, resumed: 0 };

/** Its setpoint is nothing now. */
export function paused(
  pause: Pause | undefined,
  { wasCharging, nowMs }: { readonly wasCharging: boolean; readonly nowMs: number },
): Pause | undefined {
  if (pause !== undefined)
    return { ...pause, offeredSinceMs: undefined, offeredBeforeMs: offeredMs(pause, nowMs) };
  return wasCharging ? { offeredSinceMs: undefined, offeredBeforeMs: 0, hasStopped: false } : undefined;
}

/** It is offered current again. */
export const offeredAgain = (pause: Pause | undefined, nowMs: number): Pause | undefined =>
  pause && { ...pause, offeredSinceMs: nowMs };

/** Whether it had current on offer for long enough to begin: some cars take a minute. */
export const isStranded = (pause: Pause, nowMs: number): boolean =>
  offeredMs(pause, nowMs) >= strandedAfterMs;

/** The same as it takes for a car to be left to rest, which ends the offer. */
const strandedAfterMs = 300_000;

const offeredMs = ({ offeredSinceMs, offeredBeforeMs }: Pause, nowMs: number): number =>
  offeredBeforeMs + (offeredSinceMs === undefined ? 0 : nowMs - offeredSinceMs);
