import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlanner } from '../../solver/planner.ts';
import type { PeakTariff, PlanProblem } from '../../solver/planProblem.ts';
import { givenPlan, hourMs, planned } from './planGiven.ts';

const limitMs = 10_000;
const planner = await createPlanner();

/** Four hours ahead: two late today, two early tomorrow; 100 per kW. Each test changes what it is about. */
const givenPeak = (change: Partial<PeakTariff> = {}): PeakTariff => ({
  circuit: 0,
  pricePerKw: 100,
  count: 2,
  pastKw: Float64Array.of(),
  hourMs: Float64Array.from([0, 1, 2, 3], (hour) => hour * hourMs),
  hourDay: Int32Array.of(0, 0, 1, 1),
  hourBackgroundKw: new Float64Array(4),
  hourChargedKwh: new Float64Array(4),
  ...change,
});

/** Energy at its price, the tie-break in favour of early slots, and the power charge by its definition. */
function bill(problem: PlanProblem, amps: Float64Array, peak: PeakTariff): number {
  const kwhBySlot = amps.map((drawn) => (drawn * problem.phaseVolts[0]!) / 1000);
  const energy = kwhBySlot.reduce(
    (sum, kwh, slot) => sum + kwh * (problem.pricePerKwh[slot]! + 1e-5 * slot),
    0,
  );
  const dayPeaks = new Map<number, number>();
  peak.hourDay.forEach((day, hour) => {
    const kw = peak.hourBackgroundKw[hour]! + peak.hourChargedKwh[hour]! + (kwhBySlot[hour] ?? 0);
    dayPeaks.set(day, Math.max(dayPeaks.get(day) ?? 0, kw));
  });
  const highest = [...peak.pastKw, ...dayPeaks.values()].sort((a, b) => b - a).slice(0, peak.count);
  return energy + (peak.pricePerKw * highest.reduce((sum, kw) => sum + kw, 0)) / peak.count;
}

describe('the power charge of a plan', () => {
  it('is the mean of the highest hours of distinct days, for any past, background and count', () => {
    const kw = fc.double({ min: 0, max: 8, noNaN: true });
    const four = fc.tuple(kw, kw, kw, kw);
    fc.assert(
      fc.property(
        fc.array(kw, { maxLength: 4 }),
        four,
        kw,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0.5, max: 14, noNaN: true }),
        (past, background, charged, count, need) => {
          const peak = givenPeak({
            count,
            pastKw: Float64Array.from(past),
            hourBackgroundKw: Float64Array.from(background),
            hourChargedKwh: Float64Array.of(charged, 0, 0, 0),
          });
          const problem = givenPlan({ peak, needKwh: Float64Array.of(need) });
          const { amps, cost } = planned(planner.plan(problem, limitMs));
          expect(cost).toBeCloseTo(bill(problem, amps, peak), 3);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts one hour of a day: the second hour of today costs nothing beside the first', () => {
    const problem = givenPlan({ peak: givenPeak(), pricePerKwh: Float64Array.of(1, 1, 1, 1) });
    const { amps, cost } = planned(planner.plan(problem, limitMs));
    // 2 kW today and none tomorrow are a mean of 1 kW.
    expect(Array.from(amps, Math.round)).toEqual([8, 8, 0, 0]);
    expect(cost).toBeCloseTo(4 + 100, 2);
  });

  it('leaves alone a day whose hours are far below the highest of the month', () => {
    const past = givenPeak({ pastKw: Float64Array.of(9, 9, 7) });
    const { amps } = planned(planner.plan(givenPlan({ peak: past }), limitMs));
    expect(Array.from(amps, Math.round)).toEqual([0, 0, 16, 0]);
  });

  it('fills up to the highest hour of today so far, given as an hour that has passed', () => {
    const today = givenPeak({
      ...{ count: 1, hourMs: Float64Array.of(-hourMs, 0, hourMs, 2 * hourMs, 3 * hourMs) },
      ...{ hourDay: new Int32Array(5), hourBackgroundKw: Float64Array.of(3, 0, 0, 0, 0) },
      hourChargedKwh: new Float64Array(5),
    });
    const { amps } = planned(planner.plan(givenPlan({ peak: today }), limitMs));
    expect(Array.from(amps, Math.round)).toEqual([0, 0, 12, 4]);
  });

  it.each([
    ['counts no hours', { count: 0 }, 'the peak counts no hours'],
    [
      'has a number that is none',
      { hourBackgroundKw: Float64Array.of(0, Number.NaN, 0, 0) },
      'a number of the peak is not finite',
    ],
    ['is on no circuit', { circuit: 1 }, 'the peak is on no circuit'],
  ])('is refused when it %s', (_what, change, reason) => {
    expect(planner.plan(givenPlan({ peak: givenPeak(change) }), limitMs)).toEqual({
      status: 'failed',
      reason,
    });
  });

  it('is another problem, begun anew, when its price or count changes', () => {
    const plan = (change: Partial<PeakTariff>): unknown =>
      planner.plan(givenPlan({ peak: givenPeak(change) }), limitMs);
    plan({});
    expect(plan({})).toMatchObject({ isWarm: true });
    expect(plan({ pastKw: Float64Array.of() })).toMatchObject({ isWarm: true });
    expect(plan({ pricePerKw: 50 })).toMatchObject({ isWarm: false });
    expect(plan({ pricePerKw: 50, count: 1 })).toMatchObject({ isWarm: false });
  });
});
