import type { BilledMonth } from '../domain/billing/billedMonth.ts';
import type { Token } from '../domain/roaming/token.ts';
import type { Actor } from './auth.ts';
import type { PageAsked, PageTold } from './pages.ts';
import { ProblemError } from './problem.ts';
import type { ContractBillBody } from './retailInvoiceBody.ts';

/** What a driver's token is issued with. */
export type TokenGiven = Omit<Token, 'countryCode' | 'partyId' | 'lastUpdatedMs'>;

export type TokenOutcome =
  | { readonly status: 'issued'; readonly token: Token; readonly isNew: boolean }
  | { readonly status: 'refused'; readonly field?: string; readonly why: string };

/** What partners told us of their own. */
export type ReceivedList = 'locations' | 'tariffs' | 'sessions' | 'cdrs';

export const invoiceForms = ['json', 'csv', 'html'] as const;
export type InvoiceForm = (typeof invoiceForms)[number];

interface Refused {
  readonly status: 'refused';
  readonly why: string;
}

export interface InvoiceFile {
  readonly status: 'made';
  readonly text: string;
  /** What it is called when it is kept. */
  readonly fileName: string;
}

/** Names one of our tokens. */
interface TokenNamed {
  readonly token: { readonly uid: string; readonly type: string };
}

interface PlaceNamed {
  readonly locationId: string;
  readonly evseUid?: string;
}

/** What a driver of ours wants of a station of a partner, in the words of OCPI. */
export type RetailCommand =
  | ({ readonly kind: 'START_SESSION'; readonly connectorId?: string } & TokenNamed & PlaceNamed)
  | ({
      readonly kind: 'RESERVE_NOW';
      readonly reservationId: string;
      readonly expiresAtMs: number;
    } & TokenNamed &
      PlaceNamed)
  | { readonly kind: 'STOP_SESSION'; readonly sessionId: string }
  | { readonly kind: 'CANCEL_RESERVATION'; readonly reservationId: string }
  | {
      readonly kind: 'UNLOCK_CONNECTOR';
      readonly locationId: string;
      readonly evseUid: string;
      readonly connectorId: string;
    };

/** `result` is undefined where the operator said no at once, or nothing came in time. */
export type RetailCommandOutcome =
  | {
      readonly status: 'answered';
      readonly response: string;
      readonly result: string | undefined;
      readonly message: readonly string[];
    }
  | { readonly status: 'unknown partner' }
  | { readonly status: 'refused' | 'failed'; readonly why: string };

/** Our side as an eMSP and electricity retailer. */
export interface RetailPort {
  /** Our name, where a token says no other. */
  readonly issuer: string;
  tokens(page: PageAsked): Promise<PageTold<Token>>;
  /** Resolves when it is durable; partners are told then. */
  issue(given: TokenGiven, actor: Actor): Promise<TokenOutcome>;
  /** Objects in the words of OCPI 2.3.0; undefined for a partner that is not known. */
  received(partnerId: string, list: ReceivedList, page: PageAsked): Promise<PageTold<unknown> | undefined>;
  /** Resolves with what became of it at the station, or when nobody would wait any longer. */
  command(partnerId: string, command: RetailCommand, actor: Actor): Promise<RetailCommandOutcome>;
  /** Months whose bills were begun, the newest first. */
  months(): Promise<readonly BilledMonth[]>;
  /** `month` as `2026-10`. Resolves when it is begun, durably: the month is listed as closed once it is. */
  close(month: string, actor: Actor): Promise<{ readonly status: 'begun' | 'closed' } | Refused>;
  /** What each contract owes, whose name has this in it. */
  totals(
    month: string,
    find: string,
  ): Promise<{ readonly status: 'made'; readonly totals: ContractBillBody[] } | Refused>;
  bills(month: string, form: InvoiceForm, contractId?: string): Promise<InvoiceFile | Refused>;
}

/** Throws where the config makes us no retailer. */
export function neededRetail(port: RetailPort | undefined): RetailPort {
  if (port !== undefined) return port;
  throw new ProblemError('refused', { detail: 'we are no retailer: add the section "ocpi.retailer"' });
}
