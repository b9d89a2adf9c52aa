import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { type GivenGateway, givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw, type RawStation, refusedWith } from './sockets.ts';

afterEach(stopGateways);

const neighbour = { path: '/ocpp/CP-B2', user: 'CP-B2', password };
const warnings = ({ logged }: GivenGateway, message: string) => logged.filter(({ msg }) => msg === message);
const refusals = (gateway: GivenGateway) => warnings(gateway, 'station refused').map(({ reason }) => reason);

async function expectUnaffected(station: RawStation): Promise<void> {
  expect((await station.call('Heartbeat', {}))[0]).toBe(3);
}

describe('whoever guesses at passwords', () => {
  it('is refused unheard after some failures, right or wrong, and logged once', async () => {
    const gateway = await givenGateway({ maxFailuresPerStation: 3 });
    const { port } = gateway;
    for (let guess = 0; guess < 3; guess += 1) {
      expect(await refusedWith({ port, password: `guess ${guess}` })).toBe(401);
    }
    for (let guess = 0; guess < 3; guess += 1) expect(await refusedWith({ port, password })).toBe(429);
    await expectUnaffected(await connectRaw({ port, ...neighbour }));
    expect(refusals(gateway)).toEqual(['unknown station or wrong password', 'tried too often']);
  });

  it('does not lock the station out: where it came in last, others do not count', async () => {
    const { port } = await givenGateway({ maxFailuresPerStation: 3 });
    const station = await connectRaw({ port, password });
    for (let guess = 0; guess < 3; guess += 1) {
      expect(await refusedWith({ port, password: 'guess', localAddress: '127.0.0.2' })).toBe(401);
    }
    expect(await refusedWith({ port, password: 'guess', localAddress: '127.0.0.2' })).toBe(429);
    station.socket.terminate();
    await expectUnaffected(await connectRaw({ port, password }));
  });

  it('is stopped at its address when it tries many names', async () => {
    const gateway = await givenGateway({ maxFailuresPerAddress: 5 });
    const { port } = gateway;
    for (let name = 0; name < 5; name += 1) {
      expect(await refusedWith({ port, path: `/ocpp/X-${name}`, user: `X-${name}`, password })).toBe(401);
    }
    expect(await refusedWith({ port, path: '/ocpp/X-6', user: 'X-6', password })).toBe(429);
    await connectRaw({ port, password, localAddress: '127.0.0.2' });
  });
});

describe('a stolen identity', () => {
  it('does not push out the station that has it, while that answers', async () => {
    const gateway = await givenGateway();
    const { port, events } = gateway;
    const station = await connectRaw({ port, password });
    const thief = { port, password, localAddress: '127.0.0.2' };
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await refusedWith(thief)).toBe(409);
    await expectUnaffected(station);
    expect(events.map(({ kind }) => kind)).toEqual(['connected']);
    expect(refusals(gateway)).toEqual(['its identity is connected from another address and answers there']);
  });

  it('is a station on another network when the former connection is dead', async () => {
    const { port, events } = await givenGateway({ duplicateCheckMs: 50 });
    const dead = await connectRaw({ port, password, autoPong: false });
    dead.socket.pause();
    await expectUnaffected(await connectRaw({ port, password, localAddress: '127.0.0.2' }));
    expect(events.map(({ kind }) => kind)).toEqual(['connected', 'connected']);
  });

  it('cannot end what belongs to another station', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const timestamp = new Date().toISOString();
    const begin = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp };
    const [, , answer] = await station.call('StartTransaction', begin);
    const { transactionId } = answer as { transactionId: number };
    const other = await connectRaw({ port, ...neighbour });
    await other.call('StopTransaction', { transactionId, meterStop: 9, timestamp });
    const ofStation = events.filter(({ stationId }) => stationId === 'CP-A1').map(({ kind }) => kind);
    expect(ofStation).toEqual(['connected', 'session started']);
  });

  it('that reconnects without end has to wait', async () => {
    const { port } = await givenGateway({ maxReconnects: 3 });
    for (let time = 0; time < 3; time += 1) (await connectRaw({ port, password })).socket.terminate();
    expect(await refusedWith({ port, password })).toBe(429);
  });
});

describe('a station that sends too much', () => {
  it('is read at its rate, answered all the same, logged once, and keeps nobody waiting', async () => {
    const gateway = await givenGateway({ frameBurst: 50, framesPerSecond: 200, maxUnansweredCalls: 1000 });
    const { port } = gateway;
    const flood = await connectRaw({ port, password });
    const other = await connectRaw({ port, ...neighbour });
    for (let frame = 0; frame < 200; frame += 1) flood.send(`[2,"${frame}","Heartbeat",{}]`);
    await expectUnaffected(other);
    await eventually(() => expect(flood.received).toHaveLength(200));
    expect(warnings(gateway, 'station sends more frames than it may and is read slowly')).toHaveLength(1);
  });

  it.each([
    ['sends far more than it may', 'Heartbeat', {}, /^sends more than it may/],
    // Its token is asked for, which takes a moment.
    ['does not wait for answers', 'Authorize', { idTag: 'T' }, /without waiting for an answer/],
  ])('is dropped when it %s', async (_what, action, payload, why) => {
    const gateway = await givenGateway();
    const { port } = gateway;
    const flood = await connectRaw({ port, password });
    const other = await connectRaw({ port, ...neighbour });
    for (let frame = 0; frame < 5_000; frame += 1)
      flood.send(JSON.stringify([2, String(frame), action, payload]));
    await flood.closed;
    await expectUnaffected(other);
    expect(warnings(gateway, 'connection dropped')).toMatchObject([{ why: expect.stringMatching(why) }]);
  });

  it('is one line in the log for each fault it repeats', async () => {
    const gateway = await givenGateway();
    const { port } = gateway;
    const flood = await connectRaw({ port, password });
    for (let time = 0; time < 20; time += 1) {
      await flood.call('Heartbeat', { now: time });
      flood.send('nonsense');
    }
    await expectUnaffected(flood);
    expect(warnings(gateway, 'call refused')).toHaveLength(1);
    expect(warnings(gateway, 'frame dropped')).toHaveLength(1);
  });

  it('is dropped for a frame of 5 MB', async () => {
    const gateway = await givenGateway();
    const { port } = gateway;
    const hostile = await connectRaw({ port, password });
    const other = await connectRaw({ port, ...neighbour });
    hostile.send(`[2,"1","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(5_000_000)}"}]`);
    await hostile.closed;
    await expectUnaffected(other);
    expect(warnings(gateway, 'socket failed')).toMatchObject([{ why: 'Max payload size exceeded' }]);
  });

  it.each([
    ['in place of a message', (deep: string) => deep, 'RpcFrameworkError'],
    ['as a payload', (deep: string) => `[2,"1","Heartbeat",${deep}]`, 'FormatViolation'],
    [
      'in custom data',
      (deep: string) => `[2,"1","Heartbeat",{"customData":{"vendorId":"v","x":${deep}}}]`,
      undefined,
    ],
  ])('is answered when it nests JSON 30,000 deep %s', async (_where, frame, code) => {
    const { port } = await givenGateway();
    const hostile = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    hostile.send(frame('['.repeat(30_000) + ']'.repeat(30_000)));
    await eventually(() => expect(hostile.received).toHaveLength(1));
    const [[type, , third] = []] = hostile.received;
    expect(code === undefined ? type : third).toBe(code ?? 3);
    await expectUnaffected(hostile);
  });
});

describe('a station that does not read', () => {
  it('is dropped when our answers to its pings pile up', async () => {
    const gateway = await givenGateway({ maxBufferedBytes: 4_096, frameBurst: 1e6, framesPerSecond: 1e6 });
    const { port } = gateway;
    const hostile = await connectRaw({ port, password });
    const other = await connectRaw({ port, ...neighbour });
    hostile.socket.pause();
    const ended = new Promise((resolve) => hostile.socket.on('error', resolve).on('close', resolve));
    while (warnings(gateway, 'connection dropped').length === 0) {
      // No faster than they are read: what waits here would slow everything.
      for (let ping = 0; ping < 20 && hostile.socket.bufferedAmount === 0; ping += 1)
        hostile.socket.ping('x'.repeat(125));
      await nextTurn();
    }
    hostile.socket.terminate();
    await ended;
    expect(warnings(gateway, 'connection dropped')[0]?.['why']).toMatch(/^does not read/);
    await expectUnaffected(other);
  });
});

describe('a thousand sockets that ask for nothing', () => {
  it('are bounded, time out, are logged once, and leave room for stations', async () => {
    const gateway = await givenGateway({ maxHalfOpen: 100, headersTimeoutMs: 2_000 });
    const { port } = gateway;
    const station = await connectRaw({ port, password });
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => opened(port)));
    const closed = Promise.all(
      sockets.map((socket) => (socket.destroyed ? undefined : once(socket, 'close'))),
    );
    await expectUnaffected(await connectRaw({ port, ...neighbour }));
    await expectUnaffected(station);
    await closed;
    expect(refusals(gateway)).toEqual(['too many connections that ask for nothing']);
  });
});

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  return socket;
}
