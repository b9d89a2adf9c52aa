import { type Phase, type PhaseAmps, perPhase } from './phases.ts';
import type { Evse } from './site.ts';
import type { EvseMeasurement } from './stationEvent.ts';
import { loadCount, type Supply } from './supply.ts';

/** What an EVSE was measured to draw, on the circuit's phases; negative where its car feeds back. */
export interface DrawSample {
  readonly amps: PhaseAmps;
  readonly arrivedAtMs: number;
  /** The least it was held to since the measurement before. */
  readonly leastAllowedAmps: number;
}

/** The newest measurement, and those before it that a slow meter may still be about. */
export interface Draw extends DrawSample {
  /** Newest first. */
  readonly earlier: readonly DrawSample[];
}

/** A meter that is slower than this many measurements leaves the draw at its reading open. */
const earlierMax = 7;

/** The draw after another measurement. */
export const withSample = (draw: Draw | undefined, sample: DrawSample): Draw => ({
  ...sample,
  earlier: draw === undefined ? [] : [sampleOf(draw), ...draw.earlier].slice(0, earlierMax),
});

const sampleOf = ({ amps, arrivedAtMs, leastAllowedAmps }: Draw): DrawSample => ({
  amps,
  arrivedAtMs,
  leastAllowedAmps,
});

/**
 * A station's measurement on the circuit's phases, undefined when it holds no current and no power. One
 * current without a phase counts on every conductor the EVSE has; power is spread over them. On a delta nobody can tell
 * what a current that flows back does to the lines: it counts as none.
 */
export function drawOnCircuit(
  evse: Evse,
  measurement: EvseMeasurement,
  supply: Supply,
): PhaseAmps | undefined {
  const told = ownAmps(evse, measurement, supply);
  if (told === undefined) return undefined;
  const own = evse.wiring.map((_, conductor) => told[conductor] ?? 0);
  const flowing = supply.system === 'TN' ? own : withReturn(own.map((amps) => Math.max(0, amps)));
  return perPhase((phase: Phase) => flowing[evse.wiring.indexOf(phase)] ?? 0);
}

/**
 * Without a neutral the last conductor is the return, which stations do not measure: it carries what the others do,
 * of two loads as much as resistive ones would put there.
 */
function withReturn(own: readonly number[]): readonly number[] {
  const [first = 0, second = 0, third] = own;
  if (third === undefined) return own.map(() => Math.max(first, second));
  // A car that uses the three lines as a delta has a current of its own there.
  return [first, second, third > 0 ? third : Math.sqrt(first * first + second * second + first * second)];
}

function ownAmps(
  evse: Evse,
  measurement: EvseMeasurement,
  supply: Supply,
): readonly (number | undefined)[] | undefined {
  const { amps, isPerPhase, powerWatts } = measurement;
  const loads = loadCount(supply, evse.wiring);
  if (amps?.some((value) => value !== undefined)) {
    return isPerPhase ? amps : Array.from({ length: loads }, () => amps[0]);
  }
  if (powerWatts === undefined) return undefined;
  return Array.from({ length: loads }, () => powerWatts / (supply.phaseVolts * loads));
}
