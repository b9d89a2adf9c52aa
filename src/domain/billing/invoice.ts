import {
  compare,
  dividedBy,
  type Fraction,
  fraction,
  negative,
  plus,
  type RoundingMode,
  rounded,
  sum,
  times,
} from '../pricing/fraction.ts';
import { roundingOf } from '../pricing/words.ts';
import type { BilledPrice } from '../roaming/common.ts';
import type { BillingMonth } from './month.ts';

/** How a retailer bills what others' stations delivered to its customers. */
export interface BillingPolicy {
  /** Of the tax that is put on the amounts before taxes. undefined: the taxes are those that the CDRs tell. */
  readonly vatPercent: Fraction | undefined;
  /** `line`: every line is payable as it stands, totals are their sums. `invoice`: lines are exact, totals are rounded once. */
  readonly roundedPer: 'line' | 'invoice';
  readonly mode: RoundingMode;
}

/** Tax of one name and rate; the rate is undefined where the party told an amount and no rate. */
export interface InvoiceTax {
  readonly name: string;
  readonly percent: Fraction | undefined;
  readonly amount: Fraction;
}

export interface Amount {
  readonly beforeTaxes: Fraction;
  readonly taxes: readonly InvoiceTax[];
}

/** One CDR on the bill of a contract. */
export interface InvoiceLine extends Amount {
  readonly contractId: string;
  readonly currency: string;
  /** The CDR: whose it is, and its number. Case means nothing in any of the three. */
  readonly countryCode: string;
  readonly partyId: string;
  readonly cdrId: string;
  /** The number of the CDR whose charge this line takes back. */
  readonly creditsCdrId: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Name or address, and city. */
  readonly place: string;
  readonly evseId: string;
  /** Below zero on a credit, as are the hours. */
  readonly energyKwh: Fraction;
  readonly hours: Fraction;
}

/** What one contract owes (or gets back) for one month in one currency. */
export interface Invoice extends Amount {
  readonly contractId: string;
  readonly month: string;
  readonly currency: string;
  /** By the time they began. */
  readonly lines: readonly InvoiceLine[];
  readonly afterTaxes: Fraction;
}

/** The amount of a CDR under the policy; undefined when it tells no taxes and the policy puts none on. */
export function amountOf(
  { beforeTaxes, taxes }: BilledPrice,
  { vatPercent, roundedPer, mode }: BillingPolicy,
  currency: string,
): Amount | undefined {
  const told = taxes.map(({ name, percentage, amount }) => ({ name, percent: percentage, amount }));
  const own = vatPercent && [
    { name: 'VAT', percent: vatPercent, amount: times(beforeTaxes, dividedBy(vatPercent, fraction(100))) },
  ];
  const all = own ?? told;
  if (all.length === 0) return undefined;
  if (roundedPer === 'invoice') return { beforeTaxes, taxes: all };
  const { decimals } = roundingOf(currency);
  return {
    beforeTaxes: rounded(beforeTaxes, decimals, mode),
    taxes: all.map((tax) => ({ ...tax, amount: rounded(tax.amount, decimals, mode) })),
  };
}

export const taxTotalOf = ({ taxes }: Amount): Fraction => sum(taxes.map(({ amount }) => amount));
export const afterTaxesOf = (amount: Amount): Fraction => plus(amount.beforeTaxes, taxTotalOf(amount));

/** The opposite of an amount, tax by tax: what a credit gives back. */
export const opposite = ({ beforeTaxes, taxes }: Amount): Amount => ({
  beforeTaxes: negative(beforeTaxes),
  taxes: taxes.map((tax) => ({ ...tax, amount: negative(tax.amount) })),
});

/** The invoices of these lines, one for each contract and currency, in the order of their names. */
export function invoicesOf(
  lines: readonly InvoiceLine[],
  { name }: BillingMonth,
  policy: BillingPolicy,
): readonly Invoice[] {
  const groups = new Map<string, InvoiceLine[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.contractId, line.currency]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return [...groups.values()]
    .map((group) => invoiceOf(group, name, policy))
    .sort((a, b) => byText(a.contractId, b.contractId) || byText(a.currency, b.currency));
}

function invoiceOf(lines: readonly InvoiceLine[], month: string, { mode }: BillingPolicy): Invoice {
  const [{ contractId, currency } = { contractId: '', currency: '' }] = lines;
  const { decimals } = roundingOf(currency);
  const payable = (amount: Fraction): Fraction => rounded(amount, decimals, mode);
  const beforeTaxes = payable(sum(lines.map((line) => line.beforeTaxes)));
  const taxes = taxesOf(lines).map((tax) => ({ ...tax, amount: payable(tax.amount) }));
  const afterTaxes = afterTaxesOf({ beforeTaxes, taxes });
  return { contractId, month, currency, lines: [...lines].sort(byTime), beforeTaxes, taxes, afterTaxes };
}

/** Of all lines, by name and rate: what a tax return asks for. */
function taxesOf(lines: readonly InvoiceLine[]): readonly InvoiceTax[] {
  const found: InvoiceTax[] = [];
  for (const tax of lines.flatMap((line) => line.taxes)) {
    const index = found.findIndex(({ name, percent }) => name === tax.name && isSame(percent, tax.percent));
    const known = found[index];
    if (known === undefined) found.push(tax);
    else found[index] = { ...known, amount: plus(known.amount, tax.amount) };
  }
  return found;
}

const isSame = (a: Fraction | undefined, b: Fraction | undefined): boolean =>
  a === undefined || b === undefined ? a === b : compare(a, b) === 0;

const byTime = (a: InvoiceLine, b: InvoiceLine): number =>
  a.startedAtMs - b.startedAtMs || byText(a.partyId, b.partyId) || byText(a.cdrId, b.cdrId);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
