import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { stationId } from '../../src/domain/ids.ts';
import { type Authorization, answer } from '../../src/domain/token.ts';
import { eventually } from '../eventually.ts';
import { givenLease } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw } from './sockets.ts';

afterEach(stopGateways);

const ocpp201 = { password, protocols: ['ocpp2.0.1'] };
const boot = { chargePointVendor: 'VendorX', chargePointModel: 'SingleSocketCharger' };

const dropped = (logged: readonly Readonly<Record<string, unknown>>[]) =>
  logged.filter(({ msg }) => msg === 'connection dropped').map(({ why }) => why);

describe('a call of a station', () => {
  it.each([
    ['an unknown action', 'MakeCoffee', {}, 'NotImplemented'],
    ['an action that is ours to call', 'Reset', { type: 'Soft' }, 'NotSupported'],
    ['a missing field', 'BootNotification', { chargePointModel: 'X' }, 'OccurenceConstraintViolation'],
    [
      'a field of another type',
      'BootNotification',
      { ...boot, chargePointModel: 7 },
      'TypeConstraintViolation',
    ],
    ['an unknown field', 'BootNotification', { ...boot, colour: 'red' }, 'FormationViolation'],
    [
      'a field that is too long',
      'BootNotification',
      { ...boot, chargePointModel: 'x'.repeat(21) },
      'PropertyConstraintViolation',
    ],
    ['a payload that is no object', 'BootNotification', [], 'FormationViolation'],
  ])('is refused in 1.6 for %s', async (_why, action, payload, code) => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, password });
    expect(await station.call(action, payload)).toMatchObject([
      4,
      expect.any(String),
      code,
      expect.any(String),
      {},
    ]);
    expect(await station.call('Heartbeat', {})).toMatchObject([3, expect.any(String), {}]);
  });

  it.each([
    ['an unknown action', 'MakeCoffee', {}, 'NotImplemented'],
    ['an action that is ours to call', 'SetVariables', {}, 'NotSupported'],
    ['a missing field', 'BootNotification', { reason: 'PowerUp' }, 'OccurrenceConstraintViolation'],
    ['an unknown field', 'Heartbeat', { colour: 'red' }, 'FormatViolation'],
  ])('is refused in 2.0.1 for %s', async (_why, action, payload, code) => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, ...ocpp201 });
    expect(await station.call(action, payload)).toMatchObject([
      4,
      expect.any(String),
      code,
      expect.any(String),
      {},
    ]);
  });

  it('says in the error what is wrong where', async () => {
    const { port, logged } = await givenGateway();
    const station = await connectRaw({ port, password });
    const answer = await station.call('BootNotification', { chargePointModel: 'X' });
    expect(answer[3]).toBe('/ lacks the key "chargePointVendor"');
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'call refused', stationId: 'CP-A1', action: 'BootNotification' }),
    );
  });

  it('is answered with InternalError when what it needs is away, and works again after', async () => {
    let isAway = true;
    const { port } = await givenGateway(
      {},
      { authorize: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(answer('accepted'))) },
    );
    const station = await connectRaw({ port, password });
    expect(await station.call('Authorize', { idTag: 'A' })).toMatchObject([
      4,
      expect.any(String),
      'InternalError',
      expect.any(String),
      {},
    ]);
    isAway = false;
    expect(await station.call('Authorize', { idTag: 'A' })).toMatchObject([
      3,
      expect.any(String),
      { idTagInfo: { status: 'Accepted' } },
    ]);
  });

  it('gets one answer when it is repeated while it is being answered', async () => {
    let answered = 0;
    let letGo: (verdict: Authorization) => void = () => undefined;
    const { port } = await givenGateway(
      {},
      {
        authorize: () =>
          new Promise((resolve) => {
            answered += 1;
            letGo = resolve;
          }),
      },
    );
    const station = await connectRaw({ port, password });
    station.send('[2,"same","Authorize",{"idTag":"A"}]');
    station.send('[2,"same","Authorize",{"idTag":"A"}]');
    station.send('[2,"next","Heartbeat",{}]');
    await eventually(() => expect(answered).toBe(1));
    letGo(answer('accepted'));
    await eventually(() =>
      expect(station.received.map(([, messageId]) => messageId)).toEqual(['same', 'next']),
    );
    expect(answered).toBe(1);
  });

  it('does not overtake another: they are answered in the order they came', async () => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, password });
    for (let n = 0; n < 10; n += 1) {
      station.send(`[2,"${n}",${n % 2 === 0 ? '"Authorize",{"idTag":"A"}' : '"Heartbeat",{}'}]`);
    }
    await eventually(() => expect(station.received).toHaveLength(10));
    expect(station.received.map(([, messageId]) => Number(messageId))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
});

describe('a frame that is no message', () => {
  it.each(['{not json', '{"a":1}', '[2]', '[9,"1",{}]'])(
    'is ignored in 1.6 without a readable id: %s',
    async (frame) => {
      const { port, logged } = await givenGateway();
      const station = await connectRaw({ port, password });
      station.send(frame);
      await station.call('Heartbeat', {});
      expect(station.received).toHaveLength(1);
      expect(logged.map(({ msg }) => msg)).toContain('frame dropped');
    },
  );

  it.each([
    ['{not json', '-1', 'RpcFrameworkError'],
    ['{"a":1}', '-1', 'RpcFrameworkError'],
    ['[2,"5"]', '5', 'RpcFrameworkError'],
    ['[6,"5","NotifyPeriodicEventStream",{}]', '5', 'MessageTypeNotSupported'],
  ])('is answered in 2.0.1: %s', async (frame, messageId, code) => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, ...ocpp201 });
    station.send(frame);
    await station.call('Heartbeat', {});
    expect(station.received[0]).toMatchObject([4, messageId, code, expect.any(String), {}]);
  });

  it('ends the connection when too many come in a row', async () => {
    const { port, logged } = await givenGateway({ maxBadFrames: 2 });
    const station = await connectRaw({ port, password });
    station.send('a');
    station.send('b');
    await station.call('Heartbeat', {});
    for (const frame of ['c', 'd', 'e']) station.send(frame);
    await station.closed;
    expect(dropped(logged)).toEqual(['sent 3 frames in a row that are no OCPP message']);
  });

  it('of 2 MB ends the connection, and the others go on', async () => {
    const { port, events } = await givenGateway();
    const other = await connectRaw({ port, path: '/ocpp/CP-B', user: 'CP-B', password });
    const station = await connectRaw({ port, password });
    station.send(`[2,"1","DataTransfer",{"vendorId":"x","data":"${'x'.repeat(2 * 1024 * 1024)}"}]`);
    // 1009 is "message too big"; a peer still writing may see the connection torn down instead.
    expect([1009, 1006]).toContain(await station.closed);
    expect((await other.call('Heartbeat', {}))[0]).toBe(3);
    await eventually(() => expect(events.at(-1)).toMatchObject({ kind: 'disconnected', stationId: 'CP-A1' }));
  });

  it.each([
    ['at the bound passes', 0, 3],
    ['of one byte more does not', 1, undefined],
  ])('%s', async (_what, excess, type) => {
    const { port } = await givenGateway({ maxPayloadBytes: 1000 });
    const station = await connectRaw({ port, password });
    const frame = (data: string) => `[2,"1","DataTransfer",{"vendorId":"x","data":"${data}"}]`;
    station.send(frame('x'.repeat(1000 - frame('').length + excess)));
    if (type === undefined) expect(await station.closed).toBe(1009);
    else await eventually(() => expect(station.received[0]?.[0]).toBe(type));
  });
});

describe('a connection', () => {
  it('is dropped when the station calls without waiting for answers', async () => {
    const { port, logged } = await givenGateway(
      { maxUnansweredCalls: 4 },
      { authorize: () => new Promise(() => undefined) },
    );
    const station = await connectRaw({ port, password });
    for (let n = 1; n <= 5; n += 1) station.send(`[2,"${n}","Authorize",{"idTag":"A"}]`);
    await station.closed;
    expect(dropped(logged)).toEqual(['sent 5 calls without waiting for an answer']);
  });

  it('is dropped when the station does not read', async () => {
    const { port, logged } = await givenGateway({ maxBufferedBytes: 64 });
    const station = await connectRaw({ port, ...ocpp201 });
    // The error repeats the unknown field's name, which alone is longer than the bound.
    await Promise.race([
      station.call('Heartbeat', { ['x'.repeat(100)]: 1 }).catch(() => undefined),
      station.closed,
    ]);
    await station.closed;
    expect(dropped(logged)[0]).toMatch(/^does not read: \d+ bytes wait for it$/);
  });

  it('is dropped when the peer gives no sign of life', async () => {
    const { port, events, logged } = await givenGateway({ pingIntervalMs: 50 });
    await connectRaw({ port, password, autoPong: false });
    await eventually(() => expect(events.at(-1)).toMatchObject({ kind: 'disconnected' }));
    expect(dropped(logged)).toEqual(['gave no sign of life for 50 ms']);
  });

  it('lives as long as the peer answers pings', async () => {
    // Both ends share a thread: a shorter interval could pass before the answer is read.
    const { port, events } = await givenGateway({ pingIntervalMs: 200 });
    const station = await connectRaw({ port, password });
    let pings = 0;
    station.socket.on('ping', () => {
      pings += 1;
    });
    await eventually(() => expect(pings).toBeGreaterThan(3));
    expect(events).toHaveLength(1);
  });

  it('is replaced by a newer one of the same station, whose end alone takes it offline', async () => {
    const { port, gateway, events } = await givenGateway();
    const first = await connectRaw({ port, password });
    const second = await connectRaw({ port, password });
    expect(await first.closed).toBe(4001);
    expect(events.map(({ kind }) => kind)).toEqual(['connected', 'connected']);

    const reply = gateway.request(stationId('CP-A1'), { kind: 'reset', urgency: 'graceful' });
    const { messageId } = await second.called('Reset');
    second.send(`[3,"${messageId}",{"status":"Accepted"}]`);
    expect(await reply).toEqual({ outcome: 'accepted', reason: 'Accepted', data: undefined });

    second.socket.close();
    await eventually(() => expect(events.at(-1)).toMatchObject({ kind: 'disconnected' }));
    expect(events).toHaveLength(3);
  });

  it('is not replaced by one that cannot authenticate', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    await expect(connectRaw({ port, password: 'guess' })).rejects.toThrow('401');
    expect((await station.call('Heartbeat', {}))[0]).toBe(3);
    expect(events.map(({ kind }) => kind)).toEqual(['connected']);
  });

  it('leaves what was on the wire in doubt when it is replaced, and the rest unsent', async () => {
    const { port, gateway, answers } = await givenGateway();
    const first = await connectRaw({ port, password });
    gateway.send(givenLease({ evseNumber: 1, sequence: 1 }));
    gateway.send(givenLease({ evseNumber: 2, sequence: 2 }));
    await first.called('SetChargingProfile');
    await connectRaw({ port, password });
    await eventually(() => expect(answers).toHaveLength(2));
    const reason = 'a newer connection of the station took over';
    expect(answers).toMatchObject([
      { sequence: 1, outcome: 'timed-out', reason },
      { sequence: 2, outcome: 'unsent', reason },
    ]);
  });

  it('Q26: breaks without a goodbye when the service stops, twice if need be: some take one for good', async () => {
    const { port, gateway } = await givenGateway();
    const station = await connectRaw({ port, password });
    await Promise.all([gateway.stop(), gateway.stop()]);
    expect(await station.closed).toBe(1006);
    await expect(connectRaw({ port, password })).rejects.toThrow('ECONNREFUSED');
  });

  it('does not keep the service from stopping when the peer hangs', async () => {
    const { port, gateway } = await givenGateway();
    const station = await connectRaw({ port, password });
    station.socket.pause();
    const clock = systemClock();
    const startedAtMs = clock.monotonicMs();
    await gateway.stop();
    expect(clock.monotonicMs() - startedAtMs).toBeLessThan(20_000);
    station.socket.resume();
  });
});
