/**
 * What becomes of the least current of a car that charged and draws nothing any more, because it is full or has set
 * itself a limit. `rests`: others may have it. `tries`: it is offered again, for cars that want more later.
 */
export type Rest = 'awake' | 'rests' | 'tries';

/** Below this a car does not charge: what is left is its electronics, and what a meter makes of nothing. */
const idleBelowAmps = 0.5;

export const isIdle = (drawAmps: number): boolean => Math.abs(drawAmps) < idleBelowAmps;

/** What a car has to have taken before its silence means that it is done: one that waits for its hour is left alone. */
const chargedWhMin = 100;

export const hasCharged = (energyWh: number): boolean => energyWh >= chargedWhMin;

/** A car that was set to nothing is asked again after this. */
const tryEveryMs = 900_000;
/** How long it then has to begin: some take a minute. */
const tryForMs = 120_000;
/** From then on it waits for its turn like anybody else. */
const lastInLineMs = 4 * tryEveryMs;

interface RestInput {
  /** Since when it takes nothing of what it is offered; undefined while it takes some. */
  readonly idleSinceMs: number | undefined;
  /** Whether it is offered current, and since when it is or is not. */
  readonly isOn: boolean;
  readonly sinceMs: number;
  /** So long a car may take nothing before it rests; 0: for ever. */
  readonly afterMs: number;
  readonly nowMs: number;
}

export function restOf({ idleSinceMs, isOn, sinceMs, afterMs, nowMs }: RestInput): Rest {
  if (afterMs === 0 || idleSinceMs === undefined || nowMs - idleSinceMs < afterMs) return 'awake';
  if (isOn) return nowMs - sinceMs < tryForMs ? 'tries' : 'rests';
  return nowMs - sinceMs < tryEveryMs ? 'rests' : 'tries';
}

/** Whether a car that is offered current again may pause nobody for it. */
export const isLastInLine = ({
  isOn,
  sinceMs,
  nowMs,
}: Pick<RestInput, 'isOn' | 'sinceMs' | 'nowMs'>): boolean => isOn || nowMs - sinceMs < lastInLineMs;
