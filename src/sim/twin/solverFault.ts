import type { Allocation, Problem } from '../../../solver/problem.ts';

/** How the solver does. `wrong`: it gives everybody his maximum; `slow`: the process does nothing else meanwhile. */
export type SolverCondition = 'works' | 'throws' | 'wrong' | 'no number' | 'slow';

/** What comes out of the solver in this condition. */
export function solved(
  condition: SolverCondition,
  problem: Problem,
  solve: (problem: Problem) => Allocation,
): Allocation {
  if (condition === 'throws') throw new Error('the solver failed');
  const allocation = solve(problem);
  if (condition === 'works' || condition === 'slow') return allocation;
  const amps = (index: number): number =>
    condition === 'wrong' ? (problem.evses[index]?.maxAmps ?? 0) : Number.NaN;
  return {
    ...allocation,
    evses: allocation.evses.map((evse, index) => ({ ...evse, amps: amps(index) })),
  };
}
