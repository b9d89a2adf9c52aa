import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from '../../solver/choices.ts';
import { loadGlpk } from '../../solver/glpk.ts';
import { choiceRequest as given } from './choiceRequest.ts';
import { loadHighsSolver } from './highsOracle.ts';

const glpk = await loadGlpk();
const highs = await loadHighsSolver();

describe('the choice of wirings and pauses', () => {
  it('leaves everybody on three phases where there is room', () => {
    const { choices } = choose(given([63, 63, 63], 3), glpk, 5_000);
    expect(choices).toEqual([{ wiring: 0 }, { wiring: 0 }, { wiring: 0 }]);
  });

  it('puts cars on one phase each where three minima do not fit', () => {
    const { choices, origin } = choose(given([8, 8, 8], 3), glpk, 5_000);
    expect(choices).toEqual([{ wiring: 1 }, { wiring: 1 }, { wiring: 1 }]);
    expect(origin).toBe('proven');
  });

  it('is never worse than the greedy answer and as good as HiGHS', () => {
    const amps = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.tuple(amps, amps, amps), fc.integer({ min: 1, max: 8 }), (limit, cars) => {
        const answer = choose(given(limit, cars), glpk, 5_000);
        expect(answer.value).toBeGreaterThanOrEqual(answer.greedyValue - 1e-9);
        if (answer.origin === 'proven')
          expect(answer.value).toBeCloseTo(choose(given(limit, cars), highs, 5_000).value, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the greedy answer beside a search that fails, with the reason', () => {
    const answer = choose(given([20, 20, 20], 4), () => ({ status: 'failed', reason: 'out of time' }), 5_000);
    expect(answer).toMatchObject({ origin: 'greedy', reason: 'out of time' });
  });

  it('does not believe an answer that breaks a limit', () => {
    const wrong = choose(
      given([20, 20, 20], 4),
      (lp) => ({ status: 'optimal', x: lp.columnUpper.slice(), rowDual: undefined, cost: 0 }),
      5_000,
    );
    expect(wrong).toMatchObject({ origin: 'greedy', reason: "the search's answer breaks a limit" });
  });

  it('does not search above 30 EVSEs', () => {
    expect(choose(given([63, 63, 63], 31), glpk, 5_000)).toMatchObject({
      origin: 'greedy',
      reason: 'more than 30 EVSEs',
    });
  });
});
