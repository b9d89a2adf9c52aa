import {
  compare,
  dividedBy,
  type Fraction,
  fraction,
  minus,
  one,
  plus,
  sum,
  times,
  zero,
} from './fraction.ts';
import type { PriceBound, PriceComponent, TaxIncluded } from './tariff.ts';

/**
 * An exact amount of money. At least one of the two is known: a tariff may tell prices before taxes and no rate, and
 * the other way round.
 */
export interface Cost {
  readonly beforeTaxes: Fraction | undefined;
  readonly afterTaxes: Fraction | undefined;
}

/** Tax of one rate; `percent` is undefined where a bound on the price has mixed the rates. */
export interface Tax {
  readonly percent: Fraction | undefined;
  readonly amount: Fraction;
}

export const nothing: Cost = { beforeTaxes: zero, afterTaxes: zero };

/** What so much of a component costs, in kWh, hours or times. */
export function costOf(
  { price, vatPercent }: PriceComponent,
  volume: Fraction,
  taxIncluded: TaxIncluded,
): Cost {
  const amount = times(price, volume);
  const factor = vatPercent && plus(one, dividedBy(vatPercent, fraction(100)));
  switch (taxIncluded) {
    case 'N/A':
      return { beforeTaxes: amount, afterTaxes: amount };
    case 'NO':
      return { beforeTaxes: amount, afterTaxes: factor && times(amount, factor) };
    case 'YES':
      return { beforeTaxes: factor && dividedBy(amount, factor), afterTaxes: amount };
  }
}

/**
 * The sum of costs. Where some tell their tax and others do not, none applies to the others [OCPI 2.2.1 mod_tariffs,
 * PriceComponent `vat`]; where none tells it, it stays unknown.
 */
export function addedUp(costs: readonly Cost[]): Cost {
  if (costs.length === 0) return nothing;
  const total = (one: keyof Cost, other: keyof Cost): Fraction | undefined =>
    costs.some((cost) => cost[one] !== undefined)
      ? sum(costs.map((cost) => cost[one] ?? cost[other] ?? zero))
      : undefined;
  return {
    beforeTaxes: total('beforeTaxes', 'afterTaxes'),
    afterTaxes: total('afterTaxes', 'beforeTaxes'),
  };
}

/**
 * A cost within the bounds of its tariff, each amount by itself [OCPI 2.2.1 mod_tariffs, notes on `min_price` and
 * `max_price`]. A bound that is told before taxes only is taxed as the cost was, where it was taxed at all.
 */
export function bounded(cost: Cost, least: PriceBound | undefined, most: PriceBound | undefined): Cost {
  const raised = least === undefined ? cost : limited(cost, least, 1);
  return most === undefined ? raised : limited(raised, most, -1);
}

function limited(cost: Cost, bound: PriceBound, direction: 1 | -1): Cost {
  const { beforeTaxes, afterTaxes } = cost;
  const isBeyond = (value: Fraction, limit: Fraction): boolean => direction * compare(value, limit) < 0;
  const before = beforeTaxes && isBeyond(beforeTaxes, bound.beforeTaxes) ? bound.beforeTaxes : beforeTaxes;
  if (bound.afterTaxes !== undefined) {
    const after = afterTaxes && isBeyond(afterTaxes, bound.afterTaxes) ? bound.afterTaxes : afterTaxes;
    return { beforeTaxes: before, afterTaxes: after };
  }
  if (before === beforeTaxes || before === undefined || beforeTaxes === undefined) return cost;
  const isTaxed = afterTaxes !== undefined && beforeTaxes.numerator !== 0n;
  return {
    beforeTaxes: before,
    afterTaxes: isTaxed ? times(before, dividedBy(afterTaxes, beforeTaxes)) : undefined,
  };
}

/** The tax in a cost, undefined where it is not known. */
export const taxIn = ({ beforeTaxes, afterTaxes }: Cost): Fraction | undefined =>
  beforeTaxes && afterTaxes && minus(afterTaxes, beforeTaxes);

export const isSame = (a: Cost, b: Cost): boolean =>
  isSameAmount(a.beforeTaxes, b.beforeTaxes) && isSameAmount(a.afterTaxes, b.afterTaxes);

const isSameAmount = (a: Fraction | undefined, b: Fraction | undefined): boolean =>
  a === undefined || b === undefined ? a === b : compare(a, b) === 0;
