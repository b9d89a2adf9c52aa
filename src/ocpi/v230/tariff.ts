import type { Tariff } from '../../domain/roaming/tariff.ts';
import { assumed, object, optional } from '../codec.ts';
import { tariffFields } from '../objects/tariff.ts';
import { decimal, oneOf } from '../values.ts';
import { dialect } from './dialect.ts';

export const tariff = object<Tariff>({
  ...tariffFields(dialect),
  // Required, but the specification's own CDR example embeds a tariff without it: as 2.2.1 had it, then.
  taxIncluded: assumed('tax_included', oneOf(['YES', 'NO', 'N/A']), 'NO'),
  preauthorizeAmount: optional('preauthorize_amount', decimal(0)),
});
