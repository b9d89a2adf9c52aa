import type { Phase } from './phases.ts';
import type { Reading } from './reading.ts';
import type { CircuitMeter } from './site.ts';
import { type Supply, starVolts } from './supply.ts';

/** A value and when it arrived. */
interface Sample {
  readonly value: number;
  readonly atMs: number;
}

type PhaseSamples = readonly [Sample | undefined, Sample | undefined, Sample | undefined];

/** The newest of every field of a circuit's meter: fields come at different rates, so each has its own age. */
export interface MeterState {
  readonly amps: PhaseSamples;
  readonly watts: PhaseSamples;
  readonly volts: PhaseSamples;
  readonly totalWatts: Sample | undefined;
}

const nothing: PhaseSamples = [undefined, undefined, undefined];
export const silentMeter: MeterState = {
  amps: nothing,
  watts: nothing,
  volts: nothing,
  totalWatts: undefined,
};

/** The state after a reading: what it tells replaces what was held, field by field. */
export function withReading(state: MeterState, reading: Reading): MeterState {
  const atMs = reading.arrivedAtMs;
  const overlay = (held: PhaseSamples, fields: Reading['amps']): PhaseSamples => {
    const sample = (phase: Phase): Sample | undefined => {
      const value = fields?.[phase];
      return value === undefined ? held[phase] : { value, atMs };
    };
    return [sample(0), sample(1), sample(2)];
  };
  return {
    amps: overlay(state.amps, reading.amps),
    watts: overlay(state.watts, reading.watts),
    volts: overlay(state.volts, reading.volts),
    totalWatts: reading.totalWatts === undefined ? state.totalWatts : { value: reading.totalWatts, atMs },
  };
}

/** Per phase, undefined where nothing is told. */
type KnownAmps = readonly [number | undefined, number | undefined, number | undefined];

export interface MeteredCurrent {
  /** undefined on a phase of which nothing fresh is known. */
  readonly amps: KnownAmps;
  /** When the oldest value in use arrived; undefined when none is in use. */
  readonly atMs: number | undefined;
}

/**
 * Current per phase from the fields that are fresh: amps as they are, else watts over volts, else the sum over
 * the phases counted on every phase, because nobody told on which one it flows.
 *
 * On IT only amps tell the current of a line. Meters for it often leave one line out, on which at most the sum of the
 * others comes back.
 */
export function meteredCurrent(
  state: MeterState,
  meter: CircuitMeter,
  supply: Supply,
  nowMs: number,
): MeteredCurrent {
  const fresh = (sample: Sample | undefined): Sample | undefined =>
    sample !== undefined && nowMs - sample.atMs <= meter.maxAgeMs ? sample : undefined;
  let oldestMs: number | undefined;
  const use = (sample: Sample): number => {
    oldestMs = Math.min(oldestMs ?? sample.atMs, sample.atMs);
    return sample.value;
  };
  const onPhase = (phase: Phase): number | undefined => {
    const amps = fresh(state.amps[phase]);
    if (amps !== undefined) return use(amps);
    if (supply.system === 'IT') return undefined;
    const watts = fresh(state.watts[phase]) ?? fresh(state.totalWatts);
    if (watts === undefined) return undefined;
    return use(watts) / plausibleVolts(fresh(state.volts[phase])?.value, supply.phaseVolts);
  };
  const amps = [onPhase(0), onPhase(1), onPhase(2)] as const;
  return { amps: supply.system === 'IT' ? withMissingLine(amps) : amps, atMs: oldestMs };
}

function withMissingLine([a, b, c]: KnownAmps): KnownAmps {
  const orSum = (own: number | undefined, x: number | undefined, y: number | undefined): number | undefined =>
    own ?? (x === undefined || y === undefined ? undefined : Math.abs(x) + Math.abs(y));
  return [orSum(a, b, c), orSum(b, c, a), orSum(c, a, b)];
}

/** The mean over the phases of which it told a plausible voltage lately; undefined when it told none. */
export function meteredVolts(
  { volts }: MeterState,
  { maxAgeMs }: CircuitMeter,
  nominalVolts: number,
  nowMs: number,
): number | undefined {
  let count = 0;
  let sum = 0;
  for (const sample of volts) {
    if (sample === undefined || nowMs - sample.atMs > maxAgeMs) continue;
    if (!isPlausibleVolts(sample.value, nominalVolts)) continue;
    count += 1;
    sum += sample.value;
  }
  return count === 0 ? undefined : sum / count;
}

/** Power over the phases from the fields that are fresh: the sum as told, else watts, else amps at its voltage. */
export function meteredWatts(
  state: MeterState,
  meter: CircuitMeter,
  supply: Supply,
  nowMs: number,
): number | undefined {
  const fresh = (sample: Sample | undefined): number | undefined =>
    sample !== undefined && nowMs - sample.atMs <= meter.maxAgeMs ? sample.value : undefined;
  const total = fresh(state.totalWatts);
  if (total !== undefined) return total;
  const { phaseVolts } = supply;
  const volts =
    starVolts(supply) * ((meteredVolts(state, meter, phaseVolts, nowMs) ?? phaseVolts) / phaseVolts);
  let sum = 0;
  for (const phase of [0, 1, 2] as const) {
    const amps = fresh(state.amps[phase]);
    const watts = fresh(state.watts[phase]) ?? (amps === undefined ? undefined : amps * volts);
    if (watts === undefined) return undefined;
    sum += watts;
  }
  return sum;
}

/** A voltage far from nominal is a wrong field or a dead phase: dividing by it would hide the current. */
function plausibleVolts(measured: number | undefined, nominalVolts: number): number {
  return measured !== undefined && isPlausibleVolts(measured, nominalVolts) ? measured : nominalVolts;
}

const isPlausibleVolts = (measured: number, nominalVolts: number): boolean =>
  Math.abs(measured - nominalVolts) <= 0.2 * nominalVolts;
