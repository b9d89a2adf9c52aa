import type {
  CancelReservation,
  CommandResponse,
  CommandResult,
  ReserveNow,
  StartSession,
  StopSession,
  UnlockConnector,
} from '../../domain/roaming/command.ts';
import type { Token } from '../../domain/roaming/token.ts';
import { type Codec, list, object, optional, required } from '../codec.ts';
import { ciString, instant, integer, oneOf, url } from '../values.ts';
import { type Dialect, displayText } from './common.ts';

const responseUrl = required('response_url', url);
const locationId = required('location_id', ciString(36));

export const stopSession = object<StopSession>({
  responseUrl,
  sessionId: required('session_id', ciString(36)),
});

export const cancelReservation = object<CancelReservation>({
  responseUrl,
  reservationId: required('reservation_id', ciString(36)),
});

export const unlockConnector = object<UnlockConnector>({
  responseUrl,
  locationId,
  evseUid: required('evse_uid', ciString(36)),
  connectorId: required('connector_id', ciString(36)),
});

export const startSessionOf = (token: Codec<Token>): Codec<StartSession> =>
  object<StartSession>({
    responseUrl,
    token: required('token', token),
    locationId,
    evseUid: optional('evse_uid', ciString(36)),
    connectorId: optional('connector_id', ciString(36)),
    authorizationReference: optional('authorization_reference', ciString(36)),
  });

export const reserveNowOf = (token: Codec<Token>): Codec<ReserveNow> =>
  object<ReserveNow>({
    responseUrl,
    token: required('token', token),
    expiresAtMs: required('expiry_date', instant),
    reservationId: required('reservation_id', ciString(36)),
    locationId,
    evseUid: optional('evse_uid', ciString(36)),
    authorizationReference: optional('authorization_reference', ciString(36)),
  });

export const commandResponse = object<CommandResponse>({
  result: required('result', oneOf(['NOT_SUPPORTED', 'REJECTED', 'ACCEPTED', 'UNKNOWN_SESSION'])),
  timeoutS: required('timeout', integer(0)),
  message: list('message', displayText),
});

/** What 2.2.1 knows. */
const results: readonly string[] = [
  'ACCEPTED',
  'CANCELED_RESERVATION',
  'EVSE_OCCUPIED',
  'EVSE_INOPERATIVE',
  'FAILED',
  'NOT_SUPPORTED',
  'REJECTED',
  'TIMEOUT',
  'UNKNOWN_RESERVATION',
];

export const commandResultOf = ({ word }: Dialect): Codec<CommandResult> =>
  object<CommandResult>({
    result: required('result', word(results)),
    message: list('message', displayText),
  });
