import type { DraftBody, HeardMeterBody } from '../../http/setup/setupBody.ts';

type Phase = DraftBody['phases'][number];

/** What flows on L1, L2 and L3, import positive; undefined where it is not told. */
export type Flow = readonly (number | undefined)[];

/** A step by a kettle, an oven, a heater: on which phase, and whether the meter tells it as import. */
export interface KettleStep {
  readonly phase: Phase;
  /** Negative where the meter told more import as less. */
  readonly changeAmps: number;
}

/** Smaller steps are the building's own: a kettle takes 8 A, a toaster 4 A. */
const leastAmps = 3;
/** The kettle's step stands out from what the other phases do meanwhile by this. */
const standsOut = 2;
const names: readonly Phase[] = ['L1', 'L2', 'L3'];
/** Where a meter tells power alone, or tells it first. */
const usualVolts = 230;

/** The currents that a meter told, from its powers where it told none. */
export const flowOf = ({ amps, watts }: HeardMeterBody): Flow =>
  names.map((_, index) => {
    const power = watts[index];
    return amps[index] ?? (power === null || power === undefined ? undefined : power / usualVolts);
  });

/** The mean of what was told lately, to begin from. */
export const meanFlow = (flows: readonly Flow[]): Flow =>
  names.map((_, index) => {
    const told = flows.flatMap((flow) => flow[index] ?? []);
    return told.length === 0 ? undefined : told.reduce((sum, each) => sum + each, 0) / told.length;
  });

/** What was switched on since `before`, once it is clear. */
export function kettleStep(before: Flow, now: Flow): KettleStep | undefined {
  const steps = names
    .map((phase, index) => ({ phase, changeAmps: (now[index] ?? 0) - (before[index] ?? 0) }))
    .toSorted((a, b) => Math.abs(b.changeAmps) - Math.abs(a.changeAmps));
  const [largest, second] = steps;
  if (largest === undefined || Math.abs(largest.changeAmps) < leastAmps) return undefined;
  const others = Math.abs(second?.changeAmps ?? 0);
  return Math.abs(largest.changeAmps) >= standsOut * others ? largest : undefined;
}
