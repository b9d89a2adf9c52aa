import { describe, expect, it } from 'vitest';
import { siteId, stationId } from '../../src/domain/ids.ts';
import type { StationAnswer } from '../../src/http/stationPorts.ts';
import { as, depot, garage, givenApi, givenPorts } from './givenApi.ts';
import { givenStations } from './givenStations.ts';

const post = async (command: string, payload: object, ports = givenPorts(), keyName = 'root') => {
  const url = `/api/v1/stations/CP-A1/commands/${command}`;
  return (await givenApi(ports)).inject({ method: 'POST', url, headers: as(keyName), payload });
};

describe('POST /stations/{station}/commands/{command}', () => {
  it.each([
    ['clear-charging-profile', { evseNumber: 1, purpose: 'transaction' }, 'clear charging profile'],
    ['composite-schedule', { evseNumber: 0, durationS: 300, unit: 'A' }, 'composite schedule'],
    ['remote-start', { evseNumber: 1, tokenId: '04A2' }, 'remote start'],
    ['remote-stop', { transactionId: '5' }, 'remote stop'],
    ['trigger-message', { message: 'MeterValues', evseNumber: 1 }, 'trigger message'],
    ['reset', { urgency: 'immediate' }, 'reset'],
    ['get-configuration', { keys: [] }, 'get configuration'],
    ['change-configuration', { key: 'HeartbeatInterval', value: '60' }, 'change configuration'],
    ['unlock', { evseNumber: 1 }, 'unlock'],
    ['change-availability', { isOperative: false }, 'change availability'],
    ['cancel-reservation', { reservationId: 5 }, 'cancel reservation'],
    ['clear-cache', {}, 'clear cache'],
    ['local-list-version', {}, 'local list version'],
    ['renew-certificate', {}, 'renew certificate'],
    ['install-certificate', { use: 'central system', pem: 'PEM' }, 'install certificate'],
    ['list-certificates', {}, 'list certificates'],
    ['clear-message', { messageId: 3 }, 'clear message'],
    ['show-cost', { transactionId: 'T', cost: 12.5 }, 'show cost'],
  ])('%s asks the station', async (command, payload, kind) => {
    const ports = givenPorts();
    const answer = await post(command, payload, ports);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ outcome: 'accepted', reason: 'Accepted' });
    expect(ports.calls).toEqual([['command', 'CP-A1', { kind, ...payload }, 'root']]);
  });

  it.each([
    [
      'reserve',
      { tokenId: 'T1', expiresAt: '2026-01-31T18:00:00Z' },
      { kind: 'reserve', tokenId: 'T1', expiresAtMs: Date.parse('2026-01-31T18:00:00Z') },
    ],
    [
      'get-log',
      { log: 'security', url: 'sftp://logs.example/in', from: '2026-01-31T00:00:00+01:00' },
      {
        kind: 'get log',
        log: 'security',
        url: 'sftp://logs.example/in',
        fromMs: Date.parse('2026-01-30T23:00:00Z'),
      },
    ],
    [
      'update-firmware',
      { url: 'https://firmware.example/1.bin', installAt: '2026-02-01T02:00:00Z' },
      {
        kind: 'update firmware',
        url: 'https://firmware.example/1.bin',
        installAtMs: Date.parse('2026-02-01T02:00:00Z'),
      },
    ],
    [
      'send-local-list',
      { isFull: false, entries: [{ tokenId: 'T1', status: 'accepted' }, { tokenId: 'T2' }] },
      {
        kind: 'send local list',
        isFull: false,
        entries: [
          { tokenId: 'T1', status: 'accepted' },
          { tokenId: 'T2', status: undefined },
        ],
      },
    ],
  ])('%s reads its instants and asks the station', async (command, payload, request) => {
    const ports = givenPorts();
    const answer = await post(command, payload, ports);
    expect(answer.statusCode).toBe(200);
    expect(ports.calls).toEqual([['command', 'CP-A1', request, 'root']]);
  });

  it.each([
    ['reserve', { tokenId: 'T1', expiresAt: 'tomorrow' }, /^expiresAt is not an instant/],
    ['get-log', { log: 'security', url: '/tmp' }, /^url must match pattern/],
    ['show-message', { messageId: 1, text: '', priority: 'always' }, /^text must NOT have fewer/],
  ])('%s refuses %j, and says why', async (command, payload, detail) => {
    const ports = givenPorts();
    const answer = await post(command, payload, ports);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toMatch(detail);
    expect(ports.calls).toEqual([]);
  });

  it('answers 422 for what would harm, and says what to do instead', async () => {
    const command = async () => ({ outcome: 'kept back', reason: 'set a limit instead' }) as const;
    const ports = givenPorts({ stations: givenStations([], { command }) });
    const answer = await post('clear-charging-profile', {}, ports);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toBe('the station was not asked: set a limit instead');
  });

  it.each([
    ['reset', {}, 'body lacks the key "urgency"'],
    ['reset', { urgency: 'now' }, 'urgency must be one of ["graceful","immediate"]'],
    ['remote-start', { tokenId: 'x'.repeat(37) }, 'tokenId must NOT have more than 36 characters'],
    ['composite-schedule', { evseNumber: 1, durationS: 86_401 }, 'durationS must be <= 86400'],
    ['get-configuration', { keys: ['a', 5] }, 'keys.1 must be string'],
  ])('%s refuses %j', async (command, payload, detail) => {
    const ports = givenPorts();
    const answer = await post(command, payload, ports);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toBe(detail);
    expect(ports.calls).toEqual([]);
  });

  it('rotate-password gives the station a new one, for an admin alone', async () => {
    const ports = givenPorts();
    expect((await post('rotate-password', {}, ports)).json()).toEqual({
      outcome: 'accepted',
      reason: 'Accepted',
    });
    expect(ports.calls).toEqual([['rotate password', 'CP-A1', 'root']]);
    expect((await post('rotate-password', {}, ports, 'office')).statusCode).toBe(403);
  });

  it('answers 404 for a command that does not exist', async () => {
    expect((await post('explode', {})).statusCode).toBe(404);
  });

  it.each([
    [{ outcome: 'rejected', reason: 'Rejected' }, 200, { outcome: 'rejected', reason: 'Rejected' }],
    [
      { outcome: 'accepted', reason: 'Accepted', data: { periods: [] } },
      200,
      { outcome: 'accepted', reason: 'Accepted', data: { periods: [] } },
    ],
    [
      { outcome: 'unsent', reason: 'not connected' },
      502,
      { detail: 'the station was not asked (not connected): ask again when it is connected' },
    ],
    [
      { outcome: 'timed-out', reason: 'no answer in 30 s' },
      504,
      {
        detail:
          'the station did not answer in time (no answer in 30 s) and may still do it: look at its state first',
      },
    ],
  ] satisfies [StationAnswer, number, object][])('passes on %j', async (stationAnswer, status, body) => {
    const ports = givenPorts({ stations: givenStations([], { command: async () => stationAnswer }) });
    const answer = await post('reset', { urgency: 'graceful' }, ports);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject(body);
  });

  it('is not for a station that also feeds a site which is not of the key', async () => {
    const [shared] = depot.evses;
    const both = {
      ...depot,
      evses: shared === undefined ? [] : [{ ...shared, stationId: stationId('CP-A1') }],
    };
    const ports = givenPorts({ views: () => [garage, both] });
    const answer = await post('reset', { urgency: 'graceful' }, ports, 'office');
    expect(answer.statusCode).toBe(404);
    expect(ports.calls).toEqual([]);
  });

  it('answers 503 when the station keeps everybody waiting', async () => {
    const ports = givenPorts({ stations: givenStations([], { command: () => new Promise(() => {}) }) });
    const api = await givenApi(ports, { handlerTimeoutMs: 20 });
    const url = '/api/v1/stations/CP-A1/commands/reset';
    const payload = { urgency: 'graceful' };
    const answer = await api.inject({ method: 'POST', url, headers: as('root'), payload });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().detail).toContain('no answer in time');
  });
});

describe('POST /grid/heartbeat', () => {
  it('is heard for every site of the key', async () => {
    const ports = givenPorts();
    const api = await givenApi(ports);
    const answer = await api.inject({ method: 'POST', url: '/api/v1/grid/heartbeat', headers: as('dso') });
    expect(answer.statusCode).toBe(204);
    expect(ports.calls).toEqual([['heartbeat', [siteId('garage')], 'dso']]);
  });
});
