import { Type } from 'typebox';
import { begin, cancelReservation, changeAvailability, reserve, unlock } from './careRequests.ts';
import { withList } from './stationCare.ts';
import { type Handler, handler, result } from './stationCodec.ts';

const malformed = 'FormationViolation';
const accepted = { status: 'Accepted' };

/** What a server may ask of a 1.6 station besides charging. Connector 0 is the station as a whole. */
export const v16CareHandlers: readonly [action: string, handle: Handler][] = [
  [
    'ChangeAvailability',
    handler(Type.Object({ connectorId: Type.Integer(), type: Type.String() }), malformed, (before, asked) => {
      const evseNumber = asked.connectorId === 0 ? undefined : asked.connectorId;
      const { station, outcome } = changeAvailability(before, evseNumber, asked.type === 'Operative');
      return result(station, {
        status: { done: 'Accepted', scheduled: 'Scheduled', unknown: 'Rejected' }[outcome],
      });
    }),
  ],
  [
    'UnlockConnector',
    handler(Type.Object({ connectorId: Type.Integer() }), malformed, (station, { connectorId }) => {
      const unlocked = unlock(station, connectorId);
      return result(unlocked ?? station, { status: unlocked === undefined ? 'NotSupported' : 'Unlocked' });
    }),
  ],
  [
    'ReserveNow',
    handler(
      Type.Object({
        connectorId: Type.Integer(),
        expiryDate: Type.String({ format: 'date-time' }),
        idTag: Type.String(),
        reservationId: Type.Integer(),
      }),
      malformed,
      (before, { connectorId, expiryDate, idTag: token, reservationId: id }) => {
        const evseNumber = connectorId === 0 ? undefined : connectorId;
        const held = { id, evseNumber, token, expiresAtMs: Date.parse(expiryDate) };
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
  ['GetLocalListVersion', (station) => result(station, { listVersion: station.care.listVersion })],
  [
    'SendLocalList',
    handler(
      Type.Object({
        listVersion: Type.Integer(),
        updateType: Type.String(),
        localAuthorizationList: Type.Optional(
          Type.Array(Type.Object({ idTag: Type.String(), idTagInfo: Type.Optional(Type.Object({})) })),
        ),
      }),
      malformed,
      (station, { listVersion: version, updateType, localAuthorizationList = [] }) => {
        const isFull = updateType === 'Full';
        if (!isFull && version <= station.care.listVersion)
          return result(station, { status: 'VersionMismatch' });
        const put = localAuthorizationList.filter(({ idTagInfo }) => idTagInfo !== undefined);
        const removed = localAuthorizationList.filter(({ idTagInfo }) => idTagInfo === undefined);
        const tokens = (entries: typeof put) => entries.map(({ idTag }) => idTag);
        const list = { version, isFull, put: tokens(put), removed: tokens(removed) };
        return result({ ...station, care: withList(station.care, list) }, accepted);
      },
    ),
  ],
  [
    'GetDiagnostics',
    (station) => result(begin(station, 'log upload', undefined), { fileName: 'diagnostics.log' }),
  ],
  ['UpdateFirmware', (station) => result(begin(station, 'firmware', undefined), {})],
];
