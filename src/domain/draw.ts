import { noAmps, type Phase, type PhaseAmps, perPhase } from './phases.ts';
import type { Evse } from './site.ts';
import type { EvseMeasurement } from './stationEvent.ts';

/** What an EVSE was last measured to draw, on the circuit's phases. */
export interface Draw {
  readonly amps: PhaseAmps;
  readonly arrivedAtMs: number;
}

/**
 * A station's measurement on the circuit's phases, undefined when it holds no current and no power. One
 * current without a phase counts on every conductor the EVSE has; power is spread over them.
 */
export function drawOnCircuit(
  evse: Evse,
  measurement: EvseMeasurement,
  phaseVolts: number,
  arrivedAtMs: number,
): Draw | undefined {
  const own = ownAmps(evse, measurement, phaseVolts);
  if (own === undefined) return undefined;
  const amps: [number, number, number] = [0, 0, 0];
  evse.wiring.forEach((phase, conductor) => {
    amps[phase] = Math.max(0, own[conductor] ?? 0);
  });
  return { amps, arrivedAtMs };
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

export interface DrawRangeInput {
  readonly evse: Evse;
  readonly draw: Draw | undefined;
  /** The most that may be in force there. */
  readonly exposureAmps: number;
  /** The least setpoint that may be in force there. */
  readonly setpointAmpsMin: number;
  /** When the setpoint last changed, with the time the car needs to follow. */
  readonly settledAtMs: number;
  /** When the circuit's meter was read; undefined when it is silent. */
  readonly meteredAtMs: number | undefined;
  /** Past this a measurement no longer bounds the draw from below. */
  readonly drawMaxAgeMs: number;
  readonly nowMs: number;
}

/**
 * The least and the most an EVSE may have drawn when its circuit's meter was read. A settled measurement
 * not older than the meter's value tells it exactly; before that a car may have ramped to all it is allowed.
 */
export function drawRange(input: DrawRangeInput): { lowAmps: PhaseAmps; highAmps: PhaseAmps } {
  const { evse, draw, exposureAmps, setpointAmpsMin, settledAtMs, meteredAtMs, nowMs } = input;
  const wired = (amps: number): PhaseAmps => perPhase((phase) => (evse.wiring.includes(phase) ? amps : 0));
  if (draw === undefined || nowMs - draw.arrivedAtMs > input.drawMaxAgeMs) {
    return { lowAmps: noAmps, highAmps: wired(exposureAmps) };
  }
  const isSettled = draw.arrivedAtMs >= settledAtMs;
  if (isSettled && meteredAtMs !== undefined && draw.arrivedAtMs >= meteredAtMs) {
    return { lowAmps: draw.amps, highAmps: draw.amps };
  }
  const low = (phase: Phase): number =>
    isSettled ? draw.amps[phase] : Math.min(draw.amps[phase], setpointAmpsMin);
  const allowed = wired(exposureAmps);
  return { lowAmps: perPhase(low), highAmps: perPhase((phase) => Math.max(allowed[phase], draw.amps[phase])) };
}
