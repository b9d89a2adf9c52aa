import { instantOfLocal } from '../localTime.ts';

/** A month of a retailer's calendar, from its first instant to the first of the next. */
export interface BillingMonth {
  /** `2026-10`. */
  readonly name: string;
  readonly timeZone: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The month of that name where the clock shows this time zone; undefined for what is no month. */
export function billingMonth(name: string, timeZone: string): BillingMonth | undefined {
  const [match, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name) ?? [];
  if (match === undefined) return undefined;
  const firstOf = (monthIndex: number): number =>
    instantOfLocal(timeZone, Date.UTC(Number(year), monthIndex, 1));
  return { name, timeZone, startMs: firstOf(Number(month) - 1), endMs: firstOf(Number(month)) };
}
