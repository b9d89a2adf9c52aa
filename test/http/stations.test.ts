import { describe, expect, it } from 'vitest';
import type { MessageAnswer } from '../../src/http/stationPorts.ts';
import { as, depot, garage, givenApi, givenPorts } from './givenApi.ts';
import { givenStations } from './givenStations.ts';

const get = async (path: string, keyName = 'office', ports = givenPorts()) =>
  (await givenApi(ports)).inject({ url: `/api/v1${path}`, headers: as(keyName) });

describe('GET /stations', () => {
  it('lists the stations whose every site the key may read', async () => {
    const answer = await get('/stations');
    expect(answer.json()).toContainEqual(
      expect.objectContaining({ id: 'CP-A1', protocol: 'ocpp2.0.1', vendor: 'Garo', serialNumber: null }),
    );
    expect(answer.json()).not.toContainEqual(expect.objectContaining({ id: 'CP-D1' }));
  });

  it('leaves out a station that also feeds another owner', async () => {
    const both = { ...depot, evses: garage.evses };
    expect((await get('/stations', 'office', givenPorts({ views: () => [garage, both] }))).json()).toEqual(
      [],
    );
  });
});

describe('GET /stations/{station}', () => {
  it('tells what it is, whether drivers can charge, what is wrong, what it measures and works on', async () => {
    expect((await get('/stations/CP-A1')).json()).toEqual({
      id: 'CP-A1',
      isOnline: true,
      protocol: 'ocpp2.0.1',
      vendor: 'Garo',
      model: 'LS4',
      serialNumber: null,
      firmware: '1.2.3',
      lastSeenAt: '2026-01-31T12:00:00.000Z',
      faultCount: 1,
      evses: [{ id: 'A1', number: 1, availability: 'out of order' }],
      faults: [expect.objectContaining({ code: 'GroundFailure', vendorCode: 'E17', endedAt: null })],
      readings: [
        { evseNumber: 1, name: 'Connector.Temperature', value: '41.5', at: '2026-01-31T12:00:00.000Z' },
      ],
      work: [expect.objectContaining({ of: 'firmware', requestId: 7, status: 'Downloading', detail: null })],
    });
  });

  it('is unknown to the key of another site', async () => {
    expect((await get('/stations/CP-A1', 'neighbour')).statusCode).toBe(404);
  });
});

describe('GET /stations/{station}/messages', () => {
  const sequences = (answer: { json(): unknown }) =>
    (answer.json() as { sequence: number }[]).map(
      ({ sequence }) => sequence - Date.parse('2026-01-31T12:00:00Z'),
    );

  it('lists what a station said and was told, the newest first', async () => {
    const answer = await get('/stations/CP-A1/messages');
    expect(answer.json()).toHaveLength(5);
    expect(answer.json()[1]).toEqual({
      sequence: Date.parse('2026-01-31T12:00:00.003Z'),
      at: '2026-01-31T12:00:00.003Z',
      ...{ isSent: false, kind: 'error', messageId: 'm2', action: 'Reset', latencyMs: 1 },
      error: { code: 'NotSupported', description: 'no' },
      ...{ payload: null, isCut: false, length: 40 },
    });
  });

  it('comes a page at a time, and what is new alone', async () => {
    const page = await get('/stations/CP-A1/messages?count=2');
    expect(sequences(page)).toEqual([4, 3]);
    const next = /<\/api\/v1(.*)>; rel="next"/.exec(String(page.headers['link']))?.[1] ?? '';
    expect(sequences(await get(next))).toEqual([2, 1]);
    const atMs = Date.parse('2026-01-31T12:00:00Z');
    const fresh = await get(`/stations/CP-A1/messages?after=${atMs + 3}`);
    expect(sequences(fresh)).toEqual([4]);
    expect(fresh.headers['link']).toBeUndefined();
  });

  it('is not for a grid operator, nor for the key of another site', async () => {
    expect((await get('/stations/CP-A1/messages', 'dso')).statusCode).toBe(403);
    expect((await get('/stations/CP-A1/messages', 'neighbour')).statusCode).toBe(404);
  });
});

describe('what is kept of a station', () => {
  it.each(['faults', 'commands', 'reservations', 'reports'])('%s are listed', async (what) => {
    const answer = await get(`/stations/CP-A1/${what}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toHaveLength(1);
    expect((await get(`/stations/CP-A1/${what}`, 'neighbour')).statusCode).toBe(404);
  });

  it('tells drivers apart from what a grid operator may see', async () => {
    expect((await get('/stations/CP-A1/faults', 'dso')).statusCode).toBe(200);
    expect((await get('/stations/CP-A1/commands', 'dso')).statusCode).toBe(403);
    expect((await get('/stations/CP-A1/reservations', 'dso')).statusCode).toBe(403);
  });

  it('comes in pages', async () => {
    const ports = givenPorts();
    const answer = await get('/stations/CP-A1/commands?count=1', 'office', ports);
    expect(answer.headers['link']).toMatch(
      /^<\/api\/v1\/stations\/CP-A1\/commands\?count=1&before=\d+%7E3>; rel="next"$/,
    );
    const next = /<\/api\/v1(.*)>/.exec(String(answer.headers['link']))?.[1] ?? '';
    await get(next, 'office', ports);
    expect(ports.calls.at(-1)).toMatchObject(['commands', 'CP-A1', { count: 1, before: { id: '3' } }]);
  });

  it.each(['count=0', 'count=501', 'before=x', 'source=rumour', 'page=2'])(
    'refuses faults?%s',
    async (query) => {
      expect((await get(`/stations/CP-A1/faults?${query}`)).statusCode).toBe(400);
    },
  );
});

describe('POST /stations/{station}/commands/{Message}', () => {
  const send = async (
    message: string,
    { keyName = 'office', answer }: { keyName?: string; answer?: MessageAnswer } = {},
  ) => {
    const calls: unknown[][] = [];
    const stations = givenStations(calls, answer && { send: async () => answer });
    const api = await givenApi(givenPorts({ stations }));
    const url = `/api/v1/stations/CP-A1/commands/${message}`;
    const reply = await api.inject({ method: 'POST', url, headers: as(keyName), payload: { type: 'Soft' } });
    return { calls, status: reply.statusCode, body: reply.json() };
  };

  it('sends the payload as it is and answers with the answer of the station', async () => {
    const { calls, status, body } = await send('Reset');
    expect(status).toBe(200);
    expect(body).toEqual({ outcome: 'answered', protocol: 'ocpp1.6', answer: { status: 'Accepted' } });
    expect(calls).toEqual([['send', 'CP-A1', { action: 'Reset', payload: { type: 'Soft' } }, 'office']]);
  });

  it('is for an admin where it changes how a station is set up', async () => {
    expect(await send('UpdateFirmware')).toMatchObject({ status: 403, calls: [] });
    expect((await send('UpdateFirmware', { keyName: 'root' })).status).toBe(200);
    expect((await send('Reset', { keyName: 'guest' })).status).toBe(403);
    expect((await send('Reset', { keyName: 'neighbour' })).status).toBe(404);
  });

  it('does not know what no version has', async () => {
    const { status, body } = await send('Explode', { keyName: 'root' });
    expect(status).toBe(404);
    expect(body.detail).toBe(
      'no station is sent "Explode" in any version: GET /openapi.json lists the commands',
    );
  });

  it.each<[MessageAnswer, number, object]>([
    [
      { outcome: 'invalid', path: '/evse/id', reason: '/evse/id must be integer' },
      400,
      { detail: 'Reset: /evse/id must be integer', field: 'evse.id' },
    ],
    [
      { outcome: 'not in version', protocol: 'ocpp1.6', protocols: ['ocpp2.0.1', 'ocpp2.1'] },
      422,
      { detail: 'ocpp1.6 has no Reset: stations of ocpp2.0.1 and ocpp2.1 have it' },
    ],
    [
      { outcome: 'failed', protocol: 'ocpp1.6', code: 'NotImplemented', description: '' },
      502,
      {
        detail: 'the station answered with the error NotImplemented',
        type: 'urn:lastvakt:problem:station-failed',
      },
    ],
    [{ outcome: 'kept back', reason: 'because' }, 422, { detail: 'the station was not asked: because' }],
    [{ outcome: 'unsent', reason: 'away' }, 502, { type: 'urn:lastvakt:problem:station-unreachable' }],
    [{ outcome: 'timed-out', reason: 'silent' }, 504, { type: 'urn:lastvakt:problem:station-timeout' }],
  ])('tells %j', async (answer, expected, problem) => {
    const { status, body } = await send('Reset', { answer });
    expect(status).toBe(expected);
    expect(body).toMatchObject(problem);
  });
});
