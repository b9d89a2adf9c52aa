import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, createAllocator } from '../../solver/allocate.ts';
import { loadGlpk } from '../../solver/glpk.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import { progressiveFairShare } from '../../solver/progressive.ts';
import { arbitraryProblem, type ProblemShape } from './arbitraryProblem.ts';
import { loadHighsSolver } from './highsOracle.ts';
import { treeLoads, worstExcessAmps } from './treeLoads.ts';

const continuous: ProblemShape = { evsesMax: 12, steps: [0], priorities: [0] };
const everything: ProblemShape = { evsesMax: 20, steps: [0, 0.1, 1, 1, 2, 8], priorities: [0, 0, 1, 5] };
const continuousClasses: ProblemShape = { ...continuous, priorities: [0, 1] };

const ampsOf = (allocation: Allocation): number[] => allocation.evses.map((evse) => evse.amps);
const solvers = { GLPK: await loadGlpk(), HiGHS: await loadHighsSolver() };

describe('an allocation', () => {
  it('keeps every circuit under its amps on every phase and under its watts', () => {
    fc.assert(
      fc.property(arbitraryProblem(everything), (problem) => {
        expect(worstExcessAmps(problem, ampsOf(allocate(problem)))).toBeLessThan(1e-8);
      }),
      { numRuns: 1_500 },
    );
  });

  it('gives nobody anything between zero and the minimum, above the maximum, or off the step', () => {
    fc.assert(
      fc.property(arbitraryProblem(everything), (problem) => {
        allocate(problem).evses.forEach(({ amps }, index) => {
          const { minAmps, maxAmps, stepAmps } = problem.evses[index]!;
          if (amps === 0) return;
          expect(amps).toBeGreaterThanOrEqual(minAmps);
          expect(amps).toBeLessThanOrEqual(maxAmps);
          if (stepAmps > 0)
            expect(Math.abs(amps / stepAmps - Math.round(amps / stepAmps))).toBeLessThan(1e-9);
        });
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(['GLPK', 'HiGHS'] as const)(
    'equals the progressive linear programs of %s within a microampere',
    (name) => {
      fc.assert(
        fc.property(arbitraryProblem(continuousClasses), (problem) => {
          const allocation = allocate(problem);
          const reference = progressiveFairShare(problem, allocation, solvers[name], 10_000);
          if (reference.status === 'failed') throw new Error(reference.reason);
          allocation.evses.forEach(({ continuousAmps }, index) => {
            expect(Math.abs(continuousAmps - reference.amps[index]!)).toBeLessThan(1e-6);
          });
        }),
        { numRuns: 150 },
      );
    },
  );

  it('leaves every EVSE at its maximum or under a full circuit where nobody has more per weight', () => {
    fc.assert(
      fc.property(arbitraryProblem({ ...continuous, evsesMax: 40 }), (problem) => {
        const { evses } = allocate(problem);
        const loads = treeLoads(problem, ampsOf({ evses, circuits: [] }));
        evses.forEach(({ amps, bound }, index) => {
          const evse = problem.evses[index]!;
          if (bound.kind === 'paused') return;
          if (bound.kind === 'maximum') {
            expect(amps).toBe(evse.maxAmps < evse.minAmps ? 0 : evse.maxAmps);
            return;
          }
          const { limitAmps, limitWatts } = problem.circuits[bound.circuit]!;
          const limit = bound.phase === undefined ? limitWatts : limitAmps[bound.phase];
          expect(Math.abs(loads[bound.circuit]![bound.phase ?? 3]! - limit)).toBeLessThan(1e-6);
          evses.forEach((other, otherIndex) => {
            const rival = problem.evses[otherIndex]!;
            const isAtMinimum = other.amps <= rival.minAmps + 1e-9;
            if (!isBelow(problem, otherIndex, bound.circuit) || isAtMinimum) return;
            if (bound.phase !== undefined && !rival.wiring.includes(bound.phase)) return;
            expect(other.amps / rival.weight).toBeLessThan(Math.max(amps, 1e-9) / evse.weight + 1e-6);
          });
        });
      }),
      { numRuns: 500 },
    );
  });

  it('is never better in lexicographic order when a limit is lower', () => {
    const shape = arbitraryProblem({ ...continuous, evsesMax: 20 });
    fc.assert(
      fc.property(
        shape,
        fc.nat(),
        fc.nat(2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (drawn, at, phase, share) => {
          const problem = { ...drawn, evses: drawn.evses.map((evse) => ({ ...evse, minAmps: 0 })) };
          const lowered = lowerLimit(problem, at % problem.circuits.length, phase, share);
          const before = sortedPerWeight(problem, allocate(problem));
          const after = sortedPerWeight(problem, allocate(lowered));
          const first = before.findIndex((value, index) => Math.abs(value - after[index]!) > 1e-7);
          if (first >= 0) expect(after[first]!).toBeLessThan(before[first]!);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the EVSEs', () => {
    fc.assert(
      fc.property(
        arbitraryProblem(everything).chain((problem) =>
          fc.tuple(
            fc.constant(problem),
            fc.shuffledSubarray(
              problem.evses.map((_, index) => index),
              { minLength: problem.evses.length },
            ),
          ),
        ),
        ([problem, order]) => {
          const shuffled = allocate({ ...problem, evses: order.map((index) => problem.evses[index]!) });
          const straight = allocate(problem);
          order.forEach((index, place) => {
            expect(shuffled.evses[place]!.amps).toBeCloseTo(straight.evses[index]!.amps, 8);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves no whole step unused that an admitted EVSE could have', () => {
    fc.assert(
      fc.property(arbitraryProblem({ ...everything, steps: [0.1, 1, 2] }), (problem) => {
        const { evses } = allocate(problem);
        const amps = ampsOf({ evses, circuits: [] });
        evses.forEach(({ bound }, index) => {
          const evse = problem.evses[index]!;
          if (bound.kind === 'paused' || amps[index] === 0 || amps[index]! + evse.stepAmps > evse.maxAmps)
            return;
          const raised = amps.with(index, amps[index]! + evse.stepAmps);
          expect(worstExcessAmps(problem, raised)).toBeGreaterThan(1e-10);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('tells what each circuit has left', () => {
    fc.assert(
      fc.property(arbitraryProblem(everything), (problem) => {
        const allocation = allocate(problem);
        const loads = treeLoads(problem, ampsOf(allocation));
        allocation.circuits.forEach(({ unusedAmps, unusedWatts }, index) => {
          const { limitAmps, limitWatts } = problem.circuits[index]!;
          unusedAmps.forEach((unused, phase) => {
            if (limitAmps[phase] === Infinity) expect(unused).toBe(Infinity);
            else expect(unused).toBeCloseTo(limitAmps[phase]! - loads[index]![phase]!, 6);
          });
          if (limitWatts < Infinity) expect(unusedWatts).toBeCloseTo(limitWatts - loads[index]![3]!, 4);
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('an allocator', () => {
  it('answers the same as a fresh start when only numbers change, and when the structure does', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryProblem(everything), { minLength: 2, maxLength: 4 }),
        fc.nat(50),
        (problems, cut) => {
          const again = createAllocator();
          for (const problem of problems) {
            const tighter = {
              ...problem,
              circuits: problem.circuits.map((circuit) => lowered(circuit, cut)),
            };
            expect(again(problem)).toEqual(allocate(problem));
            expect(again(tighter)).toEqual(allocate(tighter));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

type Circuit = Problem['circuits'][number];

const lowered = (circuit: Circuit, cut: number): Circuit => {
  const [a, b, c] = circuit.limitAmps;
  return { ...circuit, limitAmps: [Math.max(0, a - cut), Math.max(0, b - cut), Math.max(0, c - cut)] };
};

function lowerLimit(problem: Problem, at: number, phase: number, share: number): Problem {
  const circuits = problem.circuits.map((circuit, index) => {
    if (index !== at) return circuit;
    const [a, b, c] = circuit.limitAmps.map((limit, each) =>
      each === phase ? Math.min(limit, 200) * share : limit,
    ) as [number, number, number];
    return { ...circuit, limitAmps: [a, b, c] as const };
  });
  return { ...problem, circuits };
}

const sortedPerWeight = (problem: Problem, allocation: Allocation): number[] =>
  allocation.evses.map(({ amps }, index) => amps / problem.evses[index]!.weight).sort((a, b) => a - b);

function isBelow(problem: Problem, evse: number, circuit: number): boolean {
  for (let at = problem.evses[evse]!.circuit; at >= 0; at = problem.circuits[at]!.parent)
    if (at === circuit) return true;
  return false;
}
