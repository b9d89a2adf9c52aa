import type { BilledPeriod } from './billedPeriod.ts';
import { addedUp, bounded, type Cost, costOf, isSame, type Tax, taxIn } from './cost.ts';
import { compare, type Fraction, sum, zero } from './fraction.ts';
import { periodUses } from './periodUses.ts';
import { refusalOf } from './refusal.ts';
import { inSteps } from './stepSize.ts';
import type { PriceComponent, PriceRules } from './tariff.ts';

export interface SessionToPrice {
  readonly startMs: number;
  /** Undefined while it runs. */
  readonly endMs: number | undefined;
  /** IANA name of the location's time zone: hours and days of a tariff are meant there. */
  readonly timeZone: string;
  readonly periods: readonly BilledPeriod[];
  /** A period that names none is priced under the first. */
  readonly tariffs: readonly PriceRules[];
  /** The reservation ended without a charge. */
  readonly reservationExpired: boolean;
}

/** What a cost is for, as CDRs tell them apart. */
export type CostPart = 'fixed' | 'energy' | 'time' | 'parking' | 'reservation';

/** A part of a period's volume, and the component that prices it. */
export interface Use {
  readonly part: CostPart;
  readonly component: PriceComponent;
  readonly rules: PriceRules;
  /** In kWh, hours or times. */
  readonly volume: Fraction;
  /** The same with the step size of the session. */
  readonly billedVolume: Fraction;
  /** The position of its period. */
  readonly period: number;
}

/** What one price component contributed to a session. */
export interface PriceLine extends Omit<Use, 'period'> {
  readonly cost: Cost;
}

/** What keeps a price from being certain. */
export interface PriceNote {
  readonly kind: 'spans a change of price' | 'current or power unknown' | 'bounds of several tariffs';
  /** The positions of the periods it is about, the first few of them. */
  readonly periods: readonly number[];
}

/** Exact: nothing is rounded yet. */
export interface SessionPrice {
  readonly currency: string;
  readonly lines: readonly PriceLine[];
  /** One for each charging period, before the bounds of the tariff. */
  readonly periodCosts: readonly Cost[];
  /** Before the bounds of the tariff. */
  readonly parts: ReadonlyMap<CostPart, Cost>;
  readonly total: Cost;
  readonly taxes: readonly Tax[];
  /** Which bound of the tariff made the total what it is. */
  readonly boundBy: 'minimum' | 'maximum' | undefined;
  readonly notes: readonly PriceNote[];
}

export type Pricing =
  | { readonly status: 'priced'; readonly price: SessionPrice }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * Prices a session or a reservation under its tariffs, as OCPI 2.2.1 and 2.3.0 say [mod_tariffs; mod_cdrs,
 * `step_size`]. A period is priced by what holds at its start: whoever made the periods had to begin one at every
 * change, and a period that spans one cannot be split afterwards; it is noted.
 *
 * Time grows with the number of periods and no faster; past `periodsMax` the session is refused unread.
 */
export function priceSession(session: SessionToPrice): Pricing {
  const reason = refusalOf(session);
  if (reason !== undefined) return { status: 'refused', reason };
  const { uses: measured, rules, notes } = periodUses(session);
  const uses = inSteps(measured);
  const lines = linesOf(uses);
  const sumOf = addedUp(lines.map(({ cost }) => cost));
  const bounds = boundsOf(rules, session);
  const total = bounds === undefined ? sumOf : bounded(sumOf, bounds.minPrice, bounds.maxPrice);
  const isBounded = !isSame(total, sumOf);
  const severalBounds = rules.size > 1 && [...rules].some(({ minPrice, maxPrice }) => minPrice ?? maxPrice);
  return {
    status: 'priced',
    price: {
      currency: session.tariffs[0]?.currency ?? '',
      lines,
      periodCosts: periodCosts(session.periods.length, uses),
      parts: partsOf(lines),
      total,
      taxes: isBounded ? [{ percent: undefined, amount: taxIn(total) ?? zero }] : taxesOf(lines),
      boundBy: isBounded ? (isRaised(sumOf, total) ? 'minimum' : 'maximum') : undefined,
      notes: severalBounds ? [...notes, { kind: 'bounds of several tariffs', periods: [] }] : notes,
    },
  };
}

/**
 * The tariff whose bounds hold. They are told of charging sessions: a reservation alone has none. Under several
 * tariffs nobody says whose hold, so none does.
 */
function boundsOf(rules: ReadonlySet<PriceRules>, { periods }: SessionToPrice): PriceRules | undefined {
  const isCharge = periods.some(({ volumes }) =>
    volumes.some(({ dimension }) => dimension !== 'RESERVATION_TIME'),
  );
  const [only] = rules;
  return rules.size === 1 && isCharge ? only : undefined;
}

/** The uses of a component are one line, in the order in which components came into force. */
function linesOf(uses: readonly Use[]): readonly PriceLine[] {
  return [...grouped(uses, ({ component }) => component).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { part, component, rules } = first;
    const billedVolume = sum(same.map((use) => use.billedVolume));
    const cost = costOf(component, billedVolume, rules.taxIncluded);
    return [{ part, component, rules, volume: sum(same.map(({ volume }) => volume)), billedVolume, cost }];
  });
}

function periodCosts(count: number, uses: readonly Use[]): readonly Cost[] {
  const costs = Array.from({ length: count }, (): Cost[] => []);
  for (const { component, billedVolume, rules, period } of uses)
    costs[period]?.push(costOf(component, billedVolume, rules.taxIncluded));
  return costs.map(addedUp);
}

const partsOf = (lines: readonly PriceLine[]): ReadonlyMap<CostPart, Cost> =>
  new Map(
    [...grouped(lines, ({ part }) => part)].map(([part, same]) => [
      part,
      addedUp(same.map(({ cost }) => cost)),
    ]),
  );

/** By rate; lines without one add nothing. */
function taxesOf(lines: readonly PriceLine[]): readonly Tax[] {
  const taxes: Tax[] = [];
  for (const { component, cost } of lines) {
    const { vatPercent: percent } = component;
    const amount = taxIn(cost);
    if (percent === undefined || amount === undefined) continue;
    const same = taxes.findIndex((tax) => tax.percent !== undefined && compare(tax.percent, percent) === 0);
    if (same < 0) taxes.push({ percent, amount });
    else taxes[same] = { percent, amount: sum([taxes[same]?.amount ?? zero, amount]) };
  }
  return taxes;
}

const isRaised = (from: Cost, to: Cost): boolean =>
  [[from.beforeTaxes, to.beforeTaxes] as const, [from.afterTaxes, to.afterTaxes] as const].some(
    ([before, after]) => before !== undefined && after !== undefined && compare(after, before) > 0,
  );

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
