import { describe, expect, it } from 'vitest';
import { billMonths, monthOf } from '../../src/console/bills/billMonths.ts';
import type { BilledMonthBody } from '../../src/http/retailInvoiceBody.ts';

const billed = (month: string): BilledMonthBody => ({
  ...{ month, begunAt: '2026-01-01T00:00:00Z', begunBy: 'root', closedAt: null },
  ...{ lines: 0, later: 0, held: 0, heldCdrs: [] },
});
const names = (months: ReturnType<typeof billMonths>) => months.map(({ name, isOver }) => [name, isOver]);

describe('the months of bills', () => {
  it('are the one that runs and the one before where nothing was billed yet', () => {
    expect(names(billMonths([], '2026-01'))).toEqual([
      ['2026-01', false],
      ['2025-12', true],
    ]);
  });

  it('are those since the last that was billed, and those that were', () => {
    expect(names(billMonths([billed('2025-11'), billed('2025-10')], '2026-01'))).toEqual([
      ['2026-01', false],
      ['2025-12', true],
      ['2025-11', true],
      ['2025-10', true],
    ]);
  });

  it('are two years back at most', () => {
    expect(billMonths([billed('2001-01')], '2026-01')).toHaveLength(24 + 1);
  });

  it('begin at midnight where the retailer is', () => {
    expect(monthOf(Date.parse('2026-10-31T23:30:00Z'), 'Europe/Stockholm')).toBe('2026-11');
    expect(monthOf(Date.parse('2026-10-31T23:30:00Z'), 'UTC')).toBe('2026-10');
  });
});
