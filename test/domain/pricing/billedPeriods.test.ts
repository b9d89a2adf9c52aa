import { describe, expect, it } from 'vitest';
import type { BilledPeriod } from '../../../src/domain/pricing/billedPeriod.ts';
import { billedPeriods } from '../../../src/domain/pricing/billedPeriods.ts';
import { fraction, shortText } from '../../../src/domain/pricing/fraction.ts';
import { type Stretch, stretchesOf } from '../../../src/domain/pricing/stretch.ts';
import type { PriceRules } from '../../../src/domain/pricing/tariff.ts';
import { component, element, priced, sessionOf, tariffOf } from './givenPrice.ts';

const stretch = (start: string, end: string, energyKwh: number, change: Partial<Stretch> = {}): Stretch => ({
  startMs: Date.parse(`2026-11-21T${start}Z`),
  endMs: Date.parse(`2026-11-21T${end}Z`),
  activity: 'charging',
  energyKwh: fraction(energyKwh),
  ...change,
});

/** `10:00:00 ENERGY 5 TIME 1` */
const told = (periods: readonly BilledPeriod[]): readonly string[] =>
  periods.map(({ startMs, volumes }) =>
    [
      new Date(startMs).toISOString().slice(11, 19),
      ...volumes.map(({ dimension, volume }) => `${dimension} ${shortText(volume)}`),
    ].join(' '),
  );

const periodsOf = (rules: PriceRules, stretches: readonly Stretch[]): readonly BilledPeriod[] =>
  billedPeriods(stretches, [{ fromMs: 0, rules }], 'Europe/Stockholm');

describe('the periods by which a session is billed', () => {
  it('begin where a time of day brings another price', () => {
    const rules = tariffOf([
      element(component('ENERGY', 1), { endTime: '17:00' }),
      element(component('ENERGY', 2)),
    ]);
    // 17:00 in Stockholm.
    expect(told(periodsOf(rules, [stretch('15:00:00', '18:00:00', 30)]))).toEqual([
      '15:00:00 ENERGY 10 TIME 1',
      '16:00:00 ENERGY 20 TIME 2',
    ]);
  });

  it('begin where the session reaches an amount of energy, between two readings', () => {
    const rules = tariffOf([
      element(component('ENERGY', 0), { maxKwh: fraction(5) }),
      element(component('ENERGY', 2)),
    ]);
    const stretches = [stretch('10:00:00', '10:20:00', 4), stretch('10:20:00', '10:40:00', 4)];
    expect(told(periodsOf(rules, stretches))).toEqual([
      '10:00:00 ENERGY 5 TIME 0.4167',
      '10:25:00 ENERGY 3 TIME 0.25',
    ]);
  });

  it('begin where a duration or a current brings another price', () => {
    const byDuration = tariffOf([element(component('TIME', 1), { minDurationS: 600 })]);
    expect(told(periodsOf(byDuration, [stretch('10:00:00', '11:00:00', 6)]))).toEqual([
      '10:00:00 ENERGY 1 TIME 0.1667',
      '10:10:00 ENERGY 5 TIME 0.8333',
    ]);
    const byCurrent = tariffOf([element(component('TIME', 1), { minCurrentAmps: fraction(32) })]);
    const stretches = [
      stretch('10:00:00', '10:30:00', 1, { amps: fraction(16) }),
      stretch('10:30:00', '11:00:00', 3, { amps: fraction(48) }),
      stretch('11:00:00', '11:30:00', 2, { amps: fraction(32) }),
    ];
    expect(told(periodsOf(byCurrent, stretches))).toEqual([
      '10:00:00 ENERGY 1 TIME 0.5 MIN_CURRENT 16 MAX_CURRENT 16',
      '10:30:00 ENERGY 5 TIME 1 MIN_CURRENT 32 MAX_CURRENT 48',
    ]);
  });

  it('begin nowhere else', () => {
    const rules = tariffOf([element(component('ENERGY', 1))]);
    const stretches = [stretch('10:00:00', '10:15:00', 1), stretch('10:15:00', '23:00:00', 4)];
    expect(told(periodsOf(rules, stretches))).toEqual(['10:00:00 ENERGY 5 TIME 13']);
  });

  it('begin when the car does something else; one that the site pauses does not park', () => {
    const rules = tariffOf([element([component('TIME', 1), component('PARKING_TIME', 10)])]);
    const stretches = [
      stretch('09:30:00', '10:00:00', 0, { activity: 'reserved' }),
      stretch('10:00:00', '11:00:00', 5),
      stretch('11:00:00', '12:00:00', 0, { activity: 'withheld' }),
      stretch('12:00:00', '13:00:00', 5),
      stretch('13:00:00', '14:00:00', 0, { activity: 'parked' }),
    ];
    const periods = periodsOf(rules, stretches);
    expect(told(periods)).toEqual([
      '09:30:00 RESERVATION_TIME 0.5',
      '10:00:00 ENERGY 5 TIME 1',
      '11:00:00 ENERGY 0',
      '12:00:00 ENERGY 5 TIME 1',
      '13:00:00 ENERGY 0 PARKING_TIME 1',
    ]);
    const { total } = priced(sessionOf(rules, periods));
    expect(total.beforeTaxes && shortText(total.beforeTaxes)).toBe('12');
  });

  it('have volumes whose sums stay true though each has four decimals', () => {
    const rules = tariffOf(
      Array.from({ length: 24 }, (_, hour) =>
        element(component('TIME', 1), { startTime: `${String(hour).padStart(2, '0')}:20` }),
      ).toReversed(),
    );
    const periods = periodsOf(rules, [stretch('00:00:00', '20:00:00', 10)]);
    expect(periods.length).toBeGreaterThan(20);
    const { lines } = priced(sessionOf(rules, periods));
    const hours = lines.map(({ volume }) => Number(shortText(volume))).reduce((a, b) => a + b);
    expect(hours).toBeCloseTo(20, 9);
  });

  it('are priced as they are without a note: none spans a change', () => {
    const rules = tariffOf([
      element(component('ENERGY', 1), { startTime: '11:00', endTime: '12:30', maxKwh: fraction(7) }),
      element(component('ENERGY', 2), { maxDurationS: 5400 }),
      element(component('ENERGY', 3)),
    ]);
    const periods = periodsOf(rules, [stretch('09:00:00', '14:00:00', 20)]);
    expect(priced(sessionOf(rules, periods, { endMs: Date.parse('2026-11-21T14:00:00Z') })).notes).toEqual(
      [],
    );
  });

  it('come from the history of a session, in which the site may have paused the car', () => {
    const rules = tariffOf([element([component('TIME', 1), component('PARKING_TIME', 10)])]);
    const history = (['authorised', 'charging', 'suspended-by-us', 'suspended-by-ev'] as const).map(
      (state, hour) => ({
        fromMs: Date.UTC(2026, 10, 21, 10 + hour),
        untilMs: Date.UTC(2026, 10, 21, 11 + hour),
        state,
        energyWh: state === 'charging' ? 5000.125 : 0,
      }),
    );
    expect(told(periodsOf(rules, stretchesOf(history)))).toEqual([
      '10:00:00 ENERGY 0',
      '11:00:00 ENERGY 5.0001 TIME 1',
      '12:00:00 ENERGY 0',
      '13:00:00 ENERGY 0 PARKING_TIME 1',
    ]);
  });
});
