import { type LineBound, lineBounds, lineFactors, magnitude } from './phasor.ts';
import type { Problem, ProblemCircuit, ProblemEvse } from './problem.ts';

/**
 * One limit with what each EVSE puts on it, along and across the line's voltage. For TN and for watts nothing is
 * across, and the magnitude is the sum.
 */
export interface Row {
  readonly circuit: number;
  /** Undefined: the watts. */
  readonly phase: 0 | 1 | 2 | undefined;
  readonly limit: number;
  readonly along: Float64Array;
  readonly across: Float64Array;
  /** Adds up as a number beside the rest; undefined where nothing does. */
  readonly straight: Float64Array | undefined;
  /** Of these parts only the largest counts, on top; undefined where there are none. */
  readonly spare: Float64Array | undefined;
}

/** Every finite limit of a problem. Written out in full: for sites of hundreds, not of thousands. */
export function rowsOf(problem: Problem): Row[] {
  return problem.circuits.flatMap((node, circuit) => {
    const { limitAmps, limitWatts } = node;
    const factors = problem.evses.map((evse, index) =>
      isBelow(problem, index, circuit) ? lineLoads(node, evse.wiring) : undefined,
    );
    const lines = ([0, 1, 2] as const).map((phase) => ({
      circuit,
      phase,
      limit: limitAmps[phase],
      along: Float64Array.from(factors, (each) => each?.[phase].turned[0] ?? 0),
      across: Float64Array.from(factors, (each) => each?.[phase].turned[1] ?? 0),
      straight:
        node.powerFactorMin === undefined
          ? undefined
          : Float64Array.from(factors, (each) => each?.[phase].straight ?? 0),
      spare: spareOf(problem, circuit, phase),
    }));
    const watts = {
      circuit,
      phase: undefined,
      limit: limitWatts,
      along: Float64Array.from(factors, (each, index) =>
        each === undefined ? 0 : wattsPerAmp(problem, index),
      ),
      across: new Float64Array(factors.length),
      straight: undefined,
      spare: spareOf(problem, circuit, undefined),
    };
    return [...lines, watts].filter(
      (row) =>
        row.limit < Infinity &&
        problem.evses.some((_, evse) => loads(row, evse) || (row.spare?.[evse] ?? 0) !== 0),
    );
  });
}

/** What one ampere of an EVSE puts on each of a circuit's lines. */
export function lineLoads(
  { supply = 'TN', powerFactorMin }: Pick<ProblemCircuit, 'supply' | 'powerFactorMin'>,
  wiring: ProblemEvse['wiring'],
): readonly [LineBound, LineBound, LineBound] {
  if (supply === 'IT' && powerFactorMin !== undefined) return lineBounds(powerFactorMin, wiring);
  const [a, b, c] = lineFactors(supply, wiring);
  const exact = (turned: LineBound['turned']): LineBound => ({ turned, straight: 0 });
  return [exact(a), exact(b), exact(c)];
}

/** On IT the volts between lines are sqrt(3) times those to earth, and a three-phase car is two loads between lines. */
export function wattsPerAmp(problem: Problem, index: number): number {
  const { wiring, phaseVolts, circuit } = problem.evses[index]!;
  const isDelta = (problem.circuits[circuit]!.supply ?? 'TN') !== 'TN';
  return isDelta ? (wiring.length - 1) * Math.sqrt(3) * phaseVolts : wiring.length * phaseVolts;
}

export function isBelow(problem: Problem, evse: number, circuit: number): boolean {
  let at = problem.evses[evse]!.circuit;
  while (at > circuit) at = problem.circuits[at]!.parent;
  return at === circuit;
}

/** What each EVSE below a circuit may begin to load, on a phase or in watts; undefined when nobody does. */
function spareOf(problem: Problem, circuit: number, phase: 0 | 1 | 2 | undefined): Float64Array | undefined {
  if (problem.evses.every(({ spareWiring = [] }) => spareWiring.length === 0)) return undefined;
  return Float64Array.from(problem.evses, ({ spareWiring = [], phaseVolts }, evse) => {
    if (!isBelow(problem, evse, circuit)) return 0;
    return phase === undefined ? spareWiring.length * phaseVolts : spareWiring.includes(phase) ? 1 : 0;
  });
}

/** What flows on a row at the most. */
export function loadOf({ along, across, straight, spare }: Row, amps: Float64Array): number {
  let straightSum = 0;
  let alongSum = 0;
  let acrossSum = 0;
  for (let evse = 0; evse < amps.length; evse++) {
    alongSum += along[evse]! * amps[evse]!;
    acrossSum += across[evse]! * amps[evse]!;
    if (straight !== undefined) straightSum += straight[evse]! * amps[evse]!;
  }
  return magnitude([alongSum, acrossSum]) + straightSum + (spare === undefined ? 0 : largest(spare, amps));
}

function largest(spare: Float64Array, amps: Float64Array): number {
  let most = 0;
  for (let evse = 0; evse < amps.length; evse++) most = Math.max(most, spare[evse]! * amps[evse]!);
  return most;
}

/** The first row that is over its limit. */
export function brokenRow(rows: readonly Row[], amps: Float64Array): Row | undefined {
  return rows.find((row) => loadOf(row, amps) > row.limit + rowTolerance * Math.max(1, row.limit));
}

/** Relative. What floating point makes of a sum that just fits. */
const rowTolerance = 1e-12;

export const loads = ({ along, across, straight }: Row, evse: number): boolean =>
  along[evse] !== 0 || across[evse] !== 0 || (straight?.[evse] ?? 0) !== 0;

/** What halving leaves between two that are alike. */
const bindingTolerance = 1e-9;

/** Whether more at an EVSE is more on the row. What it may begin to load counts only where it is the largest. */
export function binds(row: Row, evse: number, amps: Float64Array): boolean {
  if (loads(row, evse)) return true;
  const { spare } = row;
  if (spare === undefined || spare[evse] === 0) return false;
  return spare[evse]! * amps[evse]! >= largest(spare, amps) * (1 - bindingTolerance) - bindingTolerance;
}
