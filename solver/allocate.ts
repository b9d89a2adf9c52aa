import { allocateRows } from './allocateRows.ts';
import { checkProblem } from './check.ts';
import { rowsPerCircuit, wattsRow } from './layer.ts';
import { atMaximum, hasSameStructure, type Prepared, prepare, solve, writeNumbers } from './prepared.ts';
import type { Allocation, Bound, CircuitAllocation, EvseAllocation, Problem } from './problem.ts';

/**
 * What each EVSE gets: exactly weighted max-min fair within a priority class, nobody between zero and its
 * minimum, no circuit over its amps or watts. Throws a `ProblemError` for a number that is none.
 */
export function allocate(problem: Problem): Allocation {
  return createAllocator()(problem);
}

/**
 * An `allocate` that remembers the structure of the last problem: as long as only limits, minima, maxima, steps
 * and waiting times change, the tree is not worked out again.
 */
export function createAllocator(): (problem: Problem) => Allocation {
  let prepared: Prepared | undefined;
  return (problem) => {
    checkProblem(problem);
    if (!isPlain(problem)) return allocateRows(problem);
    if (prepared === undefined || !hasSameStructure(prepared, problem)) prepared = prepare(problem);
    else writeNumbers(prepared, problem);
    solve(prepared, problem.pacing);
    return answerOf(prepared);
  };
}

/** What the fast tick does: star supply, fair shares, no unbalance limit, no phases to spare. */
export const isPlain = ({ policy, circuits, evses }: Problem): boolean =>
  evses.every(({ spareWiring }) => spareWiring === undefined || spareWiring.length === 0) &&
  (policy === undefined || policy === 'fair') &&
  circuits.every(
    ({ supply, unbalanceAmps }) => (supply === undefined || supply === 'TN') && unbalanceAmps === undefined,
  );

function answerOf(prepared: Prepared): Allocation {
  const evses: EvseAllocation[] = prepared.problem.evses.map((_, evse) => ({
    amps: prepared.amps[evse]!,
    continuousAmps: prepared.continuousAmps[evse]!,
    bound: boundOf(prepared, evse),
  }));
  const circuits: CircuitAllocation[] = prepared.problem.circuits.map((_, circuit) => {
    const row = rowsPerCircuit * circuit;
    const { unused } = prepared;
    return {
      unusedAmps: [unused[row]!, unused[row + 1]!, unused[row + 2]!],
      unusedWatts: unused[row + wattsRow]!,
    };
  });
  return { evses, circuits };
}

function boundOf(prepared: Prepared, evse: number): Bound {
  const row = prepared.boundRow[evse]!;
  if (prepared.isPaused[evse] === 0) {
    return row === atMaximum ? { kind: 'maximum' } : { kind: 'circuit', ...placeOf(row) };
  }
  return row < 0
    ? { kind: 'paused', circuit: undefined, phase: undefined }
    : { kind: 'paused', ...placeOf(row) };
}

function placeOf(row: number): { circuit: number; phase: 0 | 1 | 2 | undefined } {
  const kind = row & 3;
  const phase = kind === 0 || kind === 1 || kind === 2 ? kind : undefined;
  return { circuit: row >> 2, phase };
}
