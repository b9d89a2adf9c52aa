import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lp, LpBuilder } from '../../solver/lp.ts';
import { PlanModel } from '../../solver/planModel.ts';
import { createPlanner } from '../../solver/planner.ts';
import { type PlanProblem, wiringOf } from '../../solver/planProblem.ts';
import { loadHighsSolver } from './highsOracle.ts';
import { givenPlan, hourMs, planned } from './planGiven.ts';
import { planSite } from './planSites.ts';
import { seeded } from './sites.ts';

const limitMs = 10_000;
const planner = await createPlanner();
const highs = await loadHighsSolver();

const withMinima = (problem: PlanProblem, least: number): PlanProblem => ({
  ...problem,
  minAmps: problem.id.map((_, session) => Math.min(least, problem.maxAmps[session]!)),
});

describe('a plan of cars with a minimum current', () => {
  it('puts what is below the minimum on top of a slot that has room', () => {
    const flat = givenPlan({
      ...{ minAmps: Float64Array.of(6), pricePerKwh: Float64Array.of(1, 2, 3, 4) },
      limit: Float64Array.from([14, 14, 16, 16].flatMap((amps) => [amps, amps, amps, Infinity])),
    });
    // The linear program has 14 and 2 A; 8 and 8 cost as little as minima allow.
    expect(Array.from(planned(planner.plan(flat, limitMs)).amps)).toEqual([10, 6, 0, 0]);
  });

  it('charges at the minimum and ends early where less would do', () => {
    const little = givenPlan({ minAmps: Float64Array.of(6), needKwh: Float64Array.of(0.5) });
    const { amps, shortfallKwh } = planned(planner.plan(little, limitMs));
    expect(Array.from(amps)).toEqual([0, 0, 6, 0]);
    expect(shortfallKwh[0]).toBe(0);
  });

  it('leaves out what no slot has room for, and says so', () => {
    const narrow = givenPlan({
      minAmps: Float64Array.of(6),
      limit: Float64Array.from([5, 5, 5, 5].flatMap((amps) => [amps, amps, amps, Infinity])),
    });
    const { amps, shortfallKwh } = planned(planner.plan(narrow, limitMs));
    expect(Array.from(amps)).toEqual([0, 0, 0, 0]);
    expect(shortfallKwh[0]).toBeCloseTo(4);
  });

  it('keeps an hour below its power charge unless energy would be missing', () => {
    const peak = {
      ...{ circuit: 0, pricePerKw: 100, count: 1, pastKw: Float64Array.of(1.5) },
      hourMs: Float64Array.from([0, 1, 2, 3], (hour) => hour * hourMs),
      hourDay: Int32Array.of(0, 0, 0, 0),
      hourBackgroundKw: new Float64Array(4),
      hourChargedKwh: new Float64Array(4),
    };
    const below = givenPlan({ peak, minAmps: Float64Array.of(6), needKwh: Float64Array.of(3.2) });
    const { amps, shortfallKwh } = planned(planner.plan(below, limitMs));
    expect(shortfallKwh[0]).toBe(0);
    expect(Math.max(...amps)).toBeLessThanOrEqual(6 + 1e-6);
  });

  it('has nothing between zero and the minimum, no limit broken and no energy beyond a slot at the minimum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.constantFrom(6, 8, 13),
        (seed, share, least) => {
          const site = planSite(12, seed).problem;
          const problem = withMinima({ ...site, limit: site.limit.map((limit) => limit * share) }, least);
          const { amps, shortfallKwh } = planned(planner.plan(problem, limitMs));
          const slots = problem.slotMs.length - 1;
          problem.id.forEach((_, session) => {
            const own = amps.subarray(session * slots, (session + 1) * slots);
            for (const drawn of own) {
              if (drawn === 0) continue;
              expect(drawn).toBeGreaterThanOrEqual(problem.minAmps![session]! - 1e-9);
              expect(drawn).toBeLessThanOrEqual(problem.maxAmps[session]! + 1e-6);
            }
            const delivered = energyKwh(problem, session, own);
            const perHour = problem.minAmps![session]! * kwPerAmp(problem, session);
            expect(delivered).toBeLessThan(problem.needKwh[session]! + perHour + 1e-6);
            expect(shortfallKwh[session]).toBeCloseTo(Math.max(0, problem.needKwh[session]! - delivered), 5);
          });
          expect(worstExcess(problem, amps)).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('delivers within six percent of what a whole-number search finds, where only every third car has room', () => {
    let ours = 0;
    let best = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const problem = scarce(seed);
      const model = new PlanModel(problem);
      const lp = model.shortfallOnly(problem, model.update(problem, Infinity));
      const answer = highs(withPauses(lp, problem), limitMs);
      if (answer.status !== 'optimal') throw new Error('HiGHS has no answer');
      const wanted = problem.needKwh.reduce((sum, need) => sum + need, 0);
      const missing = planned(planner.plan(problem, limitMs)).shortfallKwh.reduce((sum, kwh) => sum + kwh, 0);
      best += wanted - answer.cost;
      ours += wanted - missing;
    }
    expect(best).toBeGreaterThan(0);
    expect(ours / best).toBeGreaterThan(0.94);
    expect(ours / best).toBeLessThan(1 + 1e-6);
  });
});

/** Six cars in five slots on one circuit, with room for two or three minima. */
function scarce(seed: number): PlanProblem {
  const random = seeded(seed);
  const list = (value: () => number): Float64Array => Float64Array.from({ length: 6 }, value);
  const slotMs = Float64Array.of(0, 1, 2, 3, 4, 5).map((hour) => hour * hourMs);
  return givenPlan({
    slotMs,
    pricePerKwh: slotMs.slice(1).map(random),
    limit: Float64Array.from([1, 2, 3, 4, 5].flatMap(() => [13 + 8 * random(), 15, 17, Infinity])),
    id: Float64Array.of(1, 2, 3, 4, 5, 6),
    circuit: new Int32Array(6),
    wiring: Uint8Array.from(list(() => [1, 2, 4, 7][Math.floor(4 * random())]!)),
    phaseVolts: list(() => 230),
    maxAmps: list(() => 16),
    minAmps: list(() => 6),
    needKwh: list(() => 2 + 8 * random()),
    startMs: new Float64Array(6),
    departureMs: list(() => Math.ceil(1 + 4 * random()) * hourMs),
    weight: list(() => 1),
  });
}

/** The same LP with a yes or no for every slot of every session, which may take more than it needs. */
function withPauses(lp: Lp, { minAmps, maxAmps, id }: PlanProblem): Lp {
  const builder = new LpBuilder();
  lp.cost.forEach((cost, column) => {
    builder.column(lp.columnLower[column]!, lp.columnUpper[column]!, cost);
  });
  // Each session has one row that says what it needs.
  let needs = 0;
  const sessionOf = new Map<number, number>();
  lp.rowLower.forEach((lower, row) => {
    const isNeed = lower === lp.rowUpper[row] && needs < id.length;
    if (isNeed) sessionOf.set(row, needs++);
    builder.row(lower, isNeed ? Infinity : lp.rowUpper[row]!);
  });
  lp.entryRow.forEach((row, entry) => {
    const column = lp.entryColumn[entry]!;
    builder.entry(row, column, lp.entryValue[entry]!);
    const session = sessionOf.get(row);
    const most = lp.columnUpper[column]!;
    if (session === undefined || most === Infinity) return;
    const isOn = builder.column(0, 1, 0, true);
    const upper = builder.row(-Infinity, 0);
    builder.entry(upper, column, 1);
    builder.entry(upper, isOn, -most);
    const lower = builder.row(0, Infinity);
    builder.entry(lower, column, 1);
    builder.entry(lower, isOn, (-most * minAmps![session]!) / maxAmps[session]!);
  });
  return builder.build();
}

const kwPerAmp = ({ wiring, phaseVolts }: PlanProblem, session: number): number =>
  (wiringOf(wiring[session]!).length * phaseVolts[session]!) / 1000;

const hoursIn = ({ slotMs, departureMs }: PlanProblem, session: number, slot: number): number =>
  Math.max(0, Math.min(slotMs[slot + 1]!, departureMs[session]!) - slotMs[slot]!) / hourMs;

const energyKwh = (problem: PlanProblem, session: number, amps: Float64Array): number =>
  amps.reduce((sum, drawn, slot) => sum + drawn * hoursIn(problem, session, slot), 0) *
  kwPerAmp(problem, session);

/** The most by which any circuit is over its amps or kilowatts, as the mean of a slot. */
function worstExcess(problem: PlanProblem, amps: Float64Array): number {
  const { parent, slotMs, limit, wiring, circuit } = problem;
  const slots = slotMs.length - 1;
  let worst = 0;
  for (let slot = 0; slot < slots; slot++) {
    const load = new Float64Array(4 * parent.length);
    problem.id.forEach((_, session) => {
      const drawn =
        (amps[session * slots + slot]! * hoursIn(problem, session, slot) * hourMs) /
        (slotMs[slot + 1]! - slotMs[slot]!);
      for (let at = circuit[session]!; at >= 0; at = parent[at]!) {
        for (const phase of wiringOf(wiring[session]!)) load[4 * at + phase]! += drawn;
        load[4 * at + 3]! += drawn * kwPerAmp(problem, session);
      }
    });
    load.forEach((sum, row) => {
      const most = limit[slot * load.length + row]! / (row % 4 === 3 ? 1000 : 1);
      worst = Math.max(worst, sum - most);
    });
  }
  return worst;
}
