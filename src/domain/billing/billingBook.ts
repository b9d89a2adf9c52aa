import type { BilledMonth } from './billedMonth.ts';
import type { InvoiceLine } from './invoice.ts';

/** A CDR of a partner as it was received. */
interface UnbilledCdr {
  readonly partnerId: string;
  readonly id: string;
  readonly document: unknown;
}

/** Where received CDRs and the lines made of them are kept: a CDR has one line at most, whatever happens. */
export interface BillingBook {
  /** Received CDRs without a line, in the order of their partners and ids, from behind `after` on. */
  unbilledCdrs(page: {
    readonly after: Pick<UnbilledCdr, 'partnerId' | 'id'> | undefined;
    readonly countMax: number;
  }): Promise<readonly UnbilledCdr[]>;
  /** The lines of these CDRs, and those that credit them. Keys as `partyKey` has them. */
  linesOfCdrs(keys: readonly string[]): Promise<readonly InvoiceLine[]>;
  /** All of them or none; rejects where one of their CDRs has a line already. Durable when it resolves. */
  addInvoiceLines(month: string, lines: readonly InvoiceLine[]): Promise<void>;
  /** In the order of contracts, from behind `after` on. */
  invoiceLines(page: {
    readonly month: string;
    readonly contractId?: string;
    readonly after: InvoiceLine | undefined;
    readonly countMax: number;
  }): Promise<readonly InvoiceLine[]>;
  countInvoiceLines(month: string): Promise<number>;
  saveBilledMonth(month: BilledMonth): Promise<void>;
  /** The newest month first. */
  billedMonths(): Promise<readonly BilledMonth[]>;
}
