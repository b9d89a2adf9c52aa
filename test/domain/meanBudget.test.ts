import { describe, expect, it } from 'vitest';
import { budgetWatts, meanWindow, valueNow } from '../../src/domain/meanBudget.ts';
import { givenHeard } from '../control/givenConnection.ts';

const minute = 60_000;
const quarter = { fromMs: 0, untilMs: 15 * minute };

/** 10 kW over a quarter of an hour is 2 500 Wh. */
const budget = (atMinute: number, usedWh: number, ceiling = 1): number =>
  budgetWatts({ limitWatts: 10_000, usedWh, window: quarter, ceiling, nowMs: atMinute * minute });

describe('the budget of a mean', () => {
  it('is the limit at the beginning of its window', () => {
    expect(budget(0, 0)).toBe(10_000);
  });

  it('is what is left of the energy over what is left of the time', () => {
    expect(budget(5, 1_000)).toBe(9_000);
    expect(budget(14, 2_490)).toBeCloseTo(600);
  });

  it('is nothing once the energy is used up', () => {
    expect(budget(10, 2_500)).toBe(0);
    expect(budget(10, 3_000)).toBe(0);
  });

  it('never makes up for a quiet beginning beyond the ceiling', () => {
    expect(budget(10, 0)).toBe(10_000);
    expect(budget(10, 0, 1.5)).toBe(15_000);
    expect(budget(10, 1_500, 1.5)).toBe(12_000);
  });
});

describe('the window of a mean', () => {
  const mean = (isAligned: boolean) =>
    givenHeard(
      { value: { watts: 10_000 }, fromMs: 7 * minute },
      { averaging: { mode: 'mean', windowS: 900, isAligned } },
    );

  it('is aligned to the clock', () => {
    expect(meanWindow(mean(true), 20 * minute)).toEqual({ fromMs: 15 * minute, untilMs: 30 * minute });
  });

  it('or begins with the limit', () => {
    expect(meanWindow(mean(false), 20 * minute)).toEqual({ fromMs: 7 * minute, untilMs: 22 * minute });
  });

  it('is none where the limit holds at any moment, and a limit in amps always does', () => {
    const used = () => 1e9;
    expect(meanWindow(givenHeard(), 0)).toBeUndefined();
    expect(valueNow(givenHeard(), used, { nowMs: 0, ceiling: 1 })).toEqual({ amps: 30 });
    const inAmps = givenHeard({}, { averaging: { mode: 'mean', windowS: 900, isAligned: true } });
    expect(valueNow(inAmps, used, { nowMs: 0, ceiling: 1 })).toEqual({ amps: 30 });
  });
});
