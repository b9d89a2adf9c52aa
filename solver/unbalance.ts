import type { Problem } from './problem.ts';
import { stepsDown } from './rounding.ts';
import { isBelow } from './rows.ts';

/** Told of every EVSE that an unbalance limit has lowered: the circuit, and the phase that was too high. */
export type OnLowered = (evse: number, circuit: number, phase: 0 | 1 | 2) => void;

/**
 * Lowers what loads the highest phase until no two phases of a circuit differ by more than its unbalance limit.
 * Only ever lowers: raising the other phases would mean current for cars that may not take it. A limit with
 * differences is no limit on sums, so this comes after the fair share, not into it.
 */
export function limitUnbalance(
  problem: Problem,
  amps: Float64Array,
  low: Float64Array,
  onLowered: OnLowered,
): void {
  // An inner circuit may have to give way once more after an outer one.
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (let circuit = problem.circuits.length - 1; circuit >= 0; circuit--) {
      if (problem.circuits[circuit]!.unbalanceAmps === undefined) continue;
      while (lowerOnce(problem, circuit, amps, low, onLowered)) isSettled = false;
    }
  }
}

const toleranceAmps = 1e-9;

interface PhasePair {
  readonly high: 0 | 1 | 2;
  readonly low: 0 | 1 | 2;
  readonly excessAmps: number;
}

/** Lowers somebody for the worst pair of phases that anybody can help; false when there is none. */
function lowerOnce(
  problem: Problem,
  circuit: number,
  amps: Float64Array,
  low: Float64Array,
  onLowered: OnLowered,
): boolean {
  for (const pair of pairsOver(problem, circuit, amps)) {
    const onHigh = problem.evses.flatMap(({ wiring }, evse) => {
      const isAbove = wiring.includes(pair.high) && !wiring.includes(pair.low);
      return isAbove && amps[evse]! > 0 && isBelow(problem, evse, circuit) ? [evse] : [];
    });
    // What the house has on it, no car can take away.
    if (onHigh.length === 0) continue;
    for (const evse of lower(problem, onHigh, pair.excessAmps, amps, low))
      onLowered(evse, circuit, pair.high);
    return true;
  }
  return false;
}

/** The pairs of phases that are too far apart, the worst first. */
function pairsOver(problem: Problem, circuit: number, amps: Float64Array): PhasePair[] {
  const { unbalanceAmps = Infinity, loadAmps = [0, 0, 0] } = problem.circuits[circuit]!;
  const load = [...loadAmps] as [number, number, number];
  problem.evses.forEach(({ wiring }, evse) => {
    if (isBelow(problem, evse, circuit)) for (const phase of wiring) load[phase] += amps[evse]!;
  });
  return ([0, 1, 2] as const)
    .flatMap((high) =>
      ([0, 1, 2] as const).map((low) => ({ high, low, excessAmps: load[high] - load[low] - unbalanceAmps })),
    )
    .filter(({ excessAmps }) => excessAmps > toleranceAmps)
    .sort((a, b) => b.excessAmps - a.excessAmps);
}

/**
 * Takes the excess from what these have above their minima, in proportion. Where that is not enough, the last in
 * line stops, and the rest is looked at again. Returns who was lowered.
 */
function lower(
  problem: Problem,
  onHigh: readonly number[],
  excessAmps: number,
  amps: Float64Array,
  low: Float64Array,
): readonly number[] {
  const spare = onHigh.reduce((sum, evse) => sum + amps[evse]! - low[evse]!, 0);
  if (spare + toleranceAmps < excessAmps) {
    const last = onHigh.toSorted((a, b) => lineOf(problem, a) - lineOf(problem, b)).slice(0, 1);
    for (const evse of last) amps[evse] = 0;
    return last;
  }
  // An excess of rounding is below every step: it lowers nobody.
  return onHigh.filter((evse) => {
    const before = amps[evse]!;
    const cut = (before - low[evse]!) * Math.min(1, excessAmps / spare);
    amps[evse] = Math.max(low[evse]!, stepsDown(before - cut, problem.evses[evse]!.stepAmps));
    return amps[evse]! < before;
  });
}

/** Who stops first: the lower class, and in it who has waited least. */
const lineOf = (problem: Problem, evse: number): number => {
  const { priority, waitingMs } = problem.evses[evse]!;
  return priority * 1e15 + waitingMs;
};
