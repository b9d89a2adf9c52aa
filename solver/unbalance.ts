import type { Problem } from './problem.ts';
import { isBelow } from './rows.ts';

/**
 * Lowers what loads the highest phase until no two phases of a circuit differ by more than its unbalance limit.
 * Only ever lowers: raising the other phases would mean current for cars that may not take it. A limit with
 * differences is no limit on sums, so this comes after the fair share, not into it.
 */
export function limitUnbalance(problem: Problem, amps: Float64Array, low: Float64Array): void {
  for (let circuit = problem.circuits.length - 1; circuit >= 0; circuit--) {
    if (problem.circuits[circuit]!.unbalanceAmps === undefined) continue;
    // Each pass settles one pair of phases, and lowering one can only widen two others.
    for (let pass = 0; pass < passesMax; pass++) {
      const pair = worstPair(problem, circuit, amps);
      if (pair === undefined || !lower(problem, circuit, pair, amps, low)) break;
    }
  }
}

const passesMax = 12;
const toleranceAmps = 1e-9;

interface PhasePair {
  readonly high: 0 | 1 | 2;
  readonly low: 0 | 1 | 2;
  readonly excessAmps: number;
}

function worstPair(problem: Problem, circuit: number, amps: Float64Array): PhasePair | undefined {
  const { unbalanceAmps = Infinity, loadAmps = [0, 0, 0] } = problem.circuits[circuit]!;
  const load = [...loadAmps] as [number, number, number];
  problem.evses.forEach(({ wiring }, evse) => {
    if (isBelow(problem, evse, circuit)) for (const phase of wiring) load[phase] += amps[evse]!;
  });
  const phases = ([0, 1, 2] as const).toSorted((a, b) => load[b] - load[a]);
  const [high, , low] = phases as [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2];
  const excessAmps = load[high] - load[low] - unbalanceAmps;
  return excessAmps > toleranceAmps ? { high, low, excessAmps } : undefined;
}

/** Takes the excess from those on the high phase and not on the low one. False when nobody is left to take from. */
function lower(
  problem: Problem,
  circuit: number,
  pair: PhasePair,
  amps: Float64Array,
  low: Float64Array,
): boolean {
  const onHigh = problem.evses
    .map((_, evse) => evse)
    .filter((evse) => {
      const { wiring } = problem.evses[evse]!;
      return (
        amps[evse]! > 0 &&
        isBelow(problem, evse, circuit) &&
        wiring.includes(pair.high) &&
        !wiring.includes(pair.low)
      );
    });
  if (onHigh.length === 0) return false;
  const spare = onHigh.reduce((sum, evse) => sum + amps[evse]! - low[evse]!, 0);
  if (spare + toleranceAmps >= pair.excessAmps) {
    for (const evse of onHigh) {
      const cut = ((amps[evse]! - low[evse]!) * pair.excessAmps) / spare;
      amps[evse] = lowered(problem, evse, amps[evse]! - cut, low[evse]!);
    }
    return true;
  }
  // Not enough above the minima: the last in line stops, and the rest is looked at again.
  const last = onHigh.toSorted((a, b) => lineOf(problem, a) - lineOf(problem, b)).at(0);
  if (last === undefined) return false;
  amps[last] = 0;
  return true;
}

/** Who stops first: the lower class, and in it who has waited least. */
const lineOf = (problem: Problem, evse: number): number => {
  const { priority, waitingMs } = problem.evses[evse]!;
  return priority * 1e15 + waitingMs;
};

function lowered(problem: Problem, evse: number, amps: number, low: number): number {
  const { stepAmps } = problem.evses[evse]!;
  return Math.max(low, stepAmps === 0 ? amps : Math.floor(amps / stepAmps + 1e-9) * stepAmps);
}
