import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadGlpkRaw, RawProblem } from '../../solver/glpkRaw.ts';
import type { Lp } from '../../solver/lp.ts';
import { type PlanThread, type PlanThreadOptions, startPlanThread } from '../../solver/plan.ts';
import { PlanModel } from '../../solver/planModel.ts';
import { createPlanner } from '../../solver/planner.ts';
import { type PlanAnswer, slotGrid, wiringBits, wiringOf } from '../../solver/planProblem.ts';
import { loadHighsSolver } from './highsOracle.ts';
import { nextWorker } from './nextWorker.ts';
import { givenPlan as given, hourMs, planned } from './planGiven.ts';
import { planSite } from './planSites.ts';

const limitMs = 10_000;
const highs = await loadHighsSolver();
const warm = await createPlanner();
const cold = await createPlanner('nothing to be found here');

const ampsOf = (answer: PlanAnswer): number[] =>
  Array.from(planned(answer).amps, (amps) => Number(amps.toFixed(6)));

describe('a plan', () => {
  it('charges where it is cheap', () => {
    expect(ampsOf(warm.plan(given(), limitMs))).toEqual([0, 0, 16, 0]);
  });

  it('charges each car where what counts for it is least', () => {
    const two = (values: readonly number[]) => Float64Array.from(values);
    const problem = given({
      ...{ id: two([7, 8]), circuit: Int32Array.of(0, 0), wiring: Uint8Array.of(1, 2) },
      ...{ phaseVolts: two([250, 250]), maxAmps: two([16, 16]), needKwh: two([4, 4]), startMs: two([0, 0]) },
      ...{ departureMs: two([4 * hourMs, 4 * hourMs]), weight: two([1, 1]) },
    });
    const mixed = { ...problem, ownPricePerKwh: two([...problem.pricePerKwh, 0.4, 0.02, 0.4, 0.3]) };
    expect(ampsOf(warm.plan(mixed, limitMs))).toEqual([0, 0, 16, 0, 0, 16, 0, 0]);
    expect(ampsOf(warm.plan(problem, limitMs))).toEqual([0, 0, 16, 0, 0, 0, 16, 0]);
    const short = { ...problem, ownPricePerKwh: two([1, 2]) };
    expect(warm.plan(short, limitMs)).toMatchObject({ status: 'failed' });
  });

  it('charges at once where all prices are the same', () => {
    const flat = given({ pricePerKwh: Float64Array.of(1, 1, 1, 1), needKwh: Float64Array.of(6) });
    expect(ampsOf(warm.plan(flat, limitMs))).toEqual([16, 8, 0, 0]);
  });

  it('does not use slots after the departure, and only the part of a slot before it', () => {
    const answer = warm.plan(
      given({ departureMs: Float64Array.of(2.5 * hourMs), needKwh: Float64Array.of(2) }),
      limitMs,
    );
    expect(ampsOf(answer)).toEqual([0, 0, 16, 0]);
  });

  it('delivers what it can and tells what is missing', () => {
    const answer = planned(
      warm.plan(given({ needKwh: Float64Array.of(20), maxAmps: Float64Array.of(32) }), limitMs),
    );
    expect(ampsOf(answer)).toEqual([16, 16, 16, 16]);
    expect(answer.shortfallKwh[0]).toBeCloseTo(4);
    expect(answer.shadowPrice[0]).toBeGreaterThan(0);
  });

  it('puts what is missing where it weighs least', () => {
    const two = given({
      ...{ id: Float64Array.of(1, 2), circuit: Int32Array.of(0, 0), wiring: Uint8Array.of(1, 1) },
      ...{
        phaseVolts: Float64Array.of(250, 250),
        maxAmps: Float64Array.of(16, 16),
        startMs: Float64Array.of(0, 0),
      },
      ...{ needKwh: Float64Array.of(10, 10), departureMs: Float64Array.of(4 * hourMs, 4 * hourMs) },
      weight: Float64Array.of(1, 2),
    });
    const { shortfallKwh } = planned(warm.plan(two, limitMs));
    expect(shortfallKwh[0]).toBeCloseTo(4);
    expect(shortfallKwh[1]).toBeCloseTo(0);
  });

  it('keeps the peak down where power is charged for', () => {
    const hours = [0, 1, 2, 3];
    const answer = warm.plan(
      given({
        peak: {
          circuit: 0,
          pricePerKw: 100,
          count: 1,
          pastKw: Float64Array.of(),
          hourMs: Float64Array.from(hours, (hour) => hour * hourMs),
          hourDay: Int32Array.of(0, 0, 0, 0),
          hourBackgroundKw: Float64Array.of(0, 0, 0, 0),
          hourChargedKwh: Float64Array.of(0, 0, 0, 0),
        },
      }),
      limitMs,
    );
    expect(ampsOf(answer)).toEqual([4, 4, 4, 4]);
  });

  it('fills up to a peak that is paid for already', () => {
    const hours = [0, 1, 2, 3];
    const answer = warm.plan(
      given({
        peak: {
          circuit: 0,
          pricePerKw: 100,
          count: 1,
          pastKw: Float64Array.of(2),
          hourMs: Float64Array.from(hours, (hour) => hour * hourMs),
          hourDay: Int32Array.of(0, 0, 0, 0),
          hourBackgroundKw: Float64Array.of(0, 0, 1, 0),
          hourChargedKwh: Float64Array.of(0, 0, 0, 0),
        },
      }),
      limitMs,
    );
    expect(ampsOf(answer)).toEqual([0, 4, 4, 8]);
  });

  it('plans delta supply inside the circle of each line', () => {
    const delta = given({
      supply: Uint8Array.of(1),
      wiring: Uint8Array.of(wiringBits([0, 1])),
      needKwh: Float64Array.of(30),
    });
    for (const amps of planned(warm.plan(delta, limitMs)).amps) {
      expect(amps).toBeLessThanOrEqual(16);
      expect(amps).toBeGreaterThan(15.8);
    }
  });

  it('stays warm as time passes, sessions come and go, and costs what HiGHS finds', async () => {
    const planner = await createPlanner();
    const site = planSite(40, 5);
    const problems = [site.problem, site.later(3), site.later(17), site.exchanged(4), site.later(25)];
    problems.forEach((problem, index) => {
      const answer = planned(planner.plan(problem, limitMs));
      const reference = highs(new PlanModel(problem).update(problem, Infinity), limitMs);
      expect(answer.isWarm).toBe(index > 0);
      expect(reference.status === 'optimal' && Math.abs(answer.cost / reference.cost - 1)).toBeLessThan(1e-6);
    });
  });

  it('leaves no more undelivered than a first stage that looks at nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (seed, share) => {
          const { problem } = planSite(8, seed);
          const tight = { ...problem, limit: problem.limit.map((limit) => limit * share) };
          const model = new PlanModel(tight);
          const least = highs(model.shortfallOnly(tight, model.update(tight, Infinity)), limitMs);
          const { shortfallKwh } = planned(warm.plan(tight, limitMs));
          const total = shortfallKwh.reduce((sum, kwh) => sum + kwh, 0);
          expect(least.status === 'optimal' && total - least.cost).toBeLessThan(1e-4 * (1 + total));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is the same without the warm start, only later', () => {
    const { problem } = planSite(20, 3);
    expect(cold.coldReason).toBe('the WebAssembly exports no glp_create_prob');
    expect(warm.coldReason).toBeUndefined();
    expect(planned(cold.plan(problem, limitMs)).cost).toBeCloseTo(
      planned(warm.plan(problem, limitMs)).cost,
      5,
    );
  });

  it('refuses numbers that are none', () => {
    expect(warm.plan(given({ needKwh: Float64Array.of(Number.NaN) }), limitMs)).toEqual({
      status: 'failed',
      reason: 'a number is not finite',
    });
    expect(warm.plan(given({ limit: new Float64Array(16).fill(Number.NaN) }), limitMs)).toMatchObject({
      status: 'failed',
    });
  });

  it('fails with a reason when the time runs out, and begins anew the next time', async () => {
    const planner = await createPlanner();
    const { problem } = planSite(200, 1);
    expect(planner.plan(problem, 1)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('simplex'),
    });
    expect(planner.plan(given(), limitMs)).toMatchObject({ status: 'planned', isWarm: false });
  });
});

describe('the slots of a plan', () => {
  it('are fine at first: 38 over a day', () => {
    const grid = slotGrid(0, 24);
    expect(grid).toHaveLength(39);
    expect(grid[1]).toBe(10 * 60_000);
    expect(grid.at(-1)).toBe(24 * hourMs);
  });

  it('break where something changes', () => {
    expect(slotGrid(0, 24, [5.25 * hourMs])).toContain(5.25 * hourMs);
  });

  it('carry a wiring in five bits', () => {
    expect(wiringOf(wiringBits([2]))).toEqual([2]);
    expect(wiringOf(wiringBits([1, 2, 0])).at(-1)).toBe(0);
  });
});

describe("GLPK's own functions", () => {
  it.each([
    ['name other functions', (source: string) => source.replaceAll('glp_simplex=e.I', 'glp_simplex=e.K')],
    [
      'name functions that are not there',
      (source: string) => source.replaceAll('glp_simplex=e.I', 'glp_simplex=e.zz'),
    ],
  ])('are not used when the package seems to %s', async (_what, change) => {
    const { readFileSync } = await import('node:fs');
    const { createRequire } = await import('node:module');
    const source = readFileSync(createRequire(import.meta.url).resolve('glpk.js/node'), 'utf8');
    expect(change(source)).not.toBe(source);
    expect(await loadGlpkRaw(change(source))).toMatchObject({
      reason: expect.stringMatching(/self-test|exports no/),
    });
  });

  const solved = async (change: Partial<Lp>): Promise<unknown> => {
    const raw = await loadGlpkRaw();
    if (!('exports' in raw)) throw new Error(raw.reason);
    const lp: Lp = {
      cost: Float64Array.of(-1),
      columnLower: Float64Array.of(0),
      columnUpper: Float64Array.of(10),
      rowLower: Float64Array.of(-Infinity),
      rowUpper: Float64Array.of(5),
      entryRow: Int32Array.of(0),
      entryColumn: Int32Array.of(0),
      entryValue: Float64Array.of(1),
      ...change,
    };
    const problem = new RawProblem(raw.exports, lp);
    const answer = problem.solve(limitMs);
    problem.free();
    problem.free();
    return answer;
  };

  it('give an optimum with its dual values', async () => {
    expect(await solved({})).toMatchObject({ status: 'optimal', cost: -5, x: Float64Array.of(5) });
  });

  it.each([
    [
      'infeasible',
      { rowLower: Float64Array.of(4), rowUpper: Float64Array.of(5), columnUpper: Float64Array.of(3) },
    ],
    ['unbounded', { columnUpper: Float64Array.of(Infinity), rowUpper: Float64Array.of(Infinity) }],
  ])('never give zeros for an answer when a problem is %s', async (_what, change) => {
    expect(await solved(change)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('simplex'),
    });
  });

  it('never see a number that is none', async () => {
    await expect(solved({ cost: Float64Array.of(Number.NaN) })).rejects.toThrow('a cost is not finite');
    await expect(solved({ rowUpper: Float64Array.of(Number.NaN) })).rejects.toThrow(
      'row 0 has no possible value',
    );
  });
});

describe('the plan thread', () => {
  let thread: PlanThread | undefined;
  afterEach(() => thread?.stop());

  const started = (
    change: Partial<PlanThreadOptions> = {},
  ): { thread: PlanThread; next: () => Promise<PlanAnswer> } => {
    const waiting: ((answer: PlanAnswer) => void)[] = [];
    thread = startPlanThread({
      onAnswer: (answer) => waiting.shift()?.(answer),
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      ...change,
    });
    return { thread, next: () => new Promise((resolve) => waiting.push(resolve)) };
  };

  it('plans in a thread of its own, from the last basis', async () => {
    const { thread, next } = started();
    const site = planSite(30, 2);
    const first = next();
    thread.request(site.problem);
    expect(planned(await first).isWarm).toBe(false);
    const second = next();
    thread.request(site.later(1));
    expect(planned(await second).isWarm).toBe(true);
    expect(thread.counts()).toEqual({ requested: 2, planned: 2, failed: 0, superseded: 0 });
    expect(thread.coldReason()).toBeUndefined();
  });

  it('takes the newest request next when it was busy', async () => {
    const { thread, next } = started();
    const answers = [next(), next()];
    for (const needKwh of [1, 2, 3]) thread.request(given({ needKwh: Float64Array.of(needKwh) }));
    await Promise.all(answers);
    expect(thread.counts()).toEqual({ requested: 3, planned: 2, failed: 0, superseded: 1 });
  });

  it('ends a plan that is late, says so, and starts again', async () => {
    const timers: (() => void)[] = [];
    const { thread, next } = started({
      after: (_delayMs, callback) => {
        timers.push(callback);
        return () => {};
      },
    });
    const late = next();
    thread.request(given());
    timers[0]?.();
    expect(await late).toEqual({ status: 'failed', reason: 'no answer within 50000 ms' });
    const again = next();
    thread.request(given());
    expect(await again).toMatchObject({ status: 'planned' });
  });

  it('says when its thread is killed, and goes on with a new one', async () => {
    const { thread, next } = started();
    const worker = nextWorker();
    const killed = next();
    thread.request(given());
    await (await worker).terminate();
    expect(await killed).toEqual({
      status: 'failed',
      reason: expect.stringContaining('the plan thread ended'),
    });
    const again = next();
    thread.request(given());
    expect(await again).toMatchObject({ status: 'planned' });
  });

  it('says when its thread cannot be started', async () => {
    const { thread, next } = started({ threadName: 'noSuchWorker' });
    const answer = next();
    thread.request(given());
    expect(await answer).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('the plan thread failed'),
    });
  });

  it('takes nothing more once it has stopped, and may be stopped twice', async () => {
    const { thread } = started();
    await thread.stop();
    await thread.stop();
    thread.request(given());
    expect(thread.counts().requested).toBe(0);
  });
});
