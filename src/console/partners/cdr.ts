import { number } from '../format.ts';

/** What is shown of a CDR, in the words of OCPI 2.3.0. */
export interface Cdr {
  readonly id: string;
  readonly start_date_time: string;
  readonly cdr_location: { readonly name?: string; readonly address: string; readonly evse_id: string };
  readonly currency: string;
  readonly total_energy: number;
  readonly total_cost: { readonly before_taxes: number };
  readonly credit?: boolean;
  /** The CDR that it takes back. */
  readonly credit_reference_id?: string;
}

export const pathOf = (partner: string): string => `/partners/${encodeURIComponent(partner)}/cdrs`;

export const costOf = ({ total_cost, currency }: Cdr): string =>
  `${number(total_cost.before_taxes, 2)} ${currency}`;
