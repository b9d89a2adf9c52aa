import fc from 'fast-check';
import type { Problem, ProblemCircuit, ProblemEvse } from '../../solver/problem.ts';

export interface ProblemShape {
  readonly evsesMax: number;
  /** Steps to choose from; 0 is continuous. */
  readonly steps: readonly number[];
  readonly priorities: readonly number[];
}

const wirings = [[0], [1], [2], [0, 1], [1, 2], [0, 1, 2], [1, 2, 0], [2, 0, 1]] as const;

/** A decimal with two digits: so that a failing example can be read, and ties happen. */
const hundredths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.round(min * 100), max: Math.round(max * 100) }).map((value) => value / 100);

const limit = fc.oneof(
  { weight: 6, arbitrary: hundredths(0, 120) },
  { weight: 1, arbitrary: fc.constant(Infinity) },
  { weight: 1, arbitrary: fc.constant(0) },
);

const watts = fc.oneof(
  { weight: 2, arbitrary: fc.constant(Infinity) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
);

const circuit = (index: number): fc.Arbitrary<ProblemCircuit> =>
  fc.record({
    name: fc.constant(`circuit ${index}`),
    parent: fc.integer({ min: -1, max: index - 1 }),
    limitAmps: fc.tuple(limit, limit, limit),
    limitWatts: watts,
  });

const evse = (index: number, circuits: number, shape: ProblemShape): fc.Arbitrary<ProblemEvse> =>
  fc.record({
    name: fc.constant(`evse ${String(index).padStart(3, '0')}`),
    circuit: fc.integer({ min: 0, max: circuits - 1 }),
    wiring: fc.constantFrom(...wirings),
    phaseVolts: fc.constant(230),
    minAmps: fc.constantFrom(0, 6, 6, 6, 8, 13),
    maxAmps: fc.oneof(fc.constantFrom(0, 10, 16, 32), hundredths(0, 63)),
    stepAmps: fc.constantFrom(...shape.steps),
    priority: fc.constantFrom(...shape.priorities),
    weight: fc.oneof(fc.constantFrom(1, 2, 4), hundredths(0.1, 10)),
    isOn: fc.boolean(),
    sinceMs: fc.constant(0),
    waitingMs: fc.integer({ min: 0, max: 3_600_000 }),
  });

/** Random forests of up to 8 circuits, with tight, missing and zero limits on every phase and on the watts. */
export const arbitraryProblem = (shape: ProblemShape): fc.Arbitrary<Problem> =>
  fc
    .record({
      circuitCount: fc.integer({ min: 1, max: 8 }),
      evseCount: fc.integer({ min: 0, max: shape.evsesMax }),
    })
    .chain(({ circuitCount, evseCount }) =>
      fc.record({
        circuits: fc.tuple(...Array.from({ length: circuitCount }, (_, index) => circuit(index))),
        evses: fc.tuple(...Array.from({ length: evseCount }, (_, index) => evse(index, circuitCount, shape))),
      }),
    );
