import type { Token } from '../domain/roaming/token.ts';
import type { Actor } from './auth.ts';

/** What a driver's token is issued with. */
export type TokenGiven = Omit<Token, 'countryCode' | 'partyId' | 'lastUpdatedMs'>;

export type TokenOutcome =
  | { readonly status: 'issued'; readonly token: Token; readonly isNew: boolean }
  | { readonly status: 'refused'; readonly field?: string; readonly why: string };

interface PageAsked {
  readonly offset: number;
  readonly limit: number;
}

interface PageTold<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** What partners told us of their own. */
export type ReceivedList = 'locations' | 'tariffs' | 'sessions' | 'cdrs';

/** Our side as an eMSP and electricity retailer. */
export interface RetailPort {
  /** Our name, where a token says no other. */
  readonly issuer: string;
  tokens(page: PageAsked): Promise<PageTold<Token>>;
  /** Resolves when it is durable; partners are told then. */
  issue(given: TokenGiven, actor: Actor): Promise<TokenOutcome>;
  /** Objects in the words of OCPI 2.3.0; undefined for a partner that is not known. */
  received(partnerId: string, list: ReceivedList, page: PageAsked): Promise<PageTold<unknown> | undefined>;
}
