import { type Cost, costOf } from './cost.ts';
import { dividedBy, fraction, one, shortText, zero } from './fraction.ts';
import { selectorOf } from './restrictions.ts';
import { siteClock } from './siteClock.ts';
import type { PriceBound, PriceComponent, PriceRules, Restrictions, TariffElement } from './tariff.ts';
import { conditionTexts, priceText, secondsText, unitText } from './words.ts';

/** One component of the price of a charge that starts now. */
export interface OfferedPrice {
  readonly per: 'kWh' | 'minute' | 'session' | 'minute parked';
  readonly price: Cost;
}

/**
 * What a charge costs that starts at an instant, in the order in which the EU wants drivers told: per kWh, per minute,
 * per session, then the rest. What is missing is free or depends on how the car charges; `offerText` tells that.
 */
export function offeredPrices(rules: PriceRules, timeZone: string, atMs: number): readonly OfferedPrice[] {
  const selection = selectorOf(rules.elements)({
    wall: siteClock(timeZone).wallTime(atMs),
    sinceStartMs: 0,
    energyKwh: zero,
    amps: undefined,
    powerKw: undefined,
    reservation: 'none',
  });
  const minute = dividedBy(one, fraction(60));
  const offers = [
    ['kWh', selection.ENERGY, one],
    ['minute', selection.TIME, minute],
    ['session', selection.FLAT, one],
    ['minute parked', selection.PARKING_TIME, minute],
  ] as const;
  return offers.flatMap(([per, component, volume]) =>
    component === undefined ? [] : [{ per, price: costOf(component, volume, rules.taxIncluded) }],
  );
}

/** A tariff in words, a line for each price in the order in which they are tried, then its bounds. */
export function offerText(rules: PriceRules): readonly string[] {
  return [
    ...rules.elements.flatMap((element) => elementTexts(element, rules)),
    ...boundTexts('at least', rules.minPrice, rules.currency),
    ...boundTexts('at most', rules.maxPrice, rules.currency),
    taxText(rules),
  ];
}

const noRestrictions: Restrictions = { daysOfWeek: [] };

function elementTexts({ components, restrictions }: TariffElement, rules: PriceRules): readonly string[] {
  const conditions = conditionTexts(restrictions ?? noRestrictions);
  const isReservation = restrictions?.reservation !== undefined;
  return components.map((component) =>
    [componentText(component, isReservation, rules), ...conditions, ...stepTexts(component)].join(', '),
  );
}

function componentText(component: PriceComponent, isReservation: boolean, { currency }: PriceRules): string {
  const { dimension, price, vatPercent } = component;
  const unit = unitText(component, isReservation);
  if (price.numerator === 0n) return dimension === 'FLAT' ? 'no start fee' : `free ${unit}`;
  const vat = vatPercent === undefined ? '' : ` (VAT ${shortText(vatPercent)} %)`;
  return `${priceText(price, currency)} ${unit}${vat}`;
}

function stepTexts({ dimension, stepSize }: PriceComponent): readonly string[] {
  if (stepSize <= 1 || dimension === 'FLAT') return [];
  const step =
    dimension === 'ENERGY'
      ? `${shortText(dividedBy(fraction(stepSize), fraction(1000)))} kWh`
      : secondsText(stepSize);
  return [`in steps of ${step}`];
}

function boundTexts(word: string, bound: PriceBound | undefined, currency: string): readonly string[] {
  if (bound === undefined) return [];
  const { beforeTaxes, afterTaxes } = bound;
  const after = afterTaxes === undefined ? '' : ` (${priceText(afterTaxes, currency)} with taxes)`;
  return [`a session costs ${word} ${priceText(beforeTaxes, currency)}${after}`];
}

function taxText({ taxIncluded }: PriceRules): string {
  switch (taxIncluded) {
    case 'YES':
      return 'taxes are included';
    case 'NO':
      return 'taxes are added to these prices';
    case 'N/A':
      return 'no tax applies';
  }
}
