import type { AuditEntry } from '../domain/audit.ts';
import type { SiteId } from '../domain/ids.ts';
import type { PriceSeries, PriceTarget } from '../domain/prices.ts';
import type { Area } from '../domain/site.ts';
import type { PriceBook } from './priceBook.ts';

export interface PriceDeskPorts {
  readonly prices: PriceBook;
  readonly areas: readonly Area[];
  readonly book: {
    /** Durable when it resolves. Replaces what was stored for the site. */
    replacePrices(site: SiteId, series: PriceSeries): Promise<void>;
    appendAudit(entry: AuditEntry): Promise<void>;
  };
}

export interface PriceDesk {
  /** Durable when it resolves, and in force then: of a price that was refused nobody may plan. */
  setPrices(target: PriceTarget, series: PriceSeries): Promise<void>;
}

export const sitesOf = (target: PriceTarget, areas: readonly Area[]): readonly SiteId[] =>
  target.kind === 'site' ? [target.siteId] : (areas.find(({ id }) => id === target.areaId)?.sites ?? []);

export function priceDesk({ prices, areas, book }: PriceDeskPorts): PriceDesk {
  return {
    async setPrices(target, series) {
      for (const site of sitesOf(target, areas)) {
        const { series: before } = prices.of(site);
        await book.replacePrices(site, series);
        prices.set(site, series);
        await book.appendAudit({
          atMs: series.setAtMs,
          actor: series.setBy,
          action: 'prices set',
          target: site,
          site,
          before: before && summary(before),
          after: summary(series),
        });
      }
    },
  };
}

/** The audit holds who told what span of prices, not every hour of it. */
const summary = ({ currency, periods }: PriceSeries): object => ({
  currency,
  periods: periods.length,
  fromMs: periods[0]?.fromMs,
  untilMs: periods.at(-1)?.untilMs,
});
