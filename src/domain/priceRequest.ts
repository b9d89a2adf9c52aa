import Type, { type Static } from 'typebox';
import { instantMs } from './instant.ts';
import type { Refusal } from './limitRequest.ts';
import type { PricePeriod, PriceSeries } from './prices.ts';

/** A week of quarter hours. */
export const periodsMax = 672;
/** Prices further ahead are nobody's to know, and fill the memory. */
const aheadMaxDays = 14;
const dayMs = 86_400_000;
export const aheadMaxMs = aheadMaxDays * dayMs;

const instant = (description: string) => Type.String({ maxLength: 40, description });

/** What somebody sends to tell the prices of a site. */
export const priceRequest = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
    prices: Type.Array(
      Type.Object(
        {
          from: instant('ISO 8601 with zone'),
          until: instant('Up to, not including, this instant'),
          perKwh: Type.Number({ minimum: -10_000, maximum: 10_000, description: 'May be negative' }),
        },
        { additionalProperties: false },
      ),
      {
        maxItems: periodsMax,
        description: 'In order, without overlap. An empty list takes all prices back.',
      },
    ),
  },
  { additionalProperties: false },
);
export type PriceRequest = Static<typeof priceRequest>;

/** The series that a request tells, or the first thing wrong with it. It replaces the one before as a whole. */
export function pricesFromRequest(
  { currency, prices }: PriceRequest,
  input: { readonly setBy: string; readonly nowMs: number; readonly currencyBefore: string | undefined },
): { readonly status: 'accepted'; readonly series: PriceSeries } | Refusal {
  const { setBy, nowMs, currencyBefore } = input;
  if (currencyBefore !== undefined && currency !== currencyBefore)
    return refused('currency', `is ${currency}, but the config of the site counts in ${currencyBefore}`);
  const periods: PricePeriod[] = [];
  for (const [index, { from, until, perKwh }] of prices.entries()) {
    const field = `prices.${index}`;
    const fromMs = instantMs(from);
    const untilMs = instantMs(until);
    if (fromMs === undefined || untilMs === undefined)
      return refused(field, 'has an instant that is none: give ISO 8601 with a zone');
    if (untilMs <= fromMs) return refused(field, 'ends before it begins');
    if (fromMs < (periods.at(-1)?.untilMs ?? Number.NEGATIVE_INFINITY))
      return refused(field, 'begins before the one before it ends: give them in order, without overlap');
    if (untilMs > nowMs + aheadMaxMs) return refused(field, `ends more than ${aheadMaxDays} days ahead`);
    periods.push({ fromMs, untilMs, perKwh });
  }
  return { status: 'accepted', series: { currency, periods, setBy, setAtMs: nowMs } };
}

const refused = (field: string, why: string): Refusal => ({ status: 'refused', field, why });
