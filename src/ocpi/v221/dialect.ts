import type { PriceBound } from '../../domain/pricing/tariff.ts';
import { object, optional, required } from '../codec.ts';
import { type Dialect, priceWithVat } from '../objects/common.ts';
import { decimal, oneOfKnown } from '../values.ts';

/** What OCPI 2.2.1 does in its own way: closed enums, amounts with and without VAT. */
export const dialect: Dialect = {
  word: oneOfKnown,
  price: priceWithVat,
  priceBound: object<PriceBound>({
    beforeTaxes: required('excl_vat', decimal(0)),
    afterTaxes: optional('incl_vat', decimal(0)),
  }),
};
