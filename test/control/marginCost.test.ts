import { describe, expect, it } from 'vitest';
import { marginCost } from '../../src/control/marginCost.ts';
import type { SiteView } from '../../src/control/siteView.ts';
import { siteView } from '../views.ts';
import { givenSite } from './givenSite.ts';

/** A hall that keeps 2 A free on each phase and holds one EVSE back. Ticks come every second. */
function ticks(change: Partial<SiteView>, atS: readonly number[]): number | undefined {
  const { circuits } = siteView();
  const cost = marginCost([givenSite()]);
  for (const second of atS) {
    const tick = { number: second, atMs: second * 1_000, durationMs: 1, cause: 'pace' } as const;
    const withMargin = circuits.map((circuit) => ({ ...circuit, marginAmps: [2, 2, 2] as const }));
    cost.follow([siteView({ tick, circuits: withMargin, ...change })]);
  }
  return cost.energyWh().get(givenSite().id);
}

describe('the cost of a margin', () => {
  it('is its power while its circuit holds somebody back', () => {
    // 6 A at 230 V for a minute.
    expect(ticks({}, [0, 30, 60])).toBeCloseTo((6 * 230) / 60, 6);
  });

  it('is nothing while nobody would take more', () => {
    expect(ticks({ evses: [] }, [0, 30, 60])).toBe(0);
  });

  it('is not counted over a gap in the ticks, nor backwards', () => {
    expect(ticks({}, [0, 61, 60])).toBe(0);
  });
});
