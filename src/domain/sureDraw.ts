import type { Draw } from './draw.ts';
import type { KnownAmps } from './meterQuality.ts';
import type { MeteredCurrent } from './meterState.ts';
import { addAmps, noAmps, type PhaseAmps, perPhase } from './phases.ts';
import type { Evse } from './site.ts';
import { lineShares, mostOnLines, type Supply } from './supply.ts';

/** Between what our own EVSEs below a meter surely drew at an instant that is past. */
export interface SureDraw {
  readonly lowAmps: PhaseAmps;
  readonly highAmps: PhaseAmps;
  /** Whether every car has told its draw since, so that waiting makes it no surer. */
  readonly isTold: boolean;
}

export const nothingDrawn: SureDraw = { lowAmps: noAmps, highAmps: noAmps, isTold: true };

/**
 * What one EVSE surely drew at an instant: between the measurements just before and after it, if its setpoint and its
 * car stood. Else anything it can. Unlike a plan, which has to guess, this accuses a meter: it may not.
 */
export function sureDraw(input: {
  readonly evse: Evse;
  readonly supply: Supply;
  readonly draw: Draw | undefined;
  readonly isOnline: boolean;
  readonly hasSession: boolean;
  /** When the setpoint or the car last changed, with the time to follow. */
  readonly settledAtMs: number;
  readonly atMs: number;
}): SureDraw {
  const { evse, supply, draw, isOnline, hasSession, settledAtMs, atMs } = input;
  const shares = mostOnLines(lineShares(supply, evse.wiring));
  const anything = perPhase((phase) => shares[phase] * evse.maxAmps);
  const isSteady = settledAtMs <= atMs;
  if (!hasSession)
    return { lowAmps: noAmps, highAmps: isSteady && isOnline ? noAmps : anything, isTold: true };
  // One that was seen to feed back may do so still.
  const lowAmps = perPhase((phase) => Math.min(0, draw?.amps[phase] ?? 0));
  const unknown = { lowAmps, highAmps: anything, isTold: !isSteady };
  if (draw === undefined || !isSteady) return unknown;
  const samples = [draw, ...draw.earlier];
  const before = samples.findIndex(({ arrivedAtMs }) => arrivedAtMs <= atMs);
  // The newest is older than the instant, or the oldest that is kept is newer.
  if (before <= 0) return { ...unknown, isTold: before < 0 };
  const around = samples.slice(0, before + 1);
  return {
    lowAmps: perPhase((phase) => Math.min(...around.map(({ amps }) => amps[phase]))),
    highAmps: perPhase((phase) => Math.max(...around.map(({ amps }) => amps[phase]))),
    isTold: true,
  };
}

export const addDraws = (a: SureDraw, b: SureDraw): SureDraw => ({
  lowAmps: addAmps(a.lowAmps, b.lowAmps),
  highAmps: addAmps(a.highAmps, b.highAmps),
  isTold: a.isTold && b.isTold,
});

/** One reading, and what our EVSEs surely drew when it was taken. */
export interface Comparison {
  readonly atMs: number;
  readonly amps: KnownAmps;
  readonly drawn: SureDraw;
}

export type PendingReading = Omit<Comparison, 'drawn'>;

/**
 * Stations tell their draw later than a meter tells the sum, so a reading waits until all have told theirs, or until
 * those that did not will not. Then it is compared, and the next one waits.
 */
export function compared(
  pending: PendingReading | undefined,
  input: {
    readonly metered: MeteredCurrent;
    readonly drawnAt: (atMs: number) => SureDraw;
    readonly nowMs: number;
    readonly waitMs: number;
  },
): { readonly pending: PendingReading | undefined; readonly comparison: Comparison | undefined } {
  const { metered, drawnAt, nowMs, waitMs } = input;
  if (pending === undefined) {
    const { atMs, amps } = metered;
    return { pending: atMs === undefined ? undefined : { atMs, amps }, comparison: undefined };
  }
  const drawn = drawnAt(pending.atMs);
  const isDue = drawn.isTold ? nowMs > pending.atMs : nowMs - pending.atMs >= waitMs;
  return isDue
    ? { pending: undefined, comparison: { ...pending, drawn } }
    : { pending, comparison: undefined };
}
