import type { PhaseAmps } from './phases.ts';
import type { Evse } from './site.ts';
import type { EvseMeasurement } from './stationEvent.ts';

/** What an EVSE was measured to draw, on the circuit's phases. */
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
 * current without a phase counts on every conductor the EVSE has; power is spread over them.
 */
export function drawOnCircuit(
  evse: Evse,
  measurement: EvseMeasurement,
  phaseVolts: number,
): PhaseAmps | undefined {
  const own = ownAmps(evse, measurement, phaseVolts);
  if (own === undefined) return undefined;
  const amps: [number, number, number] = [0, 0, 0];
  evse.wiring.forEach((phase, conductor) => {
    amps[phase] = Math.max(0, own[conductor] ?? 0);
  });
  return amps;
}

function ownAmps(
  evse: Evse,
  measurement: EvseMeasurement,
  phaseVolts: number,
): readonly (number | undefined)[] | undefined {
  const { amps, isPerPhase, powerWatts } = measurement;
  if (amps?.some((value) => value !== undefined)) {
    return isPerPhase ? amps : evse.wiring.map(() => amps[0]);
  }
  if (powerWatts === undefined) return undefined;
  return evse.wiring.map(() => powerWatts / (phaseVolts * evse.wiring.length));
}
