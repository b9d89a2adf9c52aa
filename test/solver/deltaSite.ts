import type { Policy, Problem, ProblemEvse } from '../../solver/problem.ts';

/** Cars between lines of one delta circuit with their limits, as arrays of group sums would be written by hand. */
export const deltaSite = (
  pairs: readonly (0 | 1 | 2)[],
  limit: number,
  policy: Policy,
  minAmps: number,
): Problem => ({
  circuits: [
    { name: 'grid', parent: -1, limitAmps: [limit, limit, limit], limitWatts: Infinity, supply: 'IT' },
  ],
  evses: pairs.map(
    (pair, index): ProblemEvse => ({
      ...{ name: `car ${index}`, circuit: 0, wiring: [pair, ((pair + 1) % 3) as 0 | 1 | 2], phaseVolts: 133 },
      ...{ minAmps, maxAmps: 32, stepAmps: 0, priority: 0, weight: 1, isOn: false, sinceMs: 0, waitingMs: 0 },
      laxityMs: index,
    }),
  ),
  policy,
});
