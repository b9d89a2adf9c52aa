import { describe, expect, it } from 'vitest';
import { addedUp, isSame } from '../../../src/domain/pricing/cost.ts';
import { fraction, shortText } from '../../../src/domain/pricing/fraction.ts';
import { elementsMax, periodsMax } from '../../../src/domain/pricing/refusal.ts';
import {
  priceSession,
  type SessionPrice,
  type SessionToPrice,
} from '../../../src/domain/pricing/sessionPrice.ts';
import type { PriceRules } from '../../../src/domain/pricing/tariff.ts';
import { component, element, period, priced, sessionOf, tariffOf } from './givenPrice.ts';

const untaxed = ({ total }: SessionPrice): string | undefined =>
  total.beforeTaxes && shortText(total.beforeTaxes);
const taxed = ({ total }: SessionPrice): string | undefined =>
  total.afterTaxes && shortText(total.afterTaxes);

describe('the price of a session', () => {
  it('takes for each dimension the first element that applies, and no other', () => {
    const rules = tariffOf([
      element(component('ENERGY', 1), { minKwh: fraction(10) }),
      element([component('ENERGY', 2), component('TIME', 3)]),
      element([component('ENERGY', 100), component('FLAT', 7)]),
    ]);
    const periods = [
      period('2026-11-21T10:00:00Z', { ENERGY: 10, TIME: 1 }),
      period('2026-11-21T11:00:00Z', { ENERGY: 5, TIME: 1 }),
    ];
    expect(untaxed(priced(sessionOf(rules, periods)))).toBe('38'); // 20 + 5 + 6 + 7
  });

  it('has nothing to pay for a dimension without a price', () => {
    const rules = tariffOf([element(component('ENERGY', 1))]);
    const price = priced(sessionOf(rules, [period('2026-11-21T10:00:00Z', { TIME: 4, PARKING_TIME: 4 })]));
    expect(untaxed(price)).toBe('0');
  });

  it('has a flat fee once, though it is in force in every period', () => {
    const rules = tariffOf([element([component('FLAT', '0.5'), component('ENERGY', 1)])]);
    const periods = [
      period('2026-11-21T10:00:00Z', { ENERGY: 1 }),
      period('2026-11-21T11:00:00Z', { ENERGY: 1 }),
    ];
    expect(untaxed(priced(sessionOf(rules, periods)))).toBe('2.5');
  });

  it('counts durations from the start of the session, also for parking', () => {
    const rules = tariffOf([element(component('PARKING_TIME', 6), { minDurationS: 7200 })]);
    const parked = (start: string): string | undefined =>
      untaxed(
        priced(
          sessionOf(rules, [period('2026-11-21T10:00:00Z', { TIME: 1 }), period(start, { PARKING_TIME: 1 })]),
        ),
      );
    expect(parked('2026-11-21T11:59:59Z')).toBe('0');
    expect(parked('2026-11-21T12:00:00Z')).toBe('6');
  });

  it('asks nothing for time in which the site gave the car no power', () => {
    const rules = tariffOf([element([component('TIME', 1), component('PARKING_TIME', 10)])]);
    const periods = [
      period('2026-11-21T10:00:00Z', { ENERGY: 5, TIME: 1 }),
      period('2026-11-21T11:00:00Z', { ENERGY: 0 }),
      period('2026-11-21T13:00:00Z', { ENERGY: 5, TIME: 1 }),
    ];
    expect(untaxed(priced(sessionOf(rules, periods)))).toBe('2');
  });

  it('leaves a price out that depends on a current nobody told, and says so', () => {
    const rules = tariffOf([element(component('ENERGY', 1), { maxCurrentAmps: fraction(32) })]);
    const price = priced(sessionOf(rules, [period('2026-11-21T10:00:00Z', { ENERGY: 5, TIME: 1 })]));
    expect(untaxed(price)).toBe('0');
    expect(price.notes).toEqual([{ kind: 'current or power unknown', periods: [0] }]);
  });

  it.each([
    ['a time of day', { endTime: '12:00' }],
    ['an amount of energy', { maxKwh: fraction(3) }],
    ['a duration', { maxDurationS: 600 }],
    ['a current', { maxCurrentAmps: fraction(20) }],
    ['the end of a day', { endDate: '2026-11-22' }],
  ])('is noted where a period goes over %s that changes it', (_what, restrictions) => {
    const rules = tariffOf([element(component('ENERGY', 1), restrictions), element(component('ENERGY', 2))]);
    const periods = [period('2026-11-21T10:00:00Z', { ENERGY: 5, MIN_CURRENT: 10, MAX_CURRENT: 30 })];
    const price = priced(sessionOf(rules, periods, { endMs: Date.parse('2026-11-22T10:00:00Z') }));
    expect(price.notes).toEqual([{ kind: 'spans a change of price', periods: [0] }]);
  });

  it('adds up to the same by line, by period and by part', () => {
    const vat = { vatPercent: fraction(25), stepSize: 900 };
    const rules = tariffOf([
      element([component('FLAT', 1, vat), component('TIME', '1.99', vat), component('PARKING_TIME', 5, vat)]),
    ]);
    const periods = [
      period('2026-11-21T10:00:00Z', { ENERGY: 5, TIME: '0.3333' }),
      period('2026-11-21T10:20:00Z', { PARKING_TIME: '0.1167' }),
    ];
    const price = priced(sessionOf(rules, periods));
    const lines = addedUp(price.lines.map(({ cost }) => cost));
    for (const total of [lines, addedUp(price.periodCosts), addedUp([...price.parts.values()])])
      expect(isSame(total, price.total)).toBe(true);
    expect([...price.parts.keys()]).toEqual(['fixed', 'time', 'parking']);
    expect(untaxed(price)).toBe('2.9133'); // 1 + 0.3333 h at 1.99 + a quarter of an hour at 5
    expect(taxed(price)).toBe('3.6416');
  });
});

describe('the price of a reservation', () => {
  const rules = tariffOf([
    element(component('TIME', 6, { stepSize: 600 }), { reservation: 'RESERVATION_EXPIRES' }),
    element(component('FLAT', 4), { reservation: 'RESERVATION_EXPIRES' }),
    element(component('TIME', 3, { stepSize: 600 }), { reservation: 'RESERVATION' }),
    element([component('FLAT', '0.5'), component('ENERGY', '0.25')]),
  ]);
  const reserved = period('2026-11-21T10:00:00Z', { RESERVATION_TIME: '0.5' });
  const charged = period('2026-11-21T10:30:00Z', { ENERGY: 20, TIME: 1 });

  it('is that of its time, and the charge after it costs its own start fee', () => {
    const price = priced(sessionOf(rules, [reserved, charged]));
    expect(untaxed(price)).toBe('7'); // 1.5 + 0.5 + 5
    const reservation = price.parts.get('reservation')?.beforeTaxes;
    expect(reservation && shortText(reservation)).toBe('1.5');
  });

  it('is that of an expired one when nobody came', () => {
    expect(untaxed(priced(sessionOf(rules, [reserved], { reservationExpired: true })))).toBe('7'); // 3 + 4
  });

  it('is not raised to the least price of a charge', () => {
    const bounded = { ...rules, minPrice: { beforeTaxes: fraction(20) } };
    expect(untaxed(priced(sessionOf(bounded, [reserved])))).toBe('1.5');
    expect(untaxed(priced(sessionOf(bounded, [reserved, charged])))).toBe('20');
  });

  it('does not count in the duration of the charge', () => {
    const free = tariffOf([element(component('ENERGY', 1), { maxDurationS: 60 })]);
    expect(untaxed(priced(sessionOf(free, [reserved, charged])))).toBe('20');
  });
});

describe('a night tariff in Stockholm', () => {
  const night = tariffOf([
    element(component('ENERGY', 1), { startTime: '22:00', endTime: '06:00' }),
    element(component('ENERGY', 3)),
  ]);
  const priceAt = (start: string): string | undefined =>
    untaxed(priced(sessionOf(night, [period(start, { ENERGY: 1 })])));

  it.each([
    ['winter, 22:00', '2026-01-10T21:00:00Z', '1'],
    ['winter, 21:59', '2026-01-10T20:59:00Z', '3'],
    ['summer, 22:00', '2026-07-10T20:00:00Z', '1'],
    ['the night that loses an hour, 05:59', '2026-03-29T03:59:00Z', '1'],
    ['the night that loses an hour, 06:00', '2026-03-29T04:00:00Z', '3'],
    ['the night that has 02:30 twice, the second', '2026-10-25T01:30:00Z', '1'],
    ['the night that has 02:30 twice, 05:59', '2026-10-25T04:59:00Z', '1'],
    ['the night that has 02:30 twice, 06:00', '2026-10-25T05:00:00Z', '3'],
  ])('holds by the clock on the wall: %s', (_when, start, price) => {
    expect(priceAt(start)).toBe(price);
  });

  it('counts the day of the week on that clock', () => {
    const sunday = tariffOf([element(component('ENERGY', 1), { daysOfWeek: ['SUNDAY'] })]);
    const at = (start: string): string | undefined =>
      untaxed(priced(sessionOf(sunday, [period(start, { ENERGY: 1 })])));
    expect(at('2026-01-10T22:59:59Z')).toBe('0');
    expect(at('2026-01-10T23:00:00Z')).toBe('1');
  });
});

describe('the bounds of a price', () => {
  const rules = (change: Partial<PriceRules>): PriceRules =>
    tariffOf(
      [
        element([
          component('FLAT', 2, { vatPercent: fraction(0) }),
          component('ENERGY', 1, { vatPercent: fraction(50) }),
        ]),
      ],
      change,
    );
  const priceOf = (kwh: number, change: Partial<PriceRules>): SessionPrice =>
    priced(sessionOf(rules(change), [period('2026-11-21T10:00:00Z', { ENERGY: kwh })]));

  it('hold for each amount by itself', () => {
    const price = priceOf(4, { maxPrice: { beforeTaxes: fraction(6), afterTaxes: fraction(7) } });
    expect([untaxed(price), taxed(price), price.boundBy]).toEqual(['6', '7', 'maximum']);
  });

  it('are taxed as the session was where they are told before taxes', () => {
    const price = priceOf(2, { minPrice: { beforeTaxes: fraction(8) } });
    expect([untaxed(price), taxed(price), price.boundBy]).toEqual(['8', '10', 'minimum']); // 4 before, 5 after
  });

  it('are left out under several tariffs, and that is noted', () => {
    const other = { ...rules({ maxPrice: { beforeTaxes: fraction(1) } }), id: 'T2' };
    const periods = [
      period('2026-11-21T10:00:00Z', { ENERGY: 1 }),
      period('2026-11-21T11:00:00Z', { ENERGY: 1 }, 'T2'),
    ];
    const price = priced(sessionOf(rules({}), periods, { tariffs: [rules({}), other] }));
    expect(untaxed(price)).toBe('4');
    expect(price.notes).toEqual([{ kind: 'bounds of several tariffs', periods: [] }]);
  });
});

describe('taxes', () => {
  const energy = (change: Partial<PriceRules>, vat?: number): SessionPrice =>
    priced(
      sessionOf(
        tariffOf(
          [element(component('ENERGY', 121, vat === undefined ? {} : { vatPercent: fraction(vat) }))],
          change,
        ),
        [period('2026-11-21T10:00:00Z', { ENERGY: 1 })],
      ),
    );

  it.each([
    ['are added to prices without them', { taxIncluded: 'NO' }, 21, '121', '146.41'],
    ['are taken out of prices with them', { taxIncluded: 'YES' }, 21, '100', '121'],
    ['are none where none applies', { taxIncluded: 'N/A' }, undefined, '121', '121'],
    ['stay unknown without a rate', { taxIncluded: 'NO' }, undefined, '121', undefined],
    ['stay unknown without a rate in prices with them', { taxIncluded: 'YES' }, undefined, undefined, '121'],
  ] as const)('%s', (_what, change, vat, expectedBefore, expectedAfter) => {
    const price = energy(change, vat);
    expect([untaxed(price), taxed(price)]).toEqual([expectedBefore, expectedAfter]);
  });
});

describe('a session that cannot be priced', () => {
  const rules = tariffOf([element(component('ENERGY', 1))]);
  const reasonOf = (change: Partial<SessionToPrice>): string => {
    const session = sessionOf(rules, [period('2026-11-21T10:00:00Z', { ENERGY: 1 })], change);
    const pricing = priceSession(session);
    return pricing.status === 'refused' ? pricing.reason : '';
  };
  const ten = period('2026-11-21T10:00:00Z', { ENERGY: 1 });
  const nine = period('2026-11-21T09:00:00Z', { ENERGY: 1 });

  it.each<readonly [string, Partial<SessionToPrice>, RegExp]>([
    ['periods out of order', { periods: [ten, nine] }, /period 2 starts before/],
    ['an unknown tariff', { periods: [{ ...ten, tariffId: 'X' }] }, /names the tariff "X"/],
    ['no tariff', { tariffs: [] }, /no tariff/],
    ['two currencies', { tariffs: [rules, { ...rules, id: 'T2', currency: 'SEK' }] }, /EUR and in SEK/],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }, /no time zone/],
    ['less than nothing', { periods: [period('2026-11-21T10:00:00Z', { ENERGY: -1 })] }, /below zero/],
    ['an end before its last period', { endMs: ten.startMs - 1 }, /ends before/],
  ])('is refused with a reason: %s', (_what, change, reason) => {
    expect(reasonOf(change)).toMatch(reason);
  });

  it('has a period more than the bound, and is refused unread; at the bound it is priced', () => {
    const many = Array.from({ length: periodsMax }, () => ten);
    expect(untaxed(priced(sessionOf(rules, many)))).toBe(String(periodsMax));
    const untouchable = new Proxy(ten, {
      get: () => {
        throw new Error('was read');
      },
    });
    const million = Array.from({ length: 1_000_000 }, () => untouchable);
    expect(reasonOf({ periods: million })).toBe('1000000 charging periods are more than 100000');
    expect(reasonOf({ periods: [...many, ten] })).toMatch(/more than 100000/);
  });

  it('has more elements than the bound, or many periods under many of them', () => {
    const elements = (count: number): PriceRules =>
      tariffOf(Array.from({ length: count }, () => element(component('ENERGY', 1))));
    expect(reasonOf({ tariffs: [elements(elementsMax)] })).toBe('');
    expect(reasonOf({ tariffs: [elements(elementsMax + 1)] })).toBe(
      '1001 tariff elements are more than 1000',
    );
    const many = Array.from({ length: 20_000 }, () => ten);
    expect(reasonOf({ tariffs: [elements(501)], periods: many })).toBe(
      '20000 charging periods are too many for a tariff of 501 elements',
    );
  });
});
