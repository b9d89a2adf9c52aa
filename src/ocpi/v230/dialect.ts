import type { PriceBound } from '../../domain/pricing/tariff.ts';
import { object, optional, required } from '../codec.ts';
import { type Dialect, priceWithTaxes } from '../objects/common.ts';
import { anyWord, decimal } from '../values.ts';

/** What OCPI 2.3.0 does in its own way: open enums, amounts with a list of taxes. */
export const dialect: Dialect = {
  word: () => anyWord,
  price: priceWithTaxes,
  priceBound: object<PriceBound>({
    beforeTaxes: required('before_taxes', decimal(0)),
    afterTaxes: optional('after_taxes', decimal(0)),
  }),
};
