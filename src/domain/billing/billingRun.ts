import { compare, type Fraction, negative, rounded } from '../pricing/fraction.ts';
import { roundingOf } from '../pricing/words.ts';
import type { Cdr } from '../roaming/cdr.ts';
import type { CdrToken } from '../roaming/session.ts';
import {
  amountOf,
  type BillingPolicy,
  type Invoice,
  type InvoiceLine,
  invoicesOf,
  opposite,
} from './invoice.ts';
import type { BillingMonth } from './month.ts';

/**
 * What a retailer bills for a month: every CDR that ended by the end of it and was on no bill before, also one that
 * came late. Each CDR is either on one line, or counted, or held back with the reason: none is billed twice, none is lost.
 */
export interface BillingRun {
  readonly month: BillingMonth;
  readonly invoices: readonly Invoice[];
  /** What a person must look at; it stays unbilled and comes again in the next run. */
  readonly held: readonly HeldCdr[];
  /** They ended after the month. */
  readonly laterCount: number;
  /** On a bill before. */
  readonly billedCount: number;
  /** The same record again, word for word. */
  readonly repeatedCount: number;
}

export interface HeldCdr {
  readonly countryCode: string;
  readonly partyId: string;
  readonly cdrId: string;
  readonly why: string;
}

export interface BillingInput {
  readonly month: BillingMonth;
  readonly policy: BillingPolicy;
  /** In any order. */
  readonly cdrs: readonly Cdr[];
  /** The lines of all bills before. */
  readonly billed: readonly InvoiceLine[];
  /** The contract on whose electricity bill the token's charges go; undefined where nobody knows it. */
  contractOf(token: CdrToken): string | undefined;
}

export function billingRun({ month, policy, cdrs, billed, contractOf }: BillingInput): BillingRun {
  const before = new Map(billed.map((line) => [lineKey(line), line]));
  const { unique, contradicted, repeatedCount } = sorted(cdrs);
  const fresh = unique.filter((cdr) => !before.has(keyOf(cdr)));
  const due = fresh.filter(({ endedAtMs }) => endedAtMs < month.endMs);
  const held = [...contradicted];

  // Charges first: a credit gives back what a line took, to the last decimal.
  const lines = new Map<string, InvoiceLine>();
  const credits = due.filter(isCredit);
  const take = (cdr: Cdr, outcome: InvoiceLine | string): void => {
    if (typeof outcome === 'string') held.push(heldFor(cdr, outcome));
    else lines.set(keyOf(cdr), outcome);
  };
  for (const cdr of due.filter((each) => !isCredit(each))) take(cdr, chargeLine(cdr, policy, contractOf));
  const credited = new Map(billed.flatMap((line) => creditOf(line)));
  for (const cdr of credits) {
    const original = cdr.creditReferenceId && keyOf({ ...cdr, id: cdr.creditReferenceId });
    const line = original === undefined ? undefined : (lines.get(original) ?? before.get(original));
    const outcome = creditLine(cdr, policy, line, original && credited.get(original), contractOf);
    if (typeof outcome !== 'string' && original !== undefined) credited.set(original, cdr.id);
    take(cdr, outcome);
  }
  return {
    month,
    invoices: invoicesOf([...lines.values()], month, policy),
    held,
    laterCount: fresh.length - due.length,
    billedCount: unique.length - fresh.length,
    repeatedCount,
  };
}

/** Case means nothing in the names of parties and numbers. */
const keyOf = ({ countryCode, partyId, id }: Pick<Cdr, 'countryCode' | 'partyId' | 'id'>): string =>
  JSON.stringify([countryCode, partyId, id]).toLowerCase();

const lineKey = (line: InvoiceLine): string => keyOf({ ...line, id: line.cdrId });

const creditOf = (line: InvoiceLine): readonly (readonly [string, string])[] =>
  line.creditsCdrId === undefined ? [] : [[keyOf({ ...line, id: line.creditsCdrId }), line.cdrId]];

const isCredit = ({ isCredit }: Cdr): boolean => isCredit === true;

/** The records that can be told apart; of one number that was told in two ways neither counts. */
function sorted(cdrs: readonly Cdr[]): {
  readonly unique: readonly Cdr[];
  readonly contradicted: readonly HeldCdr[];
  readonly repeatedCount: number;
} {
  const byKey = new Map<string, { readonly cdr: Cdr; readonly told: string; contradicts: boolean }>();
  let repeatedCount = 0;
  for (const cdr of cdrs) {
    const told = canonical(cdr);
    const known = byKey.get(keyOf(cdr));
    if (known === undefined) byKey.set(keyOf(cdr), { cdr, told, contradicts: false });
    else if (known.told === told) repeatedCount++;
    else known.contradicts = true;
  }
  const all = [...byKey.values()];
  return {
    unique: all.filter(({ contradicts }) => !contradicts).map(({ cdr }) => cdr),
    contradicted: all
      .filter(({ contradicts }) => contradicts)
      .map(({ cdr }) =>
        heldFor(cdr, 'is told twice with different contents: ask its party which one counts'),
      ),
    repeatedCount,
  };
}

/** The same text for the same record, whatever the order of its fields. */
const canonical = (cdr: Cdr): string =>
  JSON.stringify(cdr, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

const heldFor = ({ countryCode, partyId, id }: Cdr, why: string): HeldCdr => ({
  countryCode,
  partyId,
  cdrId: id,
  why,
});

/** The line of a charge, or why there is none. */
function chargeLine(
  cdr: Cdr,
  policy: BillingPolicy,
  contractOf: BillingInput['contractOf'],
): InvoiceLine | string {
  if (cdr.isHomeChargingCompensated === true)
    return 'is energy from the driver’s own home charger, to be paid to the driver and not by the driver';
  if (cdr.endedAtMs < cdr.startedAtMs) return 'ends before it begins: ask its party for a corrected one';
  if (cdr.totalCost.beforeTaxes.numerator < 0n)
    return 'costs less than nothing and is not marked as a credit: ask its party what it is';
  const contractId = contractOf(cdr.token);
  if (contractId === undefined) return stranger(cdr);
  const amount = amountOf(cdr.totalCost, policy, cdr.currency);
  if (amount === undefined)
    return 'tells no taxes, which is not a tax of zero: say which VAT is to be put on';
  return { ...factsOf(cdr, contractId), ...amount };
}

/** The line that takes a charge back, or why there is none. */
function creditLine(
  cdr: Cdr,
  policy: BillingPolicy,
  original: InvoiceLine | undefined,
  creditedBy: string | undefined,
  contractOf: BillingInput['contractOf'],
): InvoiceLine | string {
  const { creditReferenceId } = cdr;
  if (creditReferenceId === undefined) return 'is a credit and does not say of which CDR';
  if (original === undefined)
    return `credits CDR ${creditReferenceId}, which is on no bill: it counts when that one does`;
  if (original.creditsCdrId !== undefined)
    return `credits CDR ${creditReferenceId}, which is a credit itself`;
  if (creditedBy !== undefined) return `credits CDR ${creditReferenceId}, which ${creditedBy} has credited`;
  const contractId = contractOf(cdr.token);
  if (contractId === undefined) return stranger(cdr);
  if (contractId !== original.contractId)
    return `is for contract ${contractId}, and CDR ${creditReferenceId} for ${original.contractId}`;
  if (cdr.currency !== original.currency)
    return `is in ${cdr.currency}, and CDR ${creditReferenceId} in ${original.currency}`;
  const payable = (amount: Fraction): Fraction =>
    rounded(amount, roundingOf(cdr.currency).decimals, policy.mode);
  if (compare(payable(cdr.totalCost.beforeTaxes), negative(payable(original.beforeTaxes))) !== 0)
    return `is not the opposite of CDR ${creditReferenceId}: a credit gives back all of it`;
  const { energyKwh, hours, ...facts } = factsOf(cdr, original.contractId);
  return {
    ...facts,
    energyKwh: below(energyKwh),
    hours: below(hours),
    ...opposite(original),
  };
}

const stranger = ({ token }: Cdr): string =>
  `is for contract ${token.contractId}, which none of our tokens ever had`;

/** A credit repeats the volumes of its charge; some parties negate them too. */
const below = (value: Fraction): Fraction => (value.numerator > 0n ? negative(value) : value);

function factsOf(cdr: Cdr, contractId: string): Omit<InvoiceLine, 'beforeTaxes' | 'taxes'> {
  const { location } = cdr;
  return {
    contractId,
    currency: cdr.currency,
    countryCode: cdr.countryCode,
    partyId: cdr.partyId,
    cdrId: cdr.id,
    creditsCdrId: cdr.isCredit === true ? cdr.creditReferenceId : undefined,
    startedAtMs: cdr.startedAtMs,
    endedAtMs: cdr.endedAtMs,
    place: `${location.name ?? location.address}, ${location.city}`,
    evseId: location.evseId,
    energyKwh: cdr.totalEnergyKwh,
    hours: cdr.totalTimeHours,
  };
}
