import { Type } from 'typebox';
import type { BilledPrice } from '../../domain/roaming/common.ts';
import type { FinancialAdviceConfirmation, PaymentTerminal } from '../../domain/roaming/payment.ts';
import { type Codec, list, object, optional, required } from '../codec.ts';
import { priceWithTaxes, priceWithVat } from '../objects/common.ts';
import { coordinates } from '../objects/place.ts';
import { ciString, code, instant, oneOf, text, url } from '../values.ts';

// The module exists in 2.3.0 alone.

export const terminal = object<PaymentTerminal>({
  id: required('terminal_id', ciString(36)),
  customerReference: optional('customer_reference', ciString(36)),
  partyId: optional('party_id', ciString(3)),
  countryCode: optional('country_code', ciString(2)),
  address: optional('address', text(45)),
  city: optional('city', text(45)),
  postalCode: optional('postal_code', text(10)),
  state: optional('state', text(20)),
  country: optional('country', code(3)),
  coordinates: optional('coordinates', coordinates),
  invoiceBaseUrl: optional('invoice_base_url', url),
  invoiceCreator: optional('invoice_creator', oneOf(['CPO', 'PTP'])),
  reference: optional('reference', ciString(36)),
  locationIds: list('location_ids', ciString(36)),
  evseUids: list('evse_uids', ciString(36)),
  lastUpdatedMs: required('last_updated', instant),
});

/** Also read as 2.2.1 has it, because the examples of this module do; written as 2.3.0 has it. */
const price: Codec<BilledPrice> = {
  schema: Type.Union([priceWithTaxes.schema, priceWithVat.schema]),
  read: (wire) =>
    Object.hasOwn(Object(wire), 'before_taxes') ? priceWithTaxes.read(wire) : priceWithVat.read(wire),
  write: priceWithTaxes.write,
};

export const financialAdviceConfirmation = object<FinancialAdviceConfirmation>({
  id: required('id', ciString(36)),
  authorizationReference: required('authorization_reference', ciString(36)),
  totalCosts: required('total_costs', price),
  currency: required('currency', code(3)),
  // At least one by the text, none in its example of a failed capture.
  eftData: list('eft_data', text(255)),
  captureStatus: required('capture_status_code', oneOf(['SUCCESS', 'PARTIAL_SUCCESS', 'FAILED'])),
  captureStatusMessage: optional('capture_status_message', text(255)),
  lastUpdatedMs: required('last_updated', instant),
});
