import { describe, expect, it } from 'vitest';
import { plugIn, stepStation } from '../../src/sim/station.ts';
import type { StationCodec } from '../../src/sim/stationCodec.ts';
import { connected, nextNotice, replied } from '../../src/sim/stationLink.ts';
import { createStation, type Station } from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';
import { v201 } from '../../src/sim/v201.ts';
import { carModel, stationModel } from './givenStation.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');

/** What it tells from now on, each answered at once, as calls of its version. */
function told(codec: StationCodec, before: Station): { readonly station: Station; readonly calls: object[] } {
  const calls: object[] = [];
  let station = before;
  for (let notice = nextNotice(station); notice !== undefined; notice = nextNotice(station)) {
    const call = codec.encode(station, notice);
    if (call !== undefined) calls.push(call);
    const reply =
      notice.kind === 'boot'
        ? ({ kind: 'booted', isAccepted: true, intervalS: 300 } as const)
        : notice.kind === 'started'
          ? ({ kind: 'started', transactionName: '7', isAccepted: true } as const)
          : notice.kind === 'authorise'
            ? ({ kind: 'authorised', isAccepted: true } as const)
            : ({ kind: 'done' } as const);
    station = replied(station, notice, reply);
  }
  return { station, calls };
}

const online = (codec: StationCodec): Station => {
  const model = stationModel({ firmware: codec.firmware });
  return told(codec, connected(createStation(model, startMs))).station;
};
const ask = (codec: StationCodec, station: Station, action: string, payload: object) => {
  const handled = codec.handle(station, { action, payload });
  return { station: handled.station, answer: handled.answer };
};
const words = {
  'ocpp1.6': {
    codec: v16,
    off: { connectorId: 1, type: 'Inoperative' },
    reserve: (idTag: string, expiryDate: string) => ({ connectorId: 1, expiryDate, idTag, reservationId: 5 }),
    list: { listVersion: 3, updateType: 'Full', localAuthorizationList: [{ idTag: 'T1', idTagInfo: {} }] },
    listAgain: { listVersion: 3, updateType: 'Differential' },
    logs: ['GetDiagnostics', { location: 'x' }, 'DiagnosticsStatusNotification'],
    started: 'StartTransaction',
  },
  'ocpp2.0.1': {
    codec: v201,
    off: { operationalStatus: 'Inoperative', evse: { id: 1 } },
    reserve: (idToken: string, expiryDateTime: string) => ({
      id: 5,
      expiryDateTime,
      idToken: { idToken },
      evseId: 1,
    }),
    list: {
      versionNumber: 3,
      updateType: 'Full',
      localAuthorizationList: [{ idToken: { idToken: 'T1' }, idTokenInfo: {} }],
    },
    listAgain: { versionNumber: 3, updateType: 'Differential' },
    logs: ['GetLog', { requestId: 9 }, 'LogStatusNotification'],
    started: 'TransactionEvent',
  },
} as const;

describe.each(Object.entries(words))('a simulated station of %s', (_protocol, { codec, ...word }) => {
  const expiry = new Date(startMs + 60_000).toISOString();
  const status = (station: Station) => station.evses[0]?.status;

  it('that is switched off shows it, and lets nobody charge', () => {
    const { station, answer } = ask(codec, online(codec), 'ChangeAvailability', word.off);
    expect(answer).toMatchObject({ payload: { status: 'Accepted' } });
    expect(status(station)).toBe('unavailable');
    const { calls } = told(codec, station);
    expect(JSON.stringify(calls)).toContain('Unavailable');
    const plugged = told(codec, plugIn(station, 1, carModel(), 'T1')).station;
    expect(plugged.evses[0]?.transaction).toBeUndefined();
  });

  it('keeps a reserved EVSE for its driver, who uses the reservation up', () => {
    const reserved = ask(codec, online(codec), 'ReserveNow', word.reserve('T1', expiry)).station;
    expect(status(reserved)).toBe('reserved');
    const stranger = told(codec, plugIn(reserved, 1, carModel(), 'T2')).station;
    expect(stranger.evses[0]?.transaction).toBeUndefined();
    const { station, calls } = told(codec, plugIn(reserved, 1, carModel(), 'T1'));
    expect(station.evses[0]?.transaction).toBeDefined();
    expect(station.care.reservations).toEqual([]);
    expect(calls).toContainEqual(
      expect.objectContaining({
        action: word.started,
        payload: expect.objectContaining({ reservationId: 5 }),
      }),
    );
  });

  it('gives a reserved EVSE free when its time is over, and when it is cancelled', () => {
    const reserved = ask(codec, online(codec), 'ReserveNow', word.reserve('T1', expiry)).station;
    expect(status(stepStation(reserved, startMs + 59_000))).toBe('reserved');
    expect(status(stepStation(reserved, startMs + 60_000))).toBe('available');
    const { station, answer } = ask(codec, reserved, 'CancelReservation', { reservationId: 5 });
    expect(answer).toMatchObject({ payload: { status: 'Accepted' } });
    expect(status(station)).toBe('available');
    expect(ask(codec, station, 'CancelReservation', { reservationId: 5 }).answer).toMatchObject({
      payload: { status: 'Rejected' },
    });
  });

  it('refuses to reserve what is occupied or switched off', () => {
    const occupied = plugIn(online(codec), 1, carModel(), undefined);
    expect(ask(codec, occupied, 'ReserveNow', word.reserve('T1', expiry)).answer).toMatchObject({
      payload: { status: 'Occupied' },
    });
    const off = ask(codec, online(codec), 'ChangeAvailability', word.off).station;
    expect(ask(codec, off, 'ReserveNow', word.reserve('T1', expiry)).answer).toMatchObject({
      payload: { status: 'Unavailable' },
    });
  });

  it('tells each step of a firmware update and of an upload', () => {
    const [action, payload, notification] = word.logs;
    const updating = ask(codec, online(codec), 'UpdateFirmware', { requestId: 4 }).station;
    const both = ask(codec, updating, action, payload).station;
    const { calls } = told(codec, stepStation(both, startMs + 30_000));
    const statuses = (of: string) =>
      calls.flatMap((call) =>
        'action' in call && call.action === of && 'payload' in call
          ? [(call.payload as { readonly status: string }).status]
          : [],
      );
    expect(statuses('FirmwareStatusNotification')).toEqual([
      'Downloading',
      'Downloaded',
      'Installing',
      'Installed',
    ]);
    expect(statuses(notification)).toEqual(['Uploading', 'Uploaded']);
  });

  it('holds a local list, and refuses one that is no newer', () => {
    const { station, answer } = ask(codec, online(codec), 'SendLocalList', word.list);
    expect(answer).toMatchObject({ payload: { status: 'Accepted' } });
    expect(station.care).toMatchObject({ listVersion: 3, listTokens: ['T1'] });
    expect(ask(codec, station, 'SendLocalList', word.listAgain).answer).toMatchObject({
      payload: { status: 'VersionMismatch' },
    });
  });
});
