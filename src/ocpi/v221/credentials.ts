import type { Credentials } from '../../domain/roaming/partner.ts';
import { object, untold } from '../codec.ts';
import { credentialsFields } from '../objects/partner.ts';
import { dialect } from './dialect.ts';

export const credentials = object<Credentials>({
  ...credentialsFields(dialect),
  hubPartyId: untold<string | undefined>(undefined),
});
