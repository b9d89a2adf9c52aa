import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { chosenSubprotocol } from '../../src/ocpp/handshake.ts';
import type { Verdict } from '../../src/ocpp/security/claim.ts';
import { eventually } from '../eventually.ts';
import { selfSigned } from '../http/selfSigned.ts';
import { accepted, givenGateway, password, stopGateways } from './givenGateway.ts';
import { givenTls } from './givenTls.ts';
import { connectRaw, refusedWith } from './sockets.ts';

afterEach(stopGateways);

const refusals = (logged: readonly Readonly<Record<string, unknown>>[]) =>
  logged.filter(({ msg }) => msg === 'station refused');

describe('the door for stations', () => {
  it('lets in a station with its password, by the identity in the path', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, path: '/ocpp/CP-A%201', user: 'CP-A 1', password });
    expect(station.socket.protocol).toBe('ocpp1.6');
    expect(events).toMatchObject([{ kind: 'connected', stationId: 'CP-A 1', protocol: 'ocpp1.6' }]);
  });

  it('gives a wrong password and an unknown station the same answer, and logs each once', async () => {
    const { port, logged, events } = await givenGateway();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await refusedWith({ port, password: 'guess' })).toBe(401);
      expect(await refusedWith({ port, path: '/ocpp/XX-1', user: 'XX-1', password })).toBe(401);
    }
    expect(refusals(logged)).toMatchObject([
      { stationId: 'CP-A1', reason: 'unknown station or wrong password' },
      { stationId: 'XX-1', reason: 'unknown station or wrong password' },
    ]);
    expect(refusals(logged)[0]?.['toDo']).toMatch(/check the identity and the password/);
    expect(JSON.stringify(logged)).not.toContain('guess');
    expect(events).toEqual([]);
  });

  it('logs a refusal again after the station was let in meanwhile', async () => {
    const { port, logged } = await givenGateway();
    await refusedWith({ port, password: 'guess' });
    await connectRaw({ port, password });
    await refusedWith({ port, password: 'guess' });
    expect(refusals(logged)).toHaveLength(2);
  });

  it.each([
    ['no password', {}],
    ['another station’s name', { user: 'CP-B2', password }],
    ['credentials that are no Basic ones', { authorization: 'Bearer x' }],
    ['a password that is no UTF-8', { authorization: 'Basic Q1AtQTE6/w==' }],
  ])('refuses %s', async (_what, options) => {
    const { port } = await givenGateway();
    expect(await refusedWith({ port, ...options })).toBe(401);
  });

  it.each([
    '/',
    '/ocpp',
    '/ocpp/',
    '/ocpp/a/b',
    '/ocpp/%ZZ',
    '/ocpp/a%3Ab',
    `/ocpp/${'x'.repeat(49)}`,
    '/x/CP-A1',
  ])('does not know the path %s', async (path) => {
    const { port, logged } = await givenGateway();
    expect(await refusedWith({ port, path, password })).toBe(404);
    expect(refusals(logged)).toMatchObject([{ reason: 'bad path' }]);
  });

  it('takes an identity of 48 characters [OCPP 2.0.1 Part 4, 3.1.1]', async () => {
    const { port, events } = await givenGateway();
    const user = `CP-${'x'.repeat(45)}`;
    await connectRaw({ port, path: `/ocpp/${user}`, user, password });
    expect(events).toMatchObject([{ stationId: user }]);
  });

  it('completes the handshake without a subprotocol and closes where none fits [OCPP 2.0.1 Part 4, 3.2]', async () => {
    const { port, logged, events } = await givenGateway();
    const [head, closeFrame] = await rawHandshake(port, 'Sec-WebSocket-Protocol: ocpp1.5\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(head).not.toMatch(/sec-websocket-protocol/i);
    // A close frame with status 1002.
    expect([closeFrame?.at(0), closeFrame?.readUInt16BE(2)]).toEqual([0x88, 1002]);
    expect(refusals(logged)).toMatchObject([
      { reason: 'no common subprotocol', toDo: 'set the station to one of ocpp2.1, ocpp2.0.1, ocpp1.6' },
    ]);
    expect(events).toEqual([]);
  });

  it('closes a connection that offers no subprotocol at all', async () => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: [] });
    expect(await station.closed).toBe(1002);
  });

  it('takes the first subprotocol the station offers that we speak', () => {
    const spoken = new Set(['ocpp2.0.1', 'ocpp1.6']);
    expect(chosenSubprotocol(['ocpp2.1', 'ocpp1.6', 'ocpp2.0.1'], spoken)).toBe('ocpp1.6');
    expect(chosenSubprotocol(['ocpp1.5'], spoken)).toBeUndefined();
  });

  it('authenticates before it upgrades, and never more at a time than its bound', async () => {
    let letGo: (verdict: Verdict) => void = () => undefined;
    const waiting = new Promise<Verdict>((resolve) => {
      letGo = resolve;
    });
    let asked = 0;
    const authenticate = () => {
      asked += 1;
      return waiting;
    };
    const { port, events, logged } = await givenGateway({ maxHandshakes: 1 }, { authenticate });
    const first = connectRaw({ port, password });
    const second = { port, password, path: '/ocpp/CP-B', user: 'CP-B' };
    await eventually(() => expect(asked).toBe(1));
    expect(await refusedWith(second)).toBe(503);
    expect(events).toEqual([]);
    expect(refusals(logged)).toMatchObject([
      { stationId: 'CP-B', reason: 'it could not be authenticated now' },
    ]);
    letGo(accepted);
    await first;
    expect(events).toMatchObject([{ kind: 'connected', stationId: 'CP-A1' }]);
  });

  it('turns stations away for now when their credentials cannot be checked', async () => {
    const { port, logged } = await givenGateway(
      {},
      { authenticate: () => Promise.reject(new Error('database is away')) },
    );
    expect(await refusedWith({ port, password })).toBe(503);
    expect(logged.map(({ msg }) => msg)).toContain('station could not be authenticated');
  });

  it('has room for so many stations and no more, but always for those it knows', async () => {
    const { port } = await givenGateway({ maxStations: 1 });
    const station = await connectRaw({ port, password });
    expect(await refusedWith({ port, path: '/ocpp/CP-B', user: 'CP-B', password })).toBe(503);
    station.socket.terminate();
    await connectRaw({ port, password });
  });

  it('speaks TLS where it has a certificate, and nothing else then', async () => {
    const tls = givenTls();
    const { port, events } = await givenGateway({ tls });
    const station = await connectRaw({ port, password, certPem: selfSigned.cert });
    expect((await station.call('Heartbeat', {}))[0]).toBe(3);
    await expect(connectRaw({ port, password })).rejects.toThrow('socket hang up');
    expect(events).toHaveLength(1);
  });

  it('tells a browser what it is', async () => {
    const { port } = await givenGateway();
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.status).toBe(426);
    expect(await response.text()).toMatch(/WebSocket/);
  });
});

/** An opening handshake by hand, since a WebSocket client gives up on an answer without its subprotocol. */
function rawHandshake(port: number, headers: string): Promise<[head: string, rest: Buffer | undefined]> {
  const credentials = Buffer.from(`CP-A1:${password}`).toString('base64');
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /ocpp/CP-A1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n` +
      `Authorization: Basic ${credentials}\r\n${headers}\r\n`,
  );
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0 || received.length < end + 8) return;
      socket.destroy();
      resolve([received.subarray(0, end).toString(), received.subarray(end + 4)]);
    });
  });
}
