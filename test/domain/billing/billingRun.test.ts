import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BillingRun } from '../../../src/domain/billing/billingRun.ts';
import type { BillingPolicy } from '../../../src/domain/billing/invoice.ts';
import { billingMonth } from '../../../src/domain/billing/month.ts';
import { decimalText, fraction, sum } from '../../../src/domain/pricing/fraction.ts';
import type { Cdr } from '../../../src/domain/roaming/cdr.ts';
import { givenCdr, givenCredit, november, october, price, run } from './givenCdrs.ts';

const ids = ({ invoices }: BillingRun): readonly string[] =>
  invoices.flatMap(({ lines }) => lines.map(({ cdrId }) => cdrId));
const whys = ({ held }: BillingRun): readonly string[] => held.map(({ why }) => why);
const totals = ({ invoices }: BillingRun) =>
  invoices.map(({ contractId, currency, beforeTaxes, taxes, afterTaxes }) => [
    ...[contractId, currency, decimalText(beforeTaxes, 2)],
    ...[taxes.map(({ amount }) => decimalText(amount, 2)).join(' '), decimalText(afterTaxes, 2)],
  ]);
const policy = (change: Partial<BillingPolicy>): { policy: BillingPolicy } => ({
  policy: { vatPercent: undefined, roundedPer: 'line', mode: 'half-up', ...change },
});

describe('a month of bills', () => {
  it('begins and ends at midnight of its time zone', () => {
    const first = Date.UTC(2026, 8, 30, 22);
    expect(october).toMatchObject({ startMs: first, endMs: Date.UTC(2026, 9, 31, 23) });
    expect(billingMonth('2026-13', 'UTC')).toBeUndefined();
  });

  it('has an invoice for each contract and currency', () => {
    const other = { ...givenCdr().token, contractId: 'SE-LUE-0' };
    const made = run([
      givenCdr(),
      givenCdr({ id: 'C2' }),
      givenCdr({ id: 'C3', currency: 'EUR' }),
      givenCdr({ id: 'C4', token: other }),
    ]);
    expect(totals(made)).toEqual([
      ['SE-LUE-0', 'SEK', '20.00', '5.00', '25.00'],
      ['SE-LUE-1', 'EUR', '20.00', '5.00', '25.00'],
      ['SE-LUE-1', 'SEK', '40.00', '10.00', '50.00'],
    ]);
  });

  it('puts a charge on the electricity contract of its token', () => {
    const made = run([givenCdr()], { contractOf: () => 'EL-77' });
    expect(totals(made)).toEqual([['EL-77', 'SEK', '20.00', '5.00', '25.00']]);
  });

  it('takes what came late, and leaves what ended after it to the next', () => {
    const late = givenCdr({ startedAtMs: october.startMs - 2, endedAtMs: october.startMs - 1 });
    const next = givenCdr({ id: 'C2', endedAtMs: october.endMs });
    const made = run([late, next]);
    expect([ids(made), made.laterCount]).toEqual([['C1'], 1]);
    const lines = made.invoices.flatMap((invoice) => invoice.lines);
    const after = run([late, next], { month: november, billed: lines });
    expect([ids(after), after.billedCount]).toEqual([['C2'], 1]);
  });

  it('bills a record once that is told again, whatever the case of its number', () => {
    const made = run([givenCdr(), givenCdr(), { ...givenCdr(), partyId: 'LVK' }]);
    expect([ids(made), made.repeatedCount]).toEqual([['C1'], 2]);
    const other = run([givenCdr(), givenCdr({ id: 'c1' })]);
    expect(ids(other)).toEqual([]);
    expect(whys(other)).toEqual([expect.stringContaining('told twice with different contents')]);
  });

  it('holds back what a person must look at, and says why', () => {
    const cases: readonly [Partial<Cdr>, string][] = [
      [{ totalCost: price('20') }, 'tells no taxes'],
      [{ isHomeChargingCompensated: true }, 'to be paid to the driver'],
      [{ startedAtMs: october.endMs }, 'ends before it begins'],
      [{ totalCost: price('-1', '0') }, 'not marked as a credit'],
    ];
    for (const [change, why] of cases) {
      const made = run([givenCdr(change)]);
      expect([ids(made), whys(made)]).toEqual([[], [expect.stringContaining(why)]]);
    }
  });
});

describe('a credit', () => {
  it('takes back all of a charge, in the same month or a later one', () => {
    const cdr = givenCdr({ totalCost: price('20.005', '5.0013') });
    const both = run([givenCredit(cdr), cdr]);
    expect(totals(both)).toEqual([['SE-LUE-1', 'SEK', '0.00', '0.00', '0.00']]);
    const before = run([cdr]).invoices.flatMap(({ lines }) => lines);
    const after = run([cdr, givenCredit(cdr)], { month: november, billed: before });
    expect(totals(after)).toEqual([['SE-LUE-1', 'SEK', '-20.01', '-5.00', '-25.01']]);
    expect(after.invoices[0]?.lines[0]).toMatchObject({ creditsCdrId: 'C1', energyKwh: fraction(-10) });
  });

  it('gives back what was charged even where another tax would be put on today', () => {
    const cdr = givenCdr();
    const billed = run([cdr], policy({ vatPercent: fraction(25) })).invoices.flatMap(({ lines }) => lines);
    const now = { month: november, billed, ...policy({ vatPercent: fraction(12) }) };
    expect(totals(run([givenCredit(cdr)], now))).toEqual([['SE-LUE-1', 'SEK', '-20.00', '-5.00', '-25.00']]);
  });

  it('waits for the charge it is about, and is taken once', () => {
    const cdr = givenCdr();
    expect(whys(run([givenCredit(cdr)]))).toEqual([expect.stringContaining('which is on no bill')]);
    const twice = run([cdr, givenCredit(cdr), givenCredit(cdr, { id: 'C1-D' })]);
    expect(ids(twice)).toHaveLength(2);
    expect(whys(twice)).toEqual([expect.stringContaining('which C1-C has credited')]);
    const billed = run([cdr, givenCredit(cdr)]).invoices.flatMap(({ lines }) => lines);
    const again = run([givenCredit(cdr, { id: 'C1-D' })], { month: november, billed });
    expect(whys(again)).toEqual([expect.stringContaining('which C1-C has credited')]);
  });

  it('is held back when it is not what the charge was', () => {
    const cdr = givenCdr();
    const cases: readonly [Partial<Cdr>, string][] = [
      [{ totalCost: price('-19', '-4.75') }, 'not the opposite'],
      [{ currency: 'EUR' }, 'is in EUR'],
      [{ token: { ...cdr.token, contractId: 'SE-LUE-2' } }, 'is for contract SE-LUE-2'],
    ];
    for (const [change, why] of cases)
      expect(whys(run([cdr, givenCredit(cdr, change)]))).toEqual([expect.stringContaining(why)]);
    const { creditReferenceId: _, ...aimless } = givenCredit(cdr);
    expect(whys(run([cdr, aimless]))).toEqual(['is a credit and does not say of which CDR']);
    const ofCredit = givenCredit(givenCredit(cdr), { totalCost: price('20', '5') });
    expect(whys(run([cdr, givenCredit(cdr), ofCredit]))).toEqual([
      expect.stringContaining('which is a credit itself'),
    ]);
  });
});

describe('rounding', () => {
  const thirds = ['C1', 'C2', 'C3'].map((id) => givenCdr({ id, totalCost: price('0.335') }));
  const vat = fraction(25);

  it('makes every line payable, and the totals their sums', () => {
    expect(totals(run(thirds, policy({ vatPercent: vat })))).toEqual([
      ['SE-LUE-1', 'SEK', '1.02', '0.24', '1.26'],
    ]);
  });

  it('comes once, at the totals, where the policy says so', () => {
    expect(totals(run(thirds, policy({ vatPercent: vat, roundedPer: 'invoice' })))).toEqual([
      ['SE-LUE-1', 'SEK', '1.01', '0.25', '1.26'],
    ]);
  });

  it('sends ties to the even digit where the policy says so', () => {
    const once = thirds.slice(0, 1);
    expect(totals(run(once, policy({ vatPercent: vat, roundedPer: 'invoice', mode: 'half-even' })))).toEqual([
      ['SE-LUE-1', 'SEK', '0.34', '0.08', '0.42'],
    ]);
  });

  it('keeps taxes of different rates apart', () => {
    const low = { name: 'VAT', percentage: fraction(12), amount: fraction('2.4') };
    const made = run([givenCdr(), givenCdr({ id: 'C2', totalCost: { ...price('20'), taxes: [low] } })]);
    expect(totals(made)).toEqual([['SE-LUE-1', 'SEK', '40.00', '5.00 2.40', '47.40']]);
  });
});

describe('month after month', () => {
  const months = [october, november, billingMonth('2026-12', 'Europe/Stockholm') ?? november];
  const given = fc.record({
    cents: fc.integer({ min: 0, max: 100_000 }),
    day: fc.integer({ min: 1, max: 90 }),
    heardIn: fc.integer({ min: 0, max: 2 }),
    contract: fc.constantFrom('A', 'B'),
    isCredited: fc.boolean(),
    creditHeardIn: fc.integer({ min: 0, max: 2 }),
    copies: fc.integer({ min: 1, max: 3 }),
  });

  it('bills every record once, in whatever order and how often it is told', () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), fc.nat(), (all, salt) => {
        const told = all.flatMap((each, index) => {
          const endedAtMs = october.startMs + each.day * 86_400_000;
          const cdr = givenCdr({
            ...{ id: `C${index}`, startedAtMs: endedAtMs - 3_600_000, endedAtMs },
            totalCost: price((each.cents / 100).toFixed(2), (each.cents / 400).toFixed(4)),
            token: { ...givenCdr().token, contractId: each.contract },
          });
          const credits = each.isCredited ? [{ cdr: givenCredit(cdr), heardIn: each.creditHeardIn }] : [];
          return [...Array(each.copies).fill({ cdr, heardIn: each.heardIn }), ...credits];
        });
        let billed: ReturnType<typeof run>['invoices'][number]['lines'] = [];
        for (const [index, month] of months.entries()) {
          const heard = told.filter(({ heardIn }) => heardIn <= index).map(({ cdr }) => cdr as Cdr);
          const turned = heard.map((_, at) => heard[(at + salt) % heard.length] ?? givenCdr());
          const made = run(turned, { month, billed });
          for (const { lines, beforeTaxes } of made.invoices)
            expect(decimalText(sum(lines.map((line) => line.beforeTaxes)), 2)).toBe(
              decimalText(beforeTaxes, 2),
            );
          billed = [...billed, ...made.invoices.flatMap(({ lines }) => lines)];
        }
        const last = months.at(-1)?.endMs ?? 0;
        const due = new Set(told.filter(({ cdr }) => cdr.endedAtMs < last).map(({ cdr }) => cdr.id));
        expect(billed.map(({ cdrId }) => cdrId).sort()).toEqual([...due].sort());
      }),
    );
  });
});
