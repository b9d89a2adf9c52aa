import type { BillingRun, HeldCdr } from './billingRun.ts';
import type { BillingPolicy } from './invoice.ts';
import type { BillingMonth } from './month.ts';

/** The bills of a month, as they are being made or as they went out. */
export interface BilledMonth {
  readonly month: BillingMonth;
  /** What held when it was begun, to its end. */
  readonly policy: BillingPolicy;
  readonly begunAtMs: number;
  readonly begunBy: string;
  /** undefined while it is being made. From then on nothing is added to it. */
  readonly closedAtMs: number | undefined;
  readonly lineCount: number;
  readonly laterCount: number;
  /** What a person must look at, the first of them; they come again in the next month. */
  readonly held: readonly HeldCdr[];
  readonly heldCount: number;
}

/** Counts of runs over parts of the CDRs, together. */
export interface RunCounts {
  readonly lineCount: number;
  readonly laterCount: number;
  readonly held: readonly HeldCdr[];
  readonly heldCount: number;
}

export const noCounts: RunCounts = { lineCount: 0, laterCount: 0, held: [], heldCount: 0 };

const heldShownMax = 1_000;

export const withRun = (counts: RunCounts, { invoices, held, laterCount }: BillingRun): RunCounts => ({
  lineCount: counts.lineCount + invoices.reduce((sum, { lines }) => sum + lines.length, 0),
  laterCount: counts.laterCount + laterCount,
  held: [...counts.held, ...held].slice(0, heldShownMax),
  heldCount: counts.heldCount + held.length,
});
