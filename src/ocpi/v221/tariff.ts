import type { Fraction } from '../../domain/pricing/fraction.ts';
import type { TaxIncluded } from '../../domain/pricing/tariff.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import { type Codec, object, UntellableError, untold } from '../codec.ts';
import { tariffFields } from '../objects/tariff.ts';
import { dialect } from './dialect.ts';

const tellable = object<Tariff>({
  ...tariffFields(dialect),
  // Prices are before VAT in 2.2.1, and there is no word for anything else.
  taxIncluded: untold<TaxIncluded>('NO'),
  preauthorizeAmount: untold<Fraction | undefined>(undefined),
});

/** A price with taxes in it is not told: without them it would have to be rounded, and would be another price. */
export const tariff: Codec<Tariff> = {
  ...tellable,
  write: (value) => {
    if (value.taxIncluded === 'YES') throw new UntellableError('tax_included: YES');
    return tellable.write(value);
  },
  tells: ({ taxIncluded }) => taxIncluded !== 'YES',
};
