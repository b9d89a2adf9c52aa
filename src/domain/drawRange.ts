import type { Draw, DrawSample } from './draw.ts';
import { addAmps, noAmps, type PhaseAmps, perPhase } from './phases.ts';
import type { Evse } from './site.ts';
import { type LineShares, lineShares, mostOnLines, type Supply, turnedAmps } from './supply.ts';

/** What our own EVSEs below a circuit may have drawn when its meter was read. */
export interface DrawRange {
  readonly lowAmps: PhaseAmps;
  readonly highAmps: PhaseAmps;
  /** What they told last, where their setpoint stands since; the most elsewhere. */
  readonly toldAmps: PhaseAmps;
  /** When the first of them told it; `Infinity` when nobody did. */
  readonly toldAtMs: number;
}

export interface FormerCar {
  readonly amps: number;
  readonly leftAtMs: number;
}

export interface DrawRangeInput {
  readonly evse: Evse;
  readonly supply: Supply;
  readonly draw: Draw | undefined;
  /** The most that may be in force there. */
  readonly exposureAmps: number;
  /** The most that the car before could take, and when it left: a reading from before may still show that. */
  readonly former: FormerCar;
  /** The least it may have been held to since the newest measurement. */
  readonly leastAllowedAmps: number;
  /** When the setpoint last changed, with the time the car needs to follow. */
  readonly settledAtMs: number;
  /** When the circuit's meter was read; undefined when it is silent. */
  readonly meteredAtMs: number | undefined;
  /** Past this a measurement no longer bounds the draw from below. */
  readonly drawMaxAgeMs: number;
  readonly nowMs: number;
}

/**
 * What an EVSE may have drawn when its circuit's meter was read.
 *
 * The measurements around that instant bracket it. They alone tell it while the setpoint stands and a newer one
 * confirms them; otherwise the car may also have followed a decrease, or have ramped to all it is allowed.
 */
export function drawRange(input: DrawRangeInput): DrawRange {
  const { evse, supply, draw, former, leastAllowedAmps, settledAtMs, meteredAtMs, nowMs } = input;
  const shares = mostOnLines(lineShares(supply, evse.wiring));
  // On a star the next reading sets right what this one leaves open; on a delta the range it leaves is too wide for that.
  const isBefore = supply.system === 'IT' && meteredAtMs !== undefined && meteredAtMs <= former.leftAtMs;
  const allowedAmps = isBefore ? Math.max(input.exposureAmps, former.amps) : input.exposureAmps;
  const allowed = perPhase((phase) => shares[phase] * allowedAmps);
  const isStale = draw === undefined || nowMs - draw.arrivedAtMs > input.drawMaxAgeMs;
  const bracket = isStale || meteredAtMs === undefined ? undefined : samplesAround(draw, meteredAtMs);
  // One that was seen to feed back may do so still.
  if (isStale || bracket === undefined)
    return untold(
      perPhase((phase) => Math.min(0, draw?.amps[phase] ?? 0)),
      allowed,
    );

  const least = perPhase((phase) => Math.min(...bracket.samples.map(({ amps }) => amps[phase])));
  const most = perPhase((phase) => Math.max(...bracket.samples.map(({ amps }) => amps[phase])));
  const lowestAmps = Math.min(leastAllowedAmps, bracket.leastAllowedAmps);
  const orLowered = perPhase((phase) => Math.min(least[phase], lowestAmps));
  if (bracket.samples.some(({ arrivedAtMs }) => arrivedAtMs < settledAtMs)) {
    return untold(
      orLowered,
      perPhase((phase) => Math.max(most[phase], allowed[phase])),
    );
  }
  // What a settled car draws beyond all that is counted for it is left to the background: it is not ours to give.
  const told = perPhase((phase) => Math.min(most[phase], allowed[phase]));
  const isConfirmed = meteredAtMs !== undefined && draw.arrivedAtMs >= meteredAtMs;
  return {
    lowAmps: isConfirmed ? perPhase((phase) => Math.min(least[phase], told[phase])) : orLowered,
    highAmps: isConfirmed ? told : allowed,
    toldAmps: told,
    toldAtMs: draw.arrivedAtMs,
  };
}

const untold = (lowAmps: PhaseAmps, highAmps: PhaseAmps): DrawRange => ({
  lowAmps,
  highAmps,
  toldAmps: highAmps,
  toldAtMs: Number.POSITIVE_INFINITY,
});

interface Bracket {
  readonly samples: readonly DrawSample[];
  /** The least it was held to between them. */
  readonly leastAllowedAmps: number;
}

/** The last measurement up to an instant and all after it; undefined when the first of those is no longer known. */
function samplesAround(draw: Draw, atMs: number): Bracket | undefined {
  const all = [draw, ...draw.earlier];
  const before = all.findIndex(({ arrivedAtMs }) => arrivedAtMs <= atMs);
  if (before < 0) return undefined;
  const leastAllowedAmps = Math.min(...all.slice(0, before).map((sample) => sample.leastAllowedAmps));
  return { samples: all.slice(0, before + 1), leastAllowedAmps };
}

/** The sum of two parts below one meter. */
export const addRanges = (a: DrawRange, b: DrawRange): DrawRange => ({
  lowAmps: addAmps(a.lowAmps, b.lowAmps),
  highAmps: addAmps(a.highAmps, b.highAmps),
  toldAmps: addAmps(a.toldAmps, b.toldAmps),
  toldAtMs: Math.min(a.toldAtMs, b.toldAtMs),
});

/**
 * What the parts below one meter made together on each line. On a delta two sides meet there, and the most they make is
 * less than their sum; `lowAmps` stays the sum of the parts, of which the meter shows only the length.
 */
export function togetherOnLines(
  supply: Supply,
  parts: readonly { readonly range: DrawRange; readonly shares: LineShares }[],
): DrawRange {
  const sum = parts.reduce((all, { range }) => addRanges(all, range), noDraw);
  if (supply.system === 'TN') return sum;
  const meeting = (amps: 'highAmps' | 'toldAmps'): PhaseAmps =>
    perPhase((line) => {
      const of = (side: keyof LineShares): number =>
        parts.reduce((all, { range, shares }) => (shares[side][line] > 0 ? all + range[amps][line] : all), 0);
      return of('straight') + turnedAmps(supply, of('ahead'), of('behind'));
    });
  return { ...sum, highAmps: meeting('highAmps'), toldAmps: meeting('toldAmps') };
}

export const noDraw: DrawRange = untold(noAmps, noAmps);
