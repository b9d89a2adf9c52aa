import type { BillingInput } from '../../../src/domain/billing/billingRun.ts';
import { billingRun } from '../../../src/domain/billing/billingRun.ts';
import { billingMonth } from '../../../src/domain/billing/month.ts';
import { fraction } from '../../../src/domain/pricing/fraction.ts';
import type { Cdr } from '../../../src/domain/roaming/cdr.ts';

const token = { countryCode: 'SE', partyId: 'LUE', uid: 'T1', type: 'RFID', contractId: 'SE-LUE-1' };
const location: Cdr['location'] = {
  ...{ id: 'L1', address: 'Claesgatan 6', city: 'Malmö', country: 'SWE' },
  coordinates: { latitude: '55.590325', longitude: '13.008307' },
  ...{ evseUid: 'E1', evseId: 'SE*LVK*E1', connectorId: '1', connectorStandard: 'IEC_62196_T2' },
  connectorFormat: 'SOCKET',
  connectorPowerType: 'AC_3_PHASE',
};

export const price = (beforeTaxes: string, tax?: string): Cdr['totalCost'] => ({
  beforeTaxes: fraction(beforeTaxes),
  taxes: tax === undefined ? [] : [{ name: 'VAT', percentage: fraction(25), amount: fraction(tax) }],
});

/** A charge of ten kilowatt hours on an evening in October. */
export const givenCdr = (change: Partial<Cdr> = {}): Cdr => ({
  countryCode: 'SE',
  partyId: 'LVK',
  id: 'C1',
  currency: 'SEK',
  token,
  authMethod: 'WHITELIST',
  location,
  startedAtMs: Date.UTC(2026, 9, 12, 16),
  endedAtMs: Date.UTC(2026, 9, 12, 18),
  tariffs: [],
  periods: [],
  totalCost: price('20', '5'),
  totalEnergyKwh: fraction(10),
  totalTimeHours: fraction(2),
  lastUpdatedMs: Date.UTC(2026, 9, 12, 18),
  ...change,
});

export const givenCredit = (of: Cdr, change: Partial<Cdr> = {}): Cdr => {
  const { beforeTaxes, taxes } = of.totalCost;
  const negated = ({ numerator, denominator }: typeof beforeTaxes) => ({
    numerator: -numerator,
    denominator,
  });
  const totalCost = {
    beforeTaxes: negated(beforeTaxes),
    taxes: taxes.map((tax) => ({ ...tax, amount: negated(tax.amount) })),
  };
  return { ...of, id: `${of.id}-C`, isCredit: true, creditReferenceId: of.id, totalCost, ...change };
};

export const october = month('2026-10');
export const november = month('2026-11');

function month(name: string) {
  const found = billingMonth(name, 'Europe/Stockholm');
  if (found === undefined) throw new Error(name);
  return found;
}

export const run = (cdrs: readonly Cdr[], change: Partial<BillingInput> = {}) =>
  billingRun({
    month: october,
    policy: { vatPercent: undefined, roundedPer: 'line', mode: 'half-up' },
    cdrs,
    billed: [],
    contractOf: ({ contractId }) => contractId,
    ...change,
  });
