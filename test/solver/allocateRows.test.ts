import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../solver/allocate.ts';
import { allocateRows } from '../../solver/allocateRows.ts';
import { limitFault, shareFault } from '../../solver/certificate.ts';
import { facets, lineFactors, magnitude, reachDegrees } from '../../solver/phasor.ts';
import type { Policy, Problem, ProblemEvse } from '../../solver/problem.ts';
import { arbitraryProblem } from './arbitraryProblem.ts';
import { deltaSite } from './deltaSite.ts';
import { worstExcessAmps } from './treeLoads.ts';

const policies: readonly Policy[] = ['fair', 'deadline', 'first-come'];

describe('the allocation over rows', () => {
  it('is the fast tick on star supply, by halving instead of in closed form', () => {
    fc.assert(
      fc.property(arbitraryProblem({ evsesMax: 10, steps: [0], priorities: [0, 1] }), (drawn) => {
        // Admission exchanges one for two in the fast tick only: without minima both admit everybody.
        const problem = { ...drawn, evses: drawn.evses.map((evse) => ({ ...evse, minAmps: 0 })) };
        const fast = allocate(problem).evses;
        allocateRows(problem).evses.forEach(({ amps }, index) => {
          expect(amps).toBeCloseTo(fast[index]!.amps, 6);
        });
      }),
      { numRuns: 150 },
    );
  });

  it.each(policies)('keeps all limits and minima under the policy %s', (policy) => {
    fc.assert(
      fc.property(arbitraryProblem({ evsesMax: 10, steps: [0, 1, 2], priorities: [0, 1] }), (drawn) => {
        const { evses } = allocateRows({ ...drawn, policy });
        expect(
          worstExcessAmps(
            drawn,
            evses.map(({ amps }) => amps),
          ),
        ).toBeLessThan(1e-8);
        evses.forEach(({ amps }, index) => {
          const { minAmps, maxAmps } = drawn.evses[index]!;
          if (amps > 0) expect(amps >= minAmps - 1e-9 && amps <= maxAmps + 1e-9).toBe(true);
        });
      }),
      { numRuns: 100 },
    );
  });

  it.each(policies)('keeps every delta line under its limit under the policy %s', (policy) => {
    const pair = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 12 }),
        fc.double({ min: 0, max: 120, noNaN: true }),
        fc.constantFrom(0, 6),
        (pairs, limit, minAmps) => {
          const { evses } = allocate(deltaSite(pairs, limit, policy, minAmps));
          const sum = [0, 0, 0];
          evses.forEach(({ amps }, index) => {
            sum[pairs[index]!]! += amps;
          });
          const [x, y, z] = sum as [number, number, number];
          for (const [a, b] of [
            [x, z],
            [y, x],
            [z, y],
          ] as const) {
            expect(Math.sqrt(a * a + b * b + a * b)).toBeLessThan(limit + 1e-6);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fills the three pairs of lines of a delta evenly, whatever the laxities', () => {
    const { evses } = allocate(deltaSite([0, 0, 0, 1, 2], 30, 'deadline', 0));
    const even = 30 / Math.sqrt(3);
    expect(evses[0]!.amps).toBeCloseTo(even, 6);
    expect(evses[3]!.amps).toBeCloseTo(even, 6);
    expect(evses[4]!.amps).toBeCloseTo(even, 6);
  });

  it('lets no two phases differ by more than the unbalance limit, and only ever lowers', () => {
    const house = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        arbitraryProblem({ evsesMax: 24, steps: [0, 1], priorities: [0, 1] }),
        fc.integer({ min: 0, max: 30 }),
        fc.tuple(house, house, house),
        (drawn, unbalanceAmps, loadAmps) => {
          const circuits = drawn.circuits.map((circuit, index) =>
            index % 2 === 0 ? { ...circuit, unbalanceAmps, loadAmps } : circuit,
          );
          const problem = { ...drawn, circuits };
          const allocation = allocate(problem);
          expect(limitFault(problem, allocation).differenceAmps).toBeLessThan(1e-6);
          const free = allocateRows(drawn).evses;
          allocation.evses.forEach(({ amps, bound }, index) => {
            expect(amps).toBeLessThan(free[index]!.amps + 1e-9);
            if (bound.kind === 'paused') expect(amps).toBe(0);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses one conductor where there is no neutral', () => {
    const problem = deltaSite([0], 30, 'fair', 6);
    const alone = { ...problem, evses: problem.evses.map((evse) => ({ ...evse, wiring: [0] as const })) };
    expect(() => allocate(alone)).toThrow('car 0: wiring is [0], must be two or three lines on IT');
  });
});

describe('facets', () => {
  it.each(['IT', 'delta-wye primary'] as const)(
    'of a line on %s lie inside its circle and lose at most one percent',
    (supply) => {
      const sums = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0, max: 32, noNaN: true })));
      fc.assert(
        fc.property(sums, (amps) => {
          const wirings = [
            [0, 1],
            [1, 2],
            [2, 0],
          ] as const;
          for (const line of [0, 1, 2] as const) {
            const parts = wirings.map((wiring) => lineFactors(supply, wiring)[line]);
            const along = parts.reduce((sum, part, index) => sum + part[0] * amps[index]!, 0);
            const across = parts.reduce((sum, part, index) => sum + part[1] * amps[index]!, 0);
            const seen = Math.max(
              ...facets(reachDegrees[supply]).map(
                (each) => (each.along * along + each.across * across) / each.shrink,
              ),
            );
            const real = magnitude([along, across]);
            expect(seen).toBeGreaterThanOrEqual(real - 1e-9);
            expect(seen).toBeLessThanOrEqual(real / Math.cos(Math.PI / 24) + 1e-9);
          }
        }),
      );
    },
  );
});

describe('a delta whose loads are known to a power factor only', () => {
  const given = (
    powerFactorMin: number,
    wirings: readonly ProblemEvse['wiring'][],
    limit: number,
  ): number[] => {
    const problem = deltaSite(
      wirings.map(() => 0),
      limit,
      'fair',
      0,
    );
    const circuits = problem.circuits.map((circuit) => ({ ...circuit, powerFactorMin }));
    const evses = problem.evses.map((evse, index) => ({ ...evse, wiring: wirings[index] ?? evse.wiring }));
    return allocateRows({ ...problem, circuits, evses }).evses.map(({ amps }) => amps);
  };
  const balanced = [
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const;

  it('gives resistive loads what their phasor sum allows', () => {
    for (const amps of given(1, balanced, 30)) expect(amps).toBeCloseTo(30 / Math.sqrt(3), 6);
  });

  it('gives the less the worse the power factor may be, down to the sum of amps', () => {
    const [resistive = 0] = given(1, balanced, 30);
    const [between = 0] = given(0.95, balanced, 30);
    const [worst = 0] = given(0.8, balanced, 30);
    expect(between).toBeLessThan(resistive);
    expect(between).toBeGreaterThan(worst);
    expect(worst).toBeCloseTo(15, 6);
  });

  it('counts three lines as numbers, and both loads on the return', () => {
    const [alone = 0] = given(1, [[0, 1, 2]], 30);
    expect(alone).toBeCloseTo(30 / Math.sqrt(3), 6);
    const [three = 0, two = 0] = given(
      1,
      [
        [0, 1, 2],
        [0, 1],
      ],
      30,
    );
    expect([three, two].map((amps) => amps.toFixed(3))).toEqual(['15.000', '15.000']);
  });
});

describe('EVSEs with phases to spare', () => {
  /** One-phase cars at EVSEs of three, in turns. */
  const given = (count: number, limit: number, change: Partial<ProblemEvse> = {}): Problem => {
    const { circuits, evses } = deltaSite(
      Array.from({ length: count }, () => 0),
      limit,
      'fair',
      0,
    );
    return {
      circuits: circuits.map((circuit) => ({ ...circuit, supply: 'TN' })),
      evses: evses.map((evse, index) => {
        const own = (index % 3) as 0 | 1 | 2;
        const others = ([0, 1, 2] as const).filter((phase) => phase !== own);
        return { ...evse, phaseVolts: 230, wiring: [own], spareWiring: others, ...change };
      }),
    };
  };
  const shares = (problem: Problem): readonly number[] => allocateRows(problem).evses.map(({ amps }) => amps);

  it('leave room for any one of them on every phase', () => {
    for (const amps of shares(given(6, 63))) expect(amps).toBeCloseTo(21, 6);
    for (const amps of shares(given(3, 40))) expect(amps).toBeCloseTo(20, 6);
  });

  it('are refused a phase twice', () => {
    expect(() => allocate(given(1, 63, { wiring: [0], spareWiring: [0] }))).toThrow('wiring');
  });

  it('keep every limit when one begins with all phases, and leave no room that anybody could use', () => {
    const input = fc.record({
      count: fc.integer({ min: 1, max: 8 }),
      limits: fc.tuple(fc.nat(80), fc.nat(80), fc.nat(80)),
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 }),
      uses: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 }),
    });
    fc.assert(
      fc.property(input, ({ count, limits, weights, uses }) => {
        const problem = given(count, 0);
        const circuits = problem.circuits.map((circuit) => ({ ...circuit, limitAmps: limits }));
        const evses = problem.evses.map((evse, index) => {
          const all = [...evse.wiring, ...(evse.spareWiring ?? [])];
          const use = uses[index] ?? 1;
          return {
            ...evse,
            weight: weights[index] ?? 1,
            wiring: all.slice(0, use),
            spareWiring: all.slice(use),
          };
        });
        const allocation = allocateRows({ circuits, evses });
        const amps = allocation.evses.map((each) => each.amps);
        expect(limitFault({ circuits, evses }, allocation).differenceAmps).toBeLessThan(1e-6);
        expect(shareFault({ circuits, evses }, allocation).differenceAmps).toBeLessThan(1e-6);
        const excess = (at: readonly number[]): number =>
          Math.max(
            ...([0, 1, 2] as const).flatMap((phase) => {
              const used = at.reduce((sum, x, i) => (evses[i]?.wiring.includes(phase) ? sum + x : sum), 0);
              return at.map((x, i) => used + (evses[i]?.spareWiring.includes(phase) ? x : 0) - limits[phase]);
            }),
          );
        expect(excess(amps)).toBeLessThan(1e-6);
        amps.forEach((x, i) => {
          if (x < 31.99) expect(excess(amps.map((y, j) => (i === j ? y + 0.01 : y)))).toBeGreaterThan(0);
        });
      }),
    );
  });
});
