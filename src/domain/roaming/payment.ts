import type { BilledPrice } from './common.ts';
import type { Coordinates } from './location.ts';

/** A card terminal, and the places it takes money for. */
export interface PaymentTerminal {
  readonly id: string;
  readonly customerReference?: string;
  readonly partyId?: string;
  readonly countryCode?: string;
  readonly address?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly state?: string;
  /** ISO 3166-1 alpha-3. */
  readonly country?: string;
  readonly coordinates?: Coordinates;
  /** Where an invoice is found, with its reference behind it. */
  readonly invoiceBaseUrl?: string;
  readonly invoiceCreator?: 'CPO' | 'PTP';
  readonly reference?: string;
  readonly locationIds: readonly string[];
  readonly evseUids: readonly string[];
  readonly lastUpdatedMs: number;
}

/** What a payment provider took from a card for a session. */
export interface FinancialAdviceConfirmation {
  readonly id: string;
  /** The reference with which the session was started. */
  readonly authorizationReference: string;
  readonly totalCosts: BilledPrice;
  readonly currency: string;
  /** For the receipt, line by line. */
  readonly eftData: readonly string[];
  readonly captureStatus: 'SUCCESS' | 'PARTIAL_SUCCESS' | 'FAILED';
  readonly captureStatusMessage?: string;
  readonly lastUpdatedMs: number;
}
