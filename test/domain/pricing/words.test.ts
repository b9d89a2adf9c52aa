import { describe, expect, it } from 'vitest';
import { fraction } from '../../../src/domain/pricing/fraction.ts';
import { offeredPrices, offerText } from '../../../src/domain/pricing/offer.ts';
import { receiptOf } from '../../../src/domain/pricing/receipt.ts';
import { roundedCost, roundingOf } from '../../../src/domain/pricing/words.ts';
import { component, element, period, priced, sessionOf, tariffOf } from './givenPrice.ts';

const vat = { vatPercent: fraction(25) };
const rules = tariffOf(
  [
    element(component('ENERGY', '0.45', { ...vat, stepSize: 1000 }), {
      startTime: '22:00',
      endTime: '06:00',
    }),
    element([
      component('FLAT', '0.5', vat),
      component('ENERGY', '0.6', { ...vat, stepSize: 1000 }),
      component('PARKING_TIME', 6, { ...vat, stepSize: 900 }),
    ]),
  ],
  { maxPrice: { beforeTaxes: fraction(20), afterTaxes: fraction(25) } },
);

describe('a receipt', () => {
  const periods = [
    period('2026-11-21T10:00:00Z', { ENERGY: '10.4', TIME: 2 }),
    period('2026-11-21T12:00:00Z', { PARKING_TIME: '0.35' }),
  ];

  it('says of every component what was used, at which price, and why it is rounded up', () => {
    const receipt = receiptOf(priced(sessionOf(rules, periods)), roundingOf('EUR'));
    expect(receipt.lines.map(({ text }) => text)).toEqual([
      'Start fee: 0.50 EUR per session, VAT 25 %',
      'Energy: 11 kWh at 0.60 EUR per kWh, VAT 25 % (10.4 kWh, billed in steps of 1 kWh)',
      'Parking without charging: 30 min at 6.00 EUR per hour of parking without charging, VAT 25 % (21 min, billed in steps of 15 min)',
    ]);
    expect(receipt.total).toEqual({ beforeTaxes: '10.10', taxes: '2.53', afterTaxes: '12.63' });
    expect(receipt.remarks).toEqual([]);
  });

  it('says when a bound made the price, and what is uncertain', () => {
    const long = [period('2026-11-21T10:00:00Z', { ENERGY: 50 })];
    const price = priced(sessionOf(rules, long, { endMs: Date.parse('2026-11-22T10:00:00Z') }));
    expect(receiptOf(price, roundingOf('EUR')).remarks).toEqual([
      'The maximum price of this tariff applies: 25.00 EUR.',
      'Charging period 1: another price came into force before its end; it is priced as it began.',
    ]);
  });

  it('rounds each amount once, ties by the policy, and the tax is what lies between', () => {
    const cost = { beforeTaxes: fraction('0.125'), afterTaxes: fraction('0.135') };
    expect(roundedCost(cost, { decimals: 2, mode: 'half-up' })).toEqual({
      beforeTaxes: '0.13',
      taxes: '0.01',
      afterTaxes: '0.14',
    });
    expect(roundedCost(cost, { decimals: 2, mode: 'half-even' })).toEqual({
      beforeTaxes: '0.12',
      taxes: '0.02',
      afterTaxes: '0.14',
    });
    expect([roundingOf('EUR').decimals, roundingOf('JPY').decimals]).toEqual([2, 0]);
  });
});

describe('the price shown before a session', () => {
  it('tells every price in words, in the order in which they are tried', () => {
    expect(offerText(rules)).toEqual([
      '0.45 EUR per kWh (VAT 25 %), from 22:00 to 06:00, in steps of 1 kWh',
      '0.50 EUR per session (VAT 25 %)',
      '0.60 EUR per kWh (VAT 25 %), in steps of 1 kWh',
      '6.00 EUR per hour of parking without charging (VAT 25 %), in steps of 15 min',
      'a session costs at most 20.00 EUR (25.00 EUR with taxes)',
      'taxes are added to these prices',
    ]);
  });

  it('tells each restriction in words', () => {
    const restricted = tariffOf(
      [
        element(component('TIME', 0), {
          daysOfWeek: ['SATURDAY', 'SUNDAY'],
          startDate: '2026-12-01',
          endDate: '2027-01-01',
          minKwh: fraction(1),
          maxKwh: fraction('20.5'),
          minDurationS: 60,
          maxDurationS: 5400,
          minCurrentAmps: fraction(6),
          maxPowerKw: fraction(11),
        }),
        element(component('TIME', 6), { reservation: 'RESERVATION_EXPIRES' }),
      ],
      { taxIncluded: 'YES' },
    );
    expect(offerText(restricted)).toEqual([
      'free per hour of charging, on Saturday, Sunday, from 2026-12-01, before 2027-01-01, after the first 1 kWh, ' +
        'for the first 20.5 kWh, after 1 min, in the first 1 h 30 min, while the car draws 6 A or more, ' +
        'while the car draws less than 11 kW',
      '6.00 EUR per hour of reservation, if the reservation runs out',
      'taxes are included',
    ]);
  });

  it('has its facts per kWh, per minute, per session and the rest, in this order', () => {
    const at = (time: string) =>
      offeredPrices(rules, 'Europe/Stockholm', Date.parse(time)).map(({ per, price }) => {
        const { afterTaxes } = roundedCost(price, { decimals: 4, mode: 'half-up' });
        return `${afterTaxes} per ${per}`;
      });
    expect(at('2026-11-21T10:00:00Z')).toEqual([
      '0.7500 per kWh',
      '0.6250 per session',
      '0.1250 per minute parked',
    ]);
    expect(at('2026-11-21T23:00:00Z')[0]).toBe('0.5625 per kWh');
  });
});
