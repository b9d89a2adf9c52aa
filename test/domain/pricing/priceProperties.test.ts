import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BilledPeriod } from '../../../src/domain/pricing/billedPeriod.ts';
import { addedUp, isSame } from '../../../src/domain/pricing/cost.ts';
import {
  compare,
  dividedBy,
  type Fraction,
  fraction,
  minus,
  one,
  plus,
  ratio,
  rounded,
  sum,
  times,
  zero,
} from '../../../src/domain/pricing/fraction.ts';
import { priceSession, type SessionPrice } from '../../../src/domain/pricing/sessionPrice.ts';
import type { PriceComponent, PriceRules, TariffElement } from '../../../src/domain/pricing/tariff.ts';
import { roundedCost } from '../../../src/domain/pricing/words.ts';
import { component, element, priced, sessionOf, tariffOf } from './givenPrice.ts';

/** Both nights on which Stockholm's clock is set, and an ordinary one. */
const starts = fc.constantFrom('2026-03-28T20:00:00Z', '2026-10-24T20:00:00Z', '2026-11-21T08:00:00Z');

const timeText = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );

const components = (stepSizes: readonly number[]): fc.Arbitrary<PriceComponent> =>
  fc
    .record({
      dimension: fc.constantFrom('ENERGY', 'FLAT', 'TIME', 'PARKING_TIME'),
      cents: fc.integer({ min: 0, max: 999 }),
      vat: fc.constantFrom(undefined, 0, 6, 21, 25),
      stepSize: fc.constantFrom(...stepSizes),
    })
    .map(({ dimension, cents, vat, stepSize }) =>
      component(dimension, ratioText(cents), {
        stepSize,
        ...(vat === undefined ? {} : { vatPercent: fraction(vat) }),
      }),
    );

const ratioText = (cents: number): string => (cents / 100).toFixed(2);

const elements = (stepSizes: readonly number[]): fc.Arbitrary<TariffElement> =>
  fc
    .record({
      components: fc.array(components(stepSizes), { minLength: 1, maxLength: 3 }),
      startTime: fc.option(timeText, { nil: undefined }),
      endTime: fc.option(timeText, { nil: undefined }),
      maxKwh: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
      maxMinutes: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
    })
    .map(({ components: of, startTime, endTime, maxKwh, maxMinutes }) =>
      element(of, {
        ...(startTime === undefined ? {} : { startTime }),
        ...(endTime === undefined ? {} : { endTime }),
        ...(maxKwh === undefined ? {} : { maxKwh: fraction(maxKwh) }),
        ...(maxMinutes === undefined ? {} : { maxDurationS: 60 * maxMinutes }),
      }),
    );

const tariffs = (stepSizes: readonly number[]): fc.Arbitrary<PriceRules> =>
  fc
    .record({
      elements: fc.array(elements(stepSizes), { minLength: 1, maxLength: 4 }),
      taxIncluded: fc.constantFrom('YES', 'NO', 'N/A'),
    })
    .map(({ elements: of, taxIncluded }) => tariffOf(of, { taxIncluded }));

interface Drive {
  readonly startMs: number;
  readonly endMs: number;
  readonly periods: readonly BilledPeriod[];
}

/** A few hours of charging and parking, period by period. */
const sessions: fc.Arbitrary<Drive> = fc
  .record({
    start: starts,
    periods: fc.array(
      fc.record({
        minutes: fc.integer({ min: 1, max: 300 }),
        tenthsKwh: fc.integer({ min: 0, max: 200 }),
        isParked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ start, periods }) => {
    let atMs = Date.parse(start);
    const made = periods.map(({ minutes, tenthsKwh, isParked }): BilledPeriod => {
      const startMs = atMs;
      atMs += minutes * 60_000;
      const volumes = isParked
        ? [{ dimension: 'PARKING_TIME' as const, volume: ratio(minutes, 60) }]
        : [
            { dimension: 'ENERGY' as const, volume: ratio(tenthsKwh, 10) },
            { dimension: 'TIME' as const, volume: ratio(minutes, 60) },
          ];
      return { startMs, volumes };
    });
    return { startMs: Date.parse(start), endMs: atMs, periods: made };
  });

const priceOf = (rules: PriceRules, { periods, endMs }: Drive): SessionPrice =>
  priced(sessionOf(rules, periods, { endMs }));

/** A period as two, divided at a share of its time and of each volume. */
function halves(period: BilledPeriod, endMs: number, share: Fraction): readonly BilledPeriod[] {
  const lengthMs = times(ratio(endMs - period.startMs, 1), share);
  const laterMs = period.startMs + Number(rounded(lengthMs, 0).numerator);
  const part = (of: Fraction): BilledPeriod['volumes'] =>
    period.volumes.map(({ dimension, volume }) => ({ dimension, volume: times(volume, of) }));
  return [
    { startMs: period.startMs, volumes: part(share) },
    { startMs: laterMs, volumes: part(minus(one, share)) },
  ];
}

const splitEverywhere = ({ periods, startMs, endMs }: Drive, share: Fraction): Drive => ({
  startMs,
  endMs,
  periods: periods.flatMap((period, index) => halves(period, periods[index + 1]?.startMs ?? endMs, share)),
});

const shares = fc.integer({ min: 1, max: 99 }).map((percent) => ratio(percent, 100));
/** A period that spans a change of price is the maker's mistake: what it costs depends on where it is split. */
const isWhole = ({ notes }: SessionPrice): boolean => notes.length === 0;

describe('the price of any session under any tariff', () => {
  it('stays the same when periods are split, with and without step sizes', () => {
    fc.assert(
      fc.property(tariffs([0, 1, 300, 900]), sessions, shares, (rules, session, share) => {
        const whole = priceOf(rules, session);
        fc.pre(isWhole(whole));
        const split = priceOf(rules, splitEverywhere(session, share));
        expect(isSame(whole.total, split.total)).toBe(true);
      }),
    );
  });

  it('is at least what it would be without step sizes, and at most one step of each kind more', () => {
    fc.assert(
      fc.property(tariffs([900]), sessions, (rules, session) => {
        const stepless = {
          ...rules,
          elements: rules.elements.map((each) => ({
            ...each,
            components: each.components.map((of) => ({ ...of, stepSize: 0 })),
          })),
        };
        const stepped = priceOf(rules, session);
        const plain = priceOf(stepless, session);
        const volumes = (price: SessionPrice): Fraction =>
          sum(price.lines.map(({ billedVolume }) => billedVolume));
        const surplus = minus(volumes(stepped), volumes(plain));
        expect(compare(surplus, zero)).toBeGreaterThanOrEqual(0);
        // 0.9 kWh and a quarter of an hour.
        expect(compare(surplus, plus(ratio(9, 10), ratio(1, 4)))).toBeLessThan(0);
      }),
    );
  });

  it('does not change with elements that come after one that always applies to their dimension', () => {
    fc.assert(
      fc.property(tariffs([1, 900]), tariffs([1, 900]), sessions, (rules, later, session) => {
        const always = element(
          (['ENERGY', 'FLAT', 'TIME', 'PARKING_TIME'] as const).map((dimension) => component(dimension, 1)),
        );
        const first = [...rules.elements, always];
        const alone = priceOf({ ...rules, elements: first }, session);
        const followed = priceOf({ ...rules, elements: [...first, ...later.elements] }, session);
        expect(isSame(alone.total, followed.total)).toBe(true);
      }),
    );
  });

  it('adds up by line, by period and by part', () => {
    fc.assert(
      fc.property(tariffs([1, 900]), sessions, (rules, session) => {
        const { lines, periodCosts, parts, total } = priceOf(rules, session);
        const known = lines.every(({ cost }) => cost.beforeTaxes && cost.afterTaxes);
        fc.pre(known);
        expect(isSame(addedUp(lines.map(({ cost }) => cost)), total)).toBe(true);
        expect(isSame(addedUp(periodCosts), total)).toBe(true);
        expect(isSame(addedUp([...parts.values()]), total)).toBe(true);
      }),
    );
  });

  it('is its taxes more after them than before, exactly and on paper', () => {
    fc.assert(
      fc.property(tariffs([1]), sessions, fc.constantFrom('half-up', 'half-even'), (rules, session, mode) => {
        const { total, taxes } = priceOf(rules, session);
        fc.pre(total.beforeTaxes !== undefined && total.afterTaxes !== undefined);
        const { beforeTaxes = zero, afterTaxes = zero } = total;
        expect(compare(plus(beforeTaxes, sum(taxes.map(({ amount }) => amount))), afterTaxes)).toBe(0);
        const paper = roundedCost(total, { decimals: 2, mode });
        const amount = (text: string | undefined): Fraction => fraction(text ?? '0');
        expect(compare(plus(amount(paper.beforeTaxes), amount(paper.taxes)), amount(paper.afterTaxes))).toBe(
          0,
        );
      }),
    );
  });

  it('is the same whether the tax is in the prices or added to them', () => {
    const oneRate = (rules: PriceRules, change: (price: Fraction) => Fraction): PriceRules['elements'] =>
      rules.elements.map((each) => ({
        ...each,
        components: each.components.map((of) => ({
          ...of,
          price: change(of.price),
          vatPercent: fraction(25),
        })),
      }));
    fc.assert(
      fc.property(tariffs([1, 900]), sessions, (rules, session) => {
        const added = tariffOf(oneRate(rules, (price) => price));
        const included = tariffOf(
          oneRate(rules, (price) => times(price, ratio(125, 100))),
          { taxIncluded: 'YES' },
        );
        expect(isSame(priceOf(added, session).total, priceOf(included, session).total)).toBe(true);
      }),
    );
  });

  it('is never refused, nor below zero', () => {
    fc.assert(
      fc.property(tariffs([0, 1, 60]), sessions, (rules, session) => {
        const pricing = priceSession(sessionOf(rules, session.periods, { endMs: session.endMs }));
        expect(pricing.status).toBe('priced');
        if (pricing.status === 'refused') return;
        const { beforeTaxes = zero, afterTaxes = zero } = pricing.price.total;
        expect(compare(beforeTaxes, zero)).toBeGreaterThanOrEqual(0);
        expect(compare(afterTaxes, zero)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('an exact number', () => {
  const numbers = fc
    .tuple(fc.integer(), fc.integer({ min: 1, max: 100_000 }))
    .map(([numerator, denominator]) => ratio(numerator, denominator));

  it('is the decimal that its text says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: 0, max: 6 }),
        (digits, scale) => {
          const value = digits / 10 ** scale;
          expect(compare(fraction(value), ratio(digits, 10 ** scale))).toBe(0);
        },
      ),
    );
  });

  it('comes back from a sum, and from a product', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(compare(minus(plus(a, b), b), a)).toBe(0);
        if (b.numerator !== 0n) expect(compare(dividedBy(times(a, b), b), a)).toBe(0);
      }),
    );
  });
});
