import type { Actor } from './auth.ts';
import type { PageAsked, PageTold } from './pages.ts';

/** Where a terminal takes money, and how its provider finds us. */
export interface TerminalAssignment {
  readonly locationIds?: readonly string[];
  readonly evseUids?: readonly string[];
  readonly customerReference?: string;
  readonly invoiceBaseUrl?: string;
}

type TerminalOutcome =
  | { readonly status: 'done'; readonly terminal: unknown }
  | { readonly status: 'unknown' }
  | { readonly status: 'refused' | 'failed'; readonly why: string };

/** What a provider took from a card, and what for: its session and newest CDR, where there are any. */
export interface PaymentTold {
  readonly confirmation: unknown;
  readonly sessionId: string | undefined;
  readonly cdrId: string | undefined;
}

/** The terminals of payment providers, in the words of OCPI 2.3.0. */
export interface TerminalsPort {
  terminals(partnerId: string, page: PageAsked): Promise<PageTold<unknown>>;
  payments(partnerId: string, page: PageAsked): Promise<PageTold<PaymentTold>>;
  /** Durable when it resolves; the provider is told then. */
  assign(partnerId: string, id: string, given: TerminalAssignment, actor: Actor): Promise<TerminalOutcome>;
  /** Resolves once the provider has taken it; the terminal comes later. */
  activate(
    partnerId: string,
    given: TerminalAssignment & { readonly reference: string },
    actor: Actor,
  ): Promise<TerminalOutcome>;
  deactivate(partnerId: string, id: string, actor: Actor): Promise<TerminalOutcome>;
}
