import Type, { type Static } from 'typebox';
import type { BillingRun } from '../../domain/billing/billingRun.ts';
import {
  afterTaxesOf,
  type BillingPolicy,
  type Invoice,
  type InvoiceLine,
  type InvoiceTax,
  taxTotalOf,
} from '../../domain/billing/invoice.ts';
import { csvText } from '../../domain/csv.ts';
import { instantMs } from '../../domain/instant.ts';
import { decimalText, type Fraction, fraction, shortText, sum } from '../../domain/pricing/fraction.ts';
import { roundingOf } from '../../domain/pricing/words.ts';
import type { ContractBillBody } from '../../http/retailInvoiceBody.ts';
import { compile, type Fault } from '../../schema.ts';

// The forms in which a billing run leaves the program, and the one in which it comes back.

const amountText = Type.String({ pattern: '^-?\\d{1,30}(\\.\\d{1,30})?$' });
const instantText = Type.String({ format: 'date-time' });
const name = Type.String({ maxLength: 255 });

const lineForm = Type.Object({
  countryCode: name,
  partyId: name,
  cdr: name,
  credits: Type.Union([name, Type.Null()]),
  startedAt: instantText,
  endedAt: instantText,
  place: name,
  evseId: name,
  energyKwh: amountText,
  hours: amountText,
  beforeTaxes: amountText,
  taxes: Type.Array(
    Type.Object({ name, percent: Type.Union([amountText, Type.Null()]), amount: amountText }),
  ),
});

/** What `--billed` reads: the invoices of a run before, as `--form json` wrote them. */
const runForm = Type.Object({
  invoices: Type.Array(Type.Object({ contract: name, currency: name, lines: Type.Array(lineForm) })),
});
const runValidator = compile(runForm);

/** Enough for a price of four decimals, times a tax rate of four, without rounding. */
const exactDecimals = 20;
const exact = (amount: Fraction): string => shortText(amount, exactDecimals);
const instant = (ms: number): string => new Date(ms).toISOString();

const taxForm = ({ name, percent, amount }: InvoiceTax, text: (amount: Fraction) => string) => ({
  ...{ name, percent: percent === undefined ? null : shortText(percent) },
  amount: text(amount),
});

/** The run as JSON: to be kept, because the next run asks for it. */
export function runJson(
  { month, invoices, held, laterCount, billedCount, repeatedCount }: BillingRun,
  { vatPercent, roundedPer, mode }: BillingPolicy,
  unreadable: readonly string[],
): string {
  const { name, timeZone } = month;
  const policy = { vatPercent: vatPercent === undefined ? null : exact(vatPercent), roundedPer, ties: mode };
  const counts = { later: laterCount, billedBefore: billedCount, repeated: repeatedCount };
  const told = { month: name, timeZone, policy, counts, held, unreadable };
  return JSON.stringify({ ...told, invoices: invoices.map(invoiceForm) }, undefined, 2);
}

const payableIn =
  (currency: string) =>
  (amount: Fraction): string =>
    decimalText(amount, roundingOf(currency).decimals);

/** An invoice without its lines. */
export function contractBill(invoice: Invoice): ContractBillBody {
  const { contractId: contract, currency, lines, beforeTaxes, afterTaxes } = invoice;
  const payable = payableIn(currency);
  const credits = lines.filter(({ creditsCdrId }) => creditsCdrId !== undefined).length;
  return {
    ...{ contract, currency, charges: lines.length - credits, credits },
    energyKwh: exact(sum(lines.map(({ energyKwh }) => energyKwh))),
    ...{
      beforeTaxes: payable(beforeTaxes),
      taxes: payable(taxTotalOf(invoice)),
      afterTaxes: payable(afterTaxes),
    },
  };
}

const invoiceForm = ({ contractId, month, currency, lines, beforeTaxes, taxes, afterTaxes }: Invoice) => {
  const payable = payableIn(currency);
  return {
    ...{ contract: contractId, month, currency },
    ...{ beforeTaxes: payable(beforeTaxes), taxes: taxes.map((tax) => taxForm(tax, payable)) },
    afterTaxes: payable(afterTaxes),
    lines: lines.map(lineForms),
  };
};

const lineForms = (line: InvoiceLine): Static<typeof lineForm> => ({
  ...{
    countryCode: line.countryCode,
    partyId: line.partyId,
    cdr: line.cdrId,
    credits: line.creditsCdrId ?? null,
  },
  ...{ startedAt: instant(line.startedAtMs), endedAt: instant(line.endedAtMs) },
  ...{ place: line.place, evseId: line.evseId, energyKwh: exact(line.energyKwh), hours: exact(line.hours) },
  ...{ beforeTaxes: exact(line.beforeTaxes), taxes: line.taxes.map((tax) => taxForm(tax, exact)) },
});

/** The lines of a run before; its faults when it is none. */
export function linesOfRun(wire: unknown): readonly InvoiceLine[] | { readonly faults: readonly Fault[] } {
  if (!runValidator.check(wire)) return { faults: runValidator.faults() };
  return wire.invoices.flatMap(({ contract, currency, lines }) =>
    lines.map((line) => ({
      ...{ contractId: contract, currency, countryCode: line.countryCode, partyId: line.partyId },
      ...{ cdrId: line.cdr, creditsCdrId: line.credits ?? undefined, place: line.place, evseId: line.evseId },
      // The schema has checked both.
      startedAtMs: instantMs(line.startedAt) ?? 0,
      endedAtMs: instantMs(line.endedAt) ?? 0,
      ...{ energyKwh: fraction(line.energyKwh), hours: fraction(line.hours) },
      beforeTaxes: fraction(line.beforeTaxes),
      taxes: line.taxes.map(({ name, percent, amount }) => ({
        name,
        percent: percent === null ? undefined : fraction(percent),
        amount: fraction(amount),
      })),
    })),
  );
}

const csvColumns = [
  ...['month', 'contract', 'currency', 'country', 'party', 'cdr', 'credits', 'started_at', 'ended_at'],
  ...['place', 'evse_id', 'energy_kwh', 'hours', 'before_taxes', 'taxes', 'after_taxes'],
];

/** One line a CDR, for the system that prints the electricity bill. */
export const runCsv = ({ invoices }: BillingRun): string =>
  csvText(
    csvColumns,
    invoices.flatMap(({ month, lines }) =>
      lines.map((line) => [
        ...[month, line.contractId, line.currency, line.countryCode, line.partyId, line.cdrId],
        ...[line.creditsCdrId ?? '', instant(line.startedAtMs), instant(line.endedAtMs)],
        ...[line.place, line.evseId, exact(line.energyKwh), exact(line.hours)],
        ...[exact(line.beforeTaxes), exact(taxTotalOf(line)), exact(afterTaxesOf(line))],
      ]),
    ),
  );
