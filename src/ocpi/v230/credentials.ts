import type { Credentials } from '../../domain/roaming/partner.ts';
import { object, optional } from '../codec.ts';
import { credentialsFields } from '../objects/partner.ts';
import { ciString } from '../values.ts';
import { dialect } from './dialect.ts';

export const credentials = object<Credentials>({
  ...credentialsFields(dialect),
  hubPartyId: optional('hub_party_id', ciString(5)),
});
