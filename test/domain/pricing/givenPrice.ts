import type { BilledPeriod, PeriodDimension } from '../../../src/domain/pricing/billedPeriod.ts';
import { type Fraction, fraction } from '../../../src/domain/pricing/fraction.ts';
import {
  priceSession,
  type SessionPrice,
  type SessionToPrice,
} from '../../../src/domain/pricing/sessionPrice.ts';
import type {
  PriceComponent,
  PriceRules,
  Restrictions,
  TariffDimension,
  TariffElement,
} from '../../../src/domain/pricing/tariff.ts';

/** A price without VAT and without steps. */
export const component = (
  dimension: TariffDimension,
  price: number | string,
  change: Partial<PriceComponent> = {},
): PriceComponent => ({ dimension, price: fraction(price), stepSize: 0, ...change });

export const element = (
  components: PriceComponent | readonly PriceComponent[],
  restrictions: Partial<Restrictions> = {},
): TariffElement => ({
  components: [components].flat(),
  restrictions: { daysOfWeek: [], ...restrictions },
});

export const tariffOf = (
  elements: readonly TariffElement[],
  change: Partial<PriceRules> = {},
): PriceRules => ({
  id: 'T1',
  currency: 'EUR',
  taxIncluded: 'NO',
  elements,
  ...change,
});

export const period = (
  start: string,
  volumes: Partial<Record<PeriodDimension, number | string | Fraction>>,
  tariffId?: string,
): BilledPeriod => ({
  startMs: Date.parse(start),
  volumes: Object.entries(volumes).map(([dimension, volume]) => ({
    // The keys of an object lose their type.
    dimension: dimension as PeriodDimension,
    volume: typeof volume === 'object' ? volume : fraction(volume),
  })),
  ...(tariffId === undefined ? {} : { tariffId }),
});

/** A session in Sweden that starts with its first period. */
export const sessionOf = (
  rules: PriceRules,
  periods: readonly BilledPeriod[],
  change: Partial<SessionToPrice> = {},
): SessionToPrice => ({
  startMs: periods[0]?.startMs ?? 0,
  endMs: undefined,
  timeZone: 'Europe/Stockholm',
  periods,
  tariffs: [rules],
  reservationExpired: false,
  ...change,
});

/** The price, where there must be one. */
export function priced(session: SessionToPrice): SessionPrice {
  const pricing = priceSession(session);
  if (pricing.status === 'refused') throw new Error(pricing.reason);
  return pricing.price;
}
