import { compare, type Fraction, negative, plus, sum } from '../pricing/fraction.ts';
import type { Cdr } from './cdr.ts';
import type { BilledPrice } from './common.ts';

/** Of the record that takes a CDR back. */
export const creditIdOf = ({ id }: Pick<Cdr, 'id'>): string => `${id}-C`;

/** The record that takes a CDR back: all of it is said again, and the total is below zero [OCPI 2.2.1 cdrs, credit CDRs]. */
export const creditFor = (cdr: Cdr, nowMs: number): Cdr => ({
  ...cdr,
  id: creditIdOf(cdr),
  isCredit: true,
  creditReferenceId: cdr.id,
  totalCost: {
    beforeTaxes: negative(cdr.totalCost.beforeTaxes),
    taxes: cdr.totalCost.taxes.map((tax) => ({ ...tax, amount: negative(tax.amount) })),
  },
  lastUpdatedMs: nowMs,
});

/** Whether two CDRs say the same of who pays what for what. In another version it may be said in other words. */
export const isSameBill = (a: Cdr, b: Cdr): boolean =>
  a.startedAtMs === b.startedAtMs &&
  a.endedAtMs === b.endedAtMs &&
  a.currency === b.currency &&
  a.isCredit === b.isCredit &&
  a.creditReferenceId === b.creditReferenceId &&
  a.token.uid === b.token.uid &&
  a.token.contractId === b.token.contractId &&
  compare(a.totalEnergyKwh, b.totalEnergyKwh) === 0 &&
  compare(a.totalCost.beforeTaxes, b.totalCost.beforeTaxes) === 0 &&
  compare(afterTaxes(a.totalCost), afterTaxes(b.totalCost)) === 0;

const afterTaxes = ({ beforeTaxes, taxes }: BilledPrice): Fraction =>
  plus(beforeTaxes, sum(taxes.map(({ amount }) => amount)));
