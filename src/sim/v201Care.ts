import { Type } from 'typebox';
import { begin, cancelReservation, changeAvailability, reserve, unlock } from './careRequests.ts';
import { withList } from './stationCare.ts';
import { type Handler, handler, result } from './stationCodec.ts';

const malformed = 'FormatViolation';
const accepted = { status: 'Accepted' };
const token = Type.Object({ idToken: Type.String() });
const requested = Type.Object({ requestId: Type.Integer() });

/** What a server may ask of a 2.x station besides charging. */
export const v201CareHandlers: readonly [action: string, handle: Handler][] = [
  [
    'ChangeAvailability',
    handler(
      Type.Object({
        operationalStatus: Type.String(),
        evse: Type.Optional(Type.Object({ id: Type.Integer() })),
      }),
      malformed,
      (before, { operationalStatus, evse }) => {
        const { station, outcome } = changeAvailability(before, evse?.id, operationalStatus === 'Operative');
        return result(station, {
          status: { done: 'Accepted', scheduled: 'Scheduled', unknown: 'Rejected' }[outcome],
        });
      },
    ),
  ],
  [
    'UnlockConnector',
    handler(Type.Object({ evseId: Type.Integer() }), malformed, (station, { evseId }) => {
      // [OCPP 2.0.1 F05] A transaction that runs keeps its lock.
      const isBusy = station.evses.some(({ number, transaction }) => number === evseId && transaction);
      if (isBusy) return result(station, { status: 'OngoingAuthorizedTransaction' });
      const unlocked = unlock(station, evseId);
      return result(unlocked ?? station, {
        status: unlocked === undefined ? 'UnknownConnector' : 'Unlocked',
      });
    }),
  ],
  [
    'ReserveNow',
    handler(
      Type.Object({
        id: Type.Integer(),
        expiryDateTime: Type.String({ format: 'date-time' }),
        idToken: token,
        evseId: Type.Optional(Type.Integer()),
      }),
      malformed,
      (before, { id, expiryDateTime, idToken, evseId: evseNumber }) => {
        const held = { id, evseNumber, token: idToken.idToken, expiresAtMs: Date.parse(expiryDateTime) };
        const { station, refusal } = reserve(before, held);
        return result(station, { status: refusal ?? 'Accepted' });
      },
    ),
  ],
  [
    'CancelReservation',
    handler(Type.Object({ reservationId: Type.Integer() }), malformed, (station, { reservationId }) => {
      const cancelled = cancelReservation(station, reservationId);
      return result(cancelled ?? station, cancelled === undefined ? { status: 'Rejected' } : accepted);
    }),
  ],
  ['ClearCache', (station) => result(station, accepted)],
  ['GetLocalListVersion', (station) => result(station, { versionNumber: station.care.listVersion })],
  [
    'SendLocalList',
    handler(
      Type.Object({
        versionNumber: Type.Integer(),
        updateType: Type.String(),
        localAuthorizationList: Type.Optional(
          Type.Array(Type.Object({ idToken: token, idTokenInfo: Type.Optional(Type.Object({})) })),
        ),
      }),
      malformed,
      (station, { versionNumber: version, updateType, localAuthorizationList = [] }) => {
        const isFull = updateType === 'Full';
        if (!isFull && version <= station.care.listVersion)
          return result(station, { status: 'VersionMismatch' });
        const put = localAuthorizationList.filter(({ idTokenInfo }) => idTokenInfo !== undefined);
        const removed = localAuthorizationList.filter(({ idTokenInfo }) => idTokenInfo === undefined);
        const tokens = (entries: typeof put) => entries.map(({ idToken }) => idToken.idToken);
        const list = { version, isFull, put: tokens(put), removed: tokens(removed) };
        return result({ ...station, care: withList(station.care, list) }, accepted);
      },
    ),
  ],
  [
    'GetLog',
    handler(requested, malformed, (station, { requestId }) =>
      result(begin(station, 'log upload', requestId), { ...accepted, filename: 'station.log' }),
    ),
  ],
  [
    'UpdateFirmware',
    handler(requested, malformed, (station, { requestId }) =>
      result(begin(station, 'firmware', requestId), accepted),
    ),
  ],
];
