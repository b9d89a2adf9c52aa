import { describe, expect, it } from 'vitest';
import { volumeOf } from '../../../src/domain/pricing/billedPeriod.ts';
import { type Fraction, fraction, shortText } from '../../../src/domain/pricing/fraction.ts';
import { correctedBill } from '../../../src/domain/roaming/billCorrection.ts';
import { cdrFrom, type RoamingCharge } from '../../../src/domain/roaming/charge.ts';
import type { Tariff } from '../../../src/domain/roaming/tariff.ts';
import { givenCharge } from '../../ocpi/givenCharge.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');
const hourMs = 3_600_000;

const tariff: Tariff = {
  ...{ countryCode: 'SE', partyId: 'GRG', id: 'T1', currency: 'EUR', taxIncluded: 'NO', altText: [] },
  elements: [
    {
      components: [
        { dimension: 'FLAT', price: fraction(1), vatPercent: fraction(25), stepSize: 1 },
        { dimension: 'ENERGY', price: fraction('0.4'), vatPercent: fraction(25), stepSize: 1 },
      ],
    },
  ],
  lastUpdatedMs: 0,
};

/** Two hours of these energies, and the bill of them. */
function given(...kwh: readonly number[]) {
  const begun = givenCharge({ id: 'S1', startedAtMs: startMs }, [tariff]);
  const periods = kwh.map((each, index) => ({
    startMs: startMs + index * hourMs,
    volumes: [{ dimension: 'ENERGY' as const, volume: fraction(each) }],
  }));
  const charge: RoamingCharge = {
    ...begun,
    session: { ...begun.session, periods, endedAtMs: startMs + kwh.length * hourMs, status: 'COMPLETED' },
  };
  return { charge, bill: cdrFrom(charge, { marks: [] }) };
}

function corrected(kwh: readonly number[], correction: { energyKwh?: Fraction; beforeTaxes?: Fraction }) {
  const { charge, bill } = given(...kwh);
  return correctedBill(charge, bill, {
    correction,
    id: 'S1-2',
    reason: 'wrong meter',
    nowMs: startMs + hourMs,
  });
}

const amounts = (outcome: ReturnType<typeof corrected>): readonly (string | undefined)[] => {
  if (outcome.status === 'refused') return [outcome.why];
  const { totalEnergyKwh, totalCost, totalEnergyCost } = outcome.cdr;
  const energyCost = totalEnergyCost && shortText(totalEnergyCost.beforeTaxes);
  const taxes = totalCost.taxes.map(({ amount }) => shortText(amount));
  return [shortText(totalEnergyKwh), shortText(totalCost.beforeTaxes), ...taxes, energyCost];
};

describe('a corrected bill', () => {
  it('is priced by its tariffs where another energy is told', () => {
    expect(amounts(corrected([15, 5], { energyKwh: fraction(10) }))).toEqual(['10', '5', '1.25', '4']);
  });

  it('spreads the energy over its periods in proportion, and loses none to rounding', () => {
    const outcome = corrected([1, 1, 1], { energyKwh: fraction(10) });
    if (outcome.status === 'refused') throw new Error(outcome.why);
    const told = outcome.cdr.periods.map((period) => shortText(volumeOf(period, 'ENERGY') ?? fraction(0)));
    expect(told).toEqual(['3.3333', '3.3334', '3.3333']);
    expect(shortText(outcome.cdr.totalEnergyKwh)).toBe('10');
  });

  it('costs what is told, taxed as before, and tells no parts that would not add up', () => {
    expect(amounts(corrected([20], { beforeTaxes: fraction('4.30') }))).toEqual([
      '20',
      '4.3',
      '1.08',
      undefined,
    ]);
    expect(amounts(corrected([20], { beforeTaxes: fraction(0) }))).toEqual(['20', '0', '0', undefined]);
  });

  it('has another id, the reason, and all else of the bill', () => {
    const outcome = corrected([20], { beforeTaxes: fraction(4) });
    const { bill } = given(20);
    expect(outcome).toMatchObject({
      cdr: { id: 'S1-2', remark: 'wrong meter', sessionId: 'S1', periods: bill.periods, token: bill.token },
    });
  });

  it('cannot be of an energy where there was none', () => {
    expect(corrected([0], { energyKwh: fraction(10) })).toMatchObject({ status: 'refused' });
  });
});
