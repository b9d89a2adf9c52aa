import type { AreaId, SiteId } from './ids.ts';
import { isWithin, type LocalWindow, localTime } from './localTime.ts';

/** What a kWh counts when: the first rule whose window holds tells it, `perKwh` where none does. */
export interface KwhTable {
  readonly perKwh: number;
  readonly rules: readonly (LocalWindow & { readonly perKwh: number })[];
}

/** A time-of-use tariff. */
export interface PriceTable extends KwhTable {
  readonly currency: string;
}

/** In force from `fromMs` up to, not including, `untilMs`. May be negative, as at the exchange. */
export interface PricePeriod {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly perKwh: number;
}

/** Prices that somebody sent, in order and without overlap; there may be gaps. */
export interface PriceSeries {
  readonly currency: string;
  readonly periods: readonly PricePeriod[];
  readonly setBy: string;
  readonly setAtMs: number;
}

/** Whose prices are told: one site's, or those of all sites of an area, as grid protocols do. */
export type PriceTarget =
  | { readonly kind: 'site'; readonly siteId: SiteId }
  | { readonly kind: 'area'; readonly areaId: AreaId };

/** What energy costs at a site: the series where it says something, the table elsewhere. */
export interface SitePrices {
  readonly table: PriceTable | undefined;
  readonly series: PriceSeries | undefined;
}

/** Price of a kWh at an instant, undefined where nobody told one. */
export function priceAt({ table, series }: SitePrices, timeZone: string, atMs: number): number | undefined {
  const told = series?.periods.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  return told !== undefined || table === undefined ? told?.perKwh : kwhAt(table, timeZone, atMs);
}

/** What the table tells of an instant. */
export function kwhAt({ rules, perKwh }: KwhTable, timeZone: string, atMs: number): number {
  const local = localTime(timeZone, atMs);
  return rules.find((rule) => isWithin(rule, local))?.perKwh ?? perKwh;
}

/**
 * A power charge: `perKw` on the mean of the `highestHours` highest hours of a month, one hour a day, of the
 * hours in the window. What the charge is, and that there is one, is the DSO's to change.
 */
export interface PeakTariff extends LocalWindow {
  readonly currency: string;
  readonly perKw: number;
  readonly highestHours: number;
}
