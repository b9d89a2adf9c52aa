import { describe, expect, it } from 'vitest';
import { priceBook } from '../../src/control/priceBook.ts';
import { type PriceDesk, priceDesk } from '../../src/control/priceDesk.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import { areaId, siteId } from '../../src/domain/ids.ts';
import type { PriceSeries } from '../../src/domain/prices.ts';
import { givenArea, givenSite } from './givenSite.ts';

const [north, south] = [siteId('north'), siteId('south')];
const series: PriceSeries = {
  currency: 'SEK',
  setBy: 'office',
  setAtMs: 1_000,
  periods: [{ fromMs: 0, untilMs: 3_600_000, perKwh: 1.5 }],
};

function given(store: (site: string) => Promise<void> = async () => {}) {
  const prices = priceBook([givenSite({ id: north }), givenSite({ id: south })], new Map());
  const audit: AuditEntry[] = [];
  const desk: PriceDesk = priceDesk({
    prices,
    areas: [givenArea({ sites: [north, south] })],
    book: { replacePrices: store, appendAudit: async (entry) => void audit.push(entry) },
  });
  return { prices, audit, desk };
}

describe('telling prices', () => {
  it('puts them in force once they are durable, with an audit entry of who told what span', async () => {
    const { prices, audit, desk } = given(async () => expect(prices.of(north).series).toBeUndefined());
    await desk.setPrices({ kind: 'site', siteId: north }, series);
    expect([prices.of(north).series, prices.of(south).series]).toEqual([series, undefined]);
    expect(audit).toMatchObject([
      { actor: 'office', action: 'prices set', target: 'north', after: { currency: 'SEK', periods: 1 } },
    ]);
  });

  it('for an area tells them to all its sites', async () => {
    const { prices, desk } = given();
    await desk.setPrices({ kind: 'area', areaId: areaId('feeder') }, series);
    expect([prices.of(north).series, prices.of(south).series]).toEqual([series, series]);
  });

  it('leaves what was told before when they cannot be stored', async () => {
    const { prices, audit, desk } = given(() => Promise.reject(new Error('disk full')));
    await expect(desk.setPrices({ kind: 'site', siteId: north }, series)).rejects.toThrow('disk full');
    expect([prices.of(north).series, audit]).toEqual([undefined, []]);
  });

  it('takes all back with an empty list', async () => {
    const { prices, desk } = given();
    await desk.setPrices({ kind: 'site', siteId: north }, series);
    await desk.setPrices({ kind: 'site', siteId: north }, { ...series, periods: [] });
    expect(prices.of(north).series).toBeUndefined();
  });
});
