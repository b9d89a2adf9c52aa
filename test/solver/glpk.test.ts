import { describe, expect, it } from 'vitest';
import { loadGlpk } from '../../solver/glpk.ts';
import { type Lp, LpBuilder } from '../../solver/lp.ts';
import { seeded } from './sites.ts';

const glpk = await loadGlpk();

/** Minimises -x with 0 <= x <= 10 and x <= 5; each test changes what it is about. */
const given = (change: Partial<Lp> = {}): Lp => ({
  cost: Float64Array.of(-1),
  columnLower: Float64Array.of(0),
  columnUpper: Float64Array.of(10),
  rowLower: Float64Array.of(-Infinity),
  rowUpper: Float64Array.of(5),
  entryRow: Int32Array.of(0),
  entryColumn: Int32Array.of(0),
  entryValue: Float64Array.of(1),
  ...change,
});

/** Three dozen yes or no, in more rows than a hundredth of a second is enough for. */
function hardSearch(): Lp {
  const random = seeded(1);
  const builder = new LpBuilder();
  for (let column = 0; column < 60; column++) builder.column(0, 1, -10 - random(), true);
  for (let row = 0; row < 30; row++) {
    builder.row(-Infinity, 120);
    for (let column = 0; column < 60; column++) builder.entry(row, column, 5 + 10 * random());
  }
  return builder.build();
}

describe("GLPK's public interface", () => {
  it('gives an optimum with its dual values', () => {
    expect(glpk(given(), 1_000)).toMatchObject({ status: 'optimal', x: Float64Array.of(5), cost: -5 });
  });

  it.each([
    ['infeasible', given({ rowLower: Float64Array.of(4), columnUpper: Float64Array.of(3) })],
    ['unbounded', given({ columnUpper: Float64Array.of(Infinity), rowUpper: Float64Array.of(Infinity) })],
  ])('fails with the status, never with zeros, when a problem is %s', (_what, lp) => {
    expect(glpk(lp, 1_000)).toEqual({
      status: 'failed',
      reason: expect.stringMatching(/^GLPK ended with status/),
    });
  });

  it.each([
    ['a cost', given({ cost: Float64Array.of(Number.NaN) }), 'a cost is not finite'],
    ['a matrix entry', given({ entryValue: Float64Array.of(Infinity) }), 'a matrix entry is not finite'],
    ['a limit', given({ rowUpper: Float64Array.of(Number.NaN) }), 'row 0 has no possible value'],
    ['a bound', given({ columnLower: Float64Array.of(11) }), 'column 0 has no possible value'],
  ])('is never asked when %s is no number or has no value', (_what, lp, reason) => {
    expect(glpk(lp, 1_000)).toEqual({ status: 'failed', reason });
  });

  it('says whether a search was stopped, and with what it had by then', () => {
    const lp = hardSearch();
    const answer = glpk(lp, 50);
    if (answer.status === 'failed') expect(answer.reason).toMatch(/status/);
    else {
      expect(answer.status).toBe('feasible');
      expect(answer.x.every((value) => value > -1e-6 && value < 1 + 1e-6)).toBe(true);
    }
  });
});
