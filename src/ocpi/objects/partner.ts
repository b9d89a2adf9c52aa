import type {
  Credentials,
  Endpoint,
  HubClient,
  OfferedVersion,
  PartyRole,
  VersionDetails,
} from '../../domain/roaming/partner.ts';
import { type Codec, type Fields, listOf, object, required } from '../codec.ts';
import { anyWord, instant, oneOf, text, url } from '../values.ts';
import { businessDetails, type Dialect, party } from './common.ts';

/**
 * Any word in both versions: 2.3.0 drops HUB without saying what a hub is to be called, and its payments need a PTP
 * that its own list lacks. Who does not know a role has nothing to do with it.
 */
const role = required('role', anyWord);

const partyRole = (dialect: Dialect): Codec<PartyRole> =>
  object<PartyRole>({
    role,
    businessDetails: required('business_details', businessDetails(dialect)),
    ...party,
  });

/** All fields that both versions have. */
export const credentialsFields = (dialect: Dialect): Omit<Fields<Credentials>, 'hubPartyId'> => ({
  token: required('token', text(64, '^[\\x21-\\x7E]+$')),
  versionsUrl: required('url', url),
  roles: required('roles', listOf(partyRole(dialect), 1)),
});

// Versions are read before one is chosen, so there is one form of them, and it takes words nobody knows yet.
export const offeredVersions = listOf(
  object<OfferedVersion>({ version: required('version', anyWord), url: required('url', url) }),
);

export const versionDetails = object<VersionDetails>({
  version: required('version', anyWord),
  endpoints: required(
    'endpoints',
    listOf(
      object<Endpoint>({
        module: required('identifier', anyWord),
        role: required('role', oneOf(['SENDER', 'RECEIVER'])),
        url: required('url', url),
      }),
      1,
    ),
  ),
});

export const hubClient = object<HubClient>({
  ...party,
  role,
  status: required('status', oneOf(['CONNECTED', 'OFFLINE', 'PLANNED', 'SUSPENDED'])),
  lastUpdatedMs: required('last_updated', instant),
});
