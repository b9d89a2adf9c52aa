import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../control/ports.ts';
import { type BilledMonth, noCounts, type RunCounts, withRun } from '../../domain/billing/billedMonth.ts';
import type { BillingBook } from '../../domain/billing/billingBook.ts';
import { billingRun } from '../../domain/billing/billingRun.ts';
import {
  type BillingPolicy,
  type Invoice,
  type InvoiceLine,
  invoicesOf,
} from '../../domain/billing/invoice.ts';
import type { BillingMonth } from '../../domain/billing/month.ts';
import type { Cdr } from '../../domain/roaming/cdr.ts';
import { partyKey } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import { cdr as codec } from '../v230/cdr.ts';

export interface BillingDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: BillingBook;
  readonly policy: BillingPolicy;
  /** On which electricity bill the charges of a driver's contract go; undefined for one that we never had. */
  billedOn(contractId: string): Promise<string | undefined>;
}

/** What a month's bills are, or would be if it were closed now. */
export interface MonthBills extends RunCounts {
  readonly month: BillingMonth;
  readonly policy: BillingPolicy;
  readonly isClosed: boolean;
  readonly invoices: readonly Invoice[];
}

/** CDRs at a time: a tick of the control loop comes between any two. */
const pageCount = 200;
/** Lines that one answer holds, and that a month is shown with before it is closed. */
const shownMax = 100_000;

/** Bills what our drivers charged at the stations of others, month by month. */
export class BillingDesk {
  readonly #ports: BillingDeskPorts;
  #closing: Promise<void> | undefined;
  #isStopped = false;

  constructor(ports: BillingDeskPorts) {
    this.#ports = ports;
  }

  months(): Promise<readonly BilledMonth[]> {
    return this.#ports.book.billedMonths();
  }

  /**
   * Begins to bill a month, and resolves when that is durable; the rest follows, after a restart when it is asked for
   * again. A month that is closed stays as it is.
   */
  async close(month: BillingMonth, by: string): Promise<{ readonly status: 'begun' | 'closed' } | Refused> {
    const { clock, book, policy, log } = this.#ports;
    if (month.endMs > clock.nowMs()) return refused('the month is not over');
    if (this.#closing !== undefined) return refused('a month is being closed: wait for it');
    const months = await book.billedMonths();
    const known = months.find((each) => each.month.name === month.name);
    if (known?.closedAtMs !== undefined) return { status: 'closed' };
    const open = months.find(
      ({ closedAtMs, month: { name } }) => closedAtMs === undefined && name !== month.name,
    );
    if (open !== undefined) return refused(`${open.month.name} was begun and is not closed: close it first`);
    const [newest] = months;
    if (newest !== undefined && newest.month.name > month.name)
      return refused(`${newest.month.name} is closed: what is late goes on the next month`);
    const begun: BilledMonth = known ?? {
      ...{ month, policy, begunAtMs: clock.nowMs(), begunBy: by, closedAtMs: undefined, ...noCounts },
    };
    await book.saveBilledMonth(begun);
    this.#closing = this.#finish(begun)
      .catch((error: unknown) => {
        log.error({ err: error, month: month.name }, 'month could not be closed: ask for it again');
      })
      .finally(() => {
        this.#closing = undefined;
      });
    return { status: 'begun' };
  }

  /** The bills of a closed month, or what they would be by now; of one contract alone where it is named. */
  async bills(month: BillingMonth, contractId?: string): Promise<MonthBills | Refused> {
    const { book, policy } = this.#ports;
    const known = (await book.billedMonths()).find((each) => each.month.name === month.name);
    if (known?.closedAtMs !== undefined) {
      const lines = await this.#linesOf(known.month, contractId);
      if (lines === undefined) return tooMany;
      return { ...known, isClosed: true, invoices: invoicesOf(lines, known.month, known.policy) };
    }
    const draft = new Draft(book);
    const drafted = { month, policy: known?.policy ?? policy };
    const counts = await this.#bill(month, drafted.policy, draft);
    const before = await this.#linesOf(month, contractId);
    if (counts === undefined || before === undefined) return tooMany;
    const lines = [...before, ...draft.lines(contractId)];
    return { ...counts, ...drafted, isClosed: false, invoices: invoicesOf(lines, month, drafted.policy) };
  }

  /** What is being billed is taken up again when it is asked for. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#closing;
  }

  async #finish(begun: BilledMonth): Promise<void> {
    const { book, clock, log } = this.#ports;
    const { month, policy } = begun;
    const counts = await this.#bill(month, policy, {
      linesOf: (keys) => book.linesOfCdrs(keys),
      add: async (lines) => {
        await book.addInvoiceLines(month.name, lines);
        return true;
      },
    });
    if (counts === undefined) return;
    const lineCount = await book.countInvoiceLines(month.name);
    await book.saveBilledMonth({ ...begun, ...counts, lineCount, closedAtMs: clock.nowMs() });
    log.info({ month: month.name, lineCount, heldCount: counts.heldCount }, 'month was billed');
  }

  /** Charges first: what credits them must find their lines. undefined where it was given up. */
  async #bill(month: BillingMonth, policy: BillingPolicy, lines: LineBook): Promise<RunCounts | undefined> {
    let counts = noCounts;
    for (const isCredit of [false, true]) {
      for await (const page of this.#unbilled()) {
        const cdrs = page.filter((cdr) => (cdr.isCredit === true) === isCredit);
        const billed = await lines.linesOf(cdrs.flatMap(creditedKey));
        const contracts = await this.#contractsOf(cdrs);
        const contractOf = (token: Cdr['token']) => contracts.get(token.contractId);
        const run = billingRun({ month, policy, cdrs, billed, contractOf });
        const isTaken = await lines.add(run.invoices.flatMap((invoice) => invoice.lines));
        if (!isTaken || this.#isStopped) return undefined;
        counts = withRun(counts, run);
      }
    }
    return counts;
  }

  async *#unbilled(): AsyncGenerator<readonly Cdr[]> {
    let after: { readonly partnerId: string; readonly id: string } | undefined;
    for (;;) {
      const page = await this.#ports.book.unbilledCdrs({ after, countMax: pageCount });
      if (page.length === 0) return;
      yield page.map(({ document }) => codec.read(document));
      after = page.at(-1);
      await nextTurn();
    }
  }

  async #contractsOf(cdrs: readonly Cdr[]): Promise<ReadonlyMap<string, string | undefined>> {
    const ids = new Set(cdrs.map(({ token }) => token.contractId));
    const found = [...ids].map(async (id) => [id, await this.#ports.billedOn(id)] as const);
    return new Map(await Promise.all(found));
  }

  async #linesOf({ name }: BillingMonth, contractId?: string): Promise<readonly InvoiceLine[] | undefined> {
    const lines: InvoiceLine[] = [];
    const of = { month: name, ...(contractId !== undefined && { contractId }) };
    for (;;) {
      const page = await this.#ports.book.invoiceLines({ ...of, after: lines.at(-1), countMax: 1_000 });
      lines.push(...page);
      if (page.length === 0) return lines;
      if (lines.length > shownMax) return undefined;
      await nextTurn();
    }
  }
}

/** Where the lines of a run are found and put. False: no more of them. */
interface LineBook {
  linesOf(keys: readonly string[]): Promise<readonly InvoiceLine[]>;
  add(lines: readonly InvoiceLine[]): Promise<boolean>;
}

/** Lines that are nowhere but in memory. */
class Draft implements LineBook {
  readonly #book: BillingBook;
  readonly #lines = new Map<string, InvoiceLine>();
  readonly #credits = new Map<string, InvoiceLine>();

  constructor(book: BillingBook) {
    this.#book = book;
  }

  async linesOf(keys: readonly string[]): Promise<readonly InvoiceLine[]> {
    const drafted = keys.flatMap((key) => [this.#lines.get(key) ?? [], this.#credits.get(key) ?? []].flat());
    return [...(await this.#book.linesOfCdrs(keys)), ...drafted];
  }

  async add(lines: readonly InvoiceLine[]): Promise<boolean> {
    for (const line of lines) {
      this.#lines.set(partyKey(line, line.cdrId), line);
      if (line.creditsCdrId !== undefined) this.#credits.set(partyKey(line, line.creditsCdrId), line);
    }
    return this.#lines.size <= shownMax;
  }

  lines(contractId: string | undefined): readonly InvoiceLine[] {
    const all = [...this.#lines.values()];
    return contractId === undefined ? all : all.filter((line) => line.contractId === contractId);
  }
}

interface Refused {
  readonly status: 'refused';
  readonly why: string;
}

const refused = (why: string): Refused => ({ status: 'refused', why });
const tooMany = refused(
  `there are more than ${shownMax} lines: ask for one contract, once the month is closed`,
);

const creditedKey = (cdr: Cdr): readonly string[] =>
  cdr.creditReferenceId === undefined ? [] : [partyKey(cdr, cdr.creditReferenceId)];
