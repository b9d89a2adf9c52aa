import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { magnitude } from '../../solver/phasor.ts';
import { createPlanner } from '../../solver/planner.ts';
import { type PlanProblem, wiringBits, wiringOf } from '../../solver/planProblem.ts';
import { lineLoads } from '../../solver/rows.ts';
import { givenPlan, planned } from './planGiven.ts';
import { planSite } from './planSites.ts';
import { seeded } from './sites.ts';

const limitMs = 10_000;
const planner = await createPlanner();
const phases = [0, 1, 2] as const;

describe('a plan under an unbalance limit', () => {
  it('stays within it in every slot, even where that costs money', () => {
    const { amps, shortfallKwh } = planned(
      planner.plan(givenPlan({ unbalanceAmps: Float64Array.of(5), needKwh: Float64Array.of(4) }), limitMs),
    );
    expect(Array.from(amps, Math.round)).toEqual([1, 5, 5, 5]);
    expect(shortfallKwh[0]).toBe(0);
  });

  it('counts the background, and may use what it leaves on the other phases', () => {
    const onPhase2 = Float64Array.from([1, 2, 3, 4].flatMap(() => [0, 6, 6]));
    const { amps } = planned(
      planner.plan(
        givenPlan({
          unbalanceAmps: Float64Array.of(5),
          backgroundAmps: onPhase2,
          needKwh: Float64Array.of(9),
        }),
        limitMs,
      ),
    );
    expect(Array.from(amps, Math.round)).toEqual([3, 11, 11, 11]);
  });

  it('plans nothing that adds to a background that is over it already', () => {
    const onPhase1 = Float64Array.from([1, 2, 3, 4].flatMap(() => [9, 0, 0]));
    const { amps, shortfallKwh } = planned(
      planner.plan(givenPlan({ unbalanceAmps: Float64Array.of(5), backgroundAmps: onPhase1 }), limitMs),
    );
    expect(Array.from(amps)).toEqual([0, 0, 0, 0]);
    expect(shortfallKwh[0]).toBeCloseTo(4);
  });

  it('holds on random sites, with minima and without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(0, 6), (seed, least) => {
        const { problem } = planSite(8, seed);
        const unbalanceAmps = problem.parent.reduce(
          (list, parent, at) => list.fill(parent < 0 ? 12 : Infinity, at, at + 1),
          new Float64Array(problem.parent.length),
        );
        const limited = { ...problem, unbalanceAmps, minAmps: problem.id.map(() => least) };
        const { amps } = planned(planner.plan(limited, limitMs));
        for (const loads of slotLoads(limited, amps)) {
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(12 + 1e-4);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('a plan on delta supply', () => {
  it('keeps the current of every line, as phasors, under its limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom(0, 6),
        fc.constantFrom(undefined, 0.9),
        (seed, least, powerFactor) => {
          const random = seeded(seed);
          const { problem } = planSite(9, seed);
          const wiring = problem.wiring.map(() => {
            const first = Math.floor(3 * random()) as 0 | 1 | 2;
            const second = ((first + 1) % 3) as 0 | 1 | 2;
            const third = ((first + 2) % 3) as 0 | 1 | 2;
            return wiringBits(random() < 0.3 ? [first, second, third] : [first, second]);
          });
          const supply = new Uint8Array(problem.parent.length).fill(1);
          const delta = {
            ...problem,
            wiring,
            supply,
            minAmps: problem.id.map(() => least),
            ...(powerFactor === undefined
              ? {}
              : { powerFactorMin: new Float64Array(supply.length).fill(powerFactor) }),
          };
          const { amps } = planned(planner.plan(delta, limitMs));
          slotCurrents(delta, amps).forEach((currents, slot) => {
            currents.forEach((amps, line) => {
              expect(amps).toBeLessThan(delta.limit[4 * slot * delta.parent.length + line]! + 1e-4);
            });
          });
        },
      ),
      { numRuns: 25 },
    );
  });
});

/** Amps on L1, L2, L3 of the first circuit in every slot; every session of these sites is below it. */
function slotLoads(problem: PlanProblem, amps: Float64Array): number[][] {
  const slots = problem.slotMs.length - 1;
  return Array.from({ length: slots }, (_, slot) =>
    phases.map((phase) =>
      problem.wiring.reduce(
        (sum, bits, session) =>
          wiringOf(bits).includes(phase)
            ? sum + amps[session * slots + slot]! * presence(problem, session, slot)
            : sum,
        0,
      ),
    ),
  );
}

/** The share of a slot in which a session is there: limits hold for the mean of a slot. */
function presence({ slotMs, departureMs }: PlanProblem, session: number, slot: number): number {
  const from = slotMs[slot]!;
  const until = slotMs[slot + 1]!;
  return Math.max(0, Math.min(until, departureMs[session]!) - from) / (until - from);
}

/** The same as phasors, by the rows of the tick. */
function slotCurrents(problem: PlanProblem, amps: Float64Array): number[][] {
  const slots = problem.slotMs.length - 1;
  const powerFactorMin = problem.powerFactorMin?.[0];
  const circuit = { supply: 'IT', ...(powerFactorMin === undefined ? {} : { powerFactorMin }) } as const;
  return Array.from({ length: slots }, (_, slot) =>
    phases.map((line) => {
      let [along, across, straight] = [0, 0, 0];
      problem.wiring.forEach((bits, session) => {
        const load = lineLoads(circuit, wiringOf(bits))[line];
        const drawn = amps[session * slots + slot]! * presence(problem, session, slot);
        along += load.turned[0] * drawn;
        across += load.turned[1] * drawn;
        straight += load.straight * drawn;
      });
      return magnitude([along, across]) + straight;
    }),
  );
}
