import type { Fraction } from '../domain/pricing/fraction.ts';
import type { Actor } from './auth.ts';
import type { PageAsked, PageTold } from './pages.ts';

export interface BillsAsked extends PageAsked {
  /** Left away: in the order they were made. */
  readonly isNewestFirst?: boolean;
  /** This one alone. */
  readonly cdr?: string;
}

/** What a person wants of a CDR that was told. */
export interface CreditGiven {
  readonly cdr: string;
  readonly reason: string;
  readonly correction: { readonly energyKwh?: Fraction; readonly beforeTaxes?: Fraction } | undefined;
}

/** CDRs in the words of OCPI 2.3.0. */
type CreditOutcome =
  | { readonly status: 'credited'; readonly credit: unknown; readonly corrected: unknown }
  | { readonly status: 'unknown' }
  | { readonly status: 'refused'; readonly why: string };

/** The bills that partners have of us. */
export interface PartnerBillsPort {
  list(partnerId: string, asked: BillsAsked): Promise<PageTold<unknown>>;
  /** Durable when it resolves; the partner is told then. */
  credit(partnerId: string, given: CreditGiven, actor: Actor): Promise<CreditOutcome>;
}
