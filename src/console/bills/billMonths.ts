import type { BilledMonthBody } from '../../http/retailInvoiceBody.ts';

/** A month as bills are made for it: open ones can be looked at, and closed when they are over. */
export interface BillMonth {
  /** `2026-10` */
  readonly name: string;
  readonly isOver: boolean;
  /** undefined before anybody began to bill it. */
  readonly billed: BilledMonthBody | undefined;
}

/** Before anything was billed: the months that are worth a look. */
const firstCount = 2;
const openMax = 24;

/**
 * The months to choose from, the newest first: the one that runs, those since the last that was billed, and those that
 * were. `running` is the month that it is for the retailer.
 */
export function billMonths(billed: readonly BilledMonthBody[], running: string): readonly BillMonth[] {
  const [newest] = billed;
  const open: string[] = [];
  const isOpen = (name: string): boolean =>
    newest === undefined ? open.length < firstCount : name > newest.month && open.length < openMax;
  for (let name = running; isOpen(name); name = monthBefore(name)) open.push(name);
  return [
    ...open.map((name) => ({ name, isOver: name < running, billed: undefined })),
    ...billed.map((each) => ({ name: each.month, isOver: true, billed: each })),
  ];
}

function monthBefore(name: string): string {
  const [year = 0, month = 1] = name.split('-').map(Number);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
}

/** `2026-10` where an instant is in the time zone. */
export const monthOf = (atMs: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit' }).format(atMs);
