import type { SiteId } from '../domain/ids.ts';
import type { PriceSeries, SitePrices } from '../domain/prices.ts';
import type { Site } from '../domain/site.ts';

/** What energy costs at every site, as told by its config and by whoever may tell it. */
export interface PriceBook {
  of(site: SiteId): SitePrices;
  /** Replaces what was told before as a whole. */
  set(site: SiteId, series: PriceSeries): void;
}

export function priceBook(sites: readonly Site[], kept: ReadonlyMap<SiteId, PriceSeries>): PriceBook {
  const prices = new Map<SiteId, SitePrices>(
    sites.map(({ id, prices: table }) => [id, { table, series: kept.get(id) }]),
  );
  const none: SitePrices = { table: undefined, series: undefined };
  return {
    of: (site) => prices.get(site) ?? none,
    set(site, series) {
      prices.set(site, {
        ...(prices.get(site) ?? none),
        series: series.periods.length === 0 ? undefined : series,
      });
    },
  };
}
