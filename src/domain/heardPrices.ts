import type { LimitTarget } from './gridLimit.ts';
import { aheadMaxMs, periodsMax } from './priceRequest.ts';
import type { PricePeriod, PriceTarget } from './prices.ts';

/** A price as a grid protocol tells it: for a circuit, which stands for its site, or for an area. */
interface Heard extends PricePeriod {
  readonly target: LimitTarget;
  readonly currency: string;
}

/** A series of one target, in order and without overlap. */
interface HeardSeries {
  readonly target: PriceTarget;
  readonly currency: string;
  readonly periods: readonly PricePeriod[];
}

/**
 * What was heard as series, one for each target. Where two overlap the one that begins first stands. What is over, too far ahead,
 * in another currency than the first, or beyond what one series holds is left out.
 */
export function heardSeries(heard: readonly Heard[], nowMs: number): readonly HeardSeries[] {
  const found = new Map<string, { target: PriceTarget; currency: string; periods: PricePeriod[] }>();
  for (const { target, currency, fromMs, untilMs, perKwh } of heard.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const whose: PriceTarget =
      target.kind === 'area'
        ? { kind: 'area', areaId: target.areaId }
        : { kind: 'site', siteId: target.siteId };
    const key = JSON.stringify(whose);
    const series = found.get(key) ?? { target: whose, currency, periods: [] };
    found.set(key, series);
    const isTimely = fromMs < untilMs && untilMs > nowMs && untilMs <= nowMs + aheadMaxMs;
    const follows = fromMs >= (series.periods.at(-1)?.untilMs ?? Number.NEGATIVE_INFINITY);
    const fits = series.currency === currency && series.periods.length < periodsMax;
    if (isTimely && follows && fits && Number.isFinite(perKwh))
      series.periods.push({ fromMs, untilMs, perKwh });
  }
  return [...found.values()];
}
