import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { CommandFence } from '../../src/ocpp/commandFence.ts';
import { eventually } from '../eventually.ts';
import { givenLease, givenStanding } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw } from './sockets.ts';

afterEach(stopGateways);

describe('the fence of commands', () => {
  it('lets rising sequences of an epoch pass, for each EVSE and kind on its own', () => {
    const fence = new CommandFence();
    expect(fence.refusal(givenLease({ sequence: 2 }))).toBeUndefined();
    expect(fence.refusal(givenLease({ sequence: 1, evseNumber: 2 }))).toBeUndefined();
    expect(fence.refusal(givenStanding({ sequence: 1 }))).toBeUndefined();
    expect(fence.refusal(givenLease({ sequence: 3 }))).toBeUndefined();
  });

  it('keeps out what was overtaken or is repeated', () => {
    const fence = new CommandFence();
    fence.refusal(givenLease({ sequence: 2 }));
    expect(fence.refusal(givenLease({ sequence: 1 }))).toBe('superseded: 2 was sent before 1');
    expect(fence.refusal(givenLease({ sequence: 2 }))).toMatch(/^superseded/);
  });

  it('keeps out an older epoch of the same site, and begins anew with a newer one', () => {
    const fence = new CommandFence();
    fence.refusal(givenLease({ epoch: 1, sequence: 9 }));
    expect(fence.refusal(givenLease({ epoch: 2, sequence: 1 }))).toBeUndefined();
    expect(fence.refusal(givenLease({ epoch: 1, sequence: 10 }))).toBe(
      'superseded: epoch 1 is over, the site is in 2',
    );
  });
});

describe('a command to a station', () => {
  it('is answered unsent, later and not at once, when the station is away', async () => {
    const { gateway, answers } = await givenGateway();
    gateway.send(givenLease());
    expect(answers).toEqual([]);
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toEqual({
      stationId: 'CP-A1',
      evseId: 'A1',
      epoch: 1,
      sequence: 1,
      atMs: expect.any(Number),
      outcome: 'unsent',
      reason: 'the station is not connected',
    });
  });

  it.each([
    ['rejected', '{"status":"Rejected"}', 'rejected', 'Rejected'],
    ['garbled', '{"status":"Perhaps"}', 'timed-out', /^the answer is not valid: \/status must be one of/],
    ['empty', '{}', 'timed-out', /^the answer is not valid: \/ lacks the key "status"$/],
  ])('has the outcome of a %s answer', async (_what, payload, outcome, reason) => {
    const { port, gateway, answers } = await givenGateway();
    const station = await connectRaw({ port, password });
    gateway.send(givenLease());
    const { messageId } = await station.called('SetChargingProfile');
    station.send(`[3,"${messageId}",${payload}]`);
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toMatchObject({ outcome, reason: expect.stringMatching(reason) });
  });

  it('times out at a silent station, and the next one goes out', async () => {
    const { port, gateway, answers } = await givenGateway({ callTimeoutMs: 30 });
    const station = await connectRaw({ port, password });
    gateway.send(givenLease({ sequence: 1 }));
    gateway.send(givenLease({ sequence: 2, setpointAmps: 10 }));
    await eventually(() => expect(answers).toHaveLength(2));
    expect(answers).toMatchObject([
      { sequence: 1, outcome: 'timed-out', reason: 'no answer within 30 ms' },
      { sequence: 2, outcome: 'timed-out' },
    ]);
    expect(station.received).toHaveLength(2);
  });

  it('gives way to a newer one while it waits, and overtakes requests', async () => {
    const { port, gateway, answers } = await givenGateway();
    const station = await connectRaw({ port, password });
    void gateway.request(stationId('CP-A1'), { kind: 'reset', urgency: 'graceful' });
    void gateway.request(stationId('CP-A1'), { kind: 'get configuration', keys: [] });
    gateway.send(givenLease({ sequence: 1, setpointAmps: 32 }));
    gateway.send(givenLease({ sequence: 2, setpointAmps: 8 }));
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers).toMatchObject([{ sequence: 1, outcome: 'unsent', reason: 'superseded by a newer one' }]);

    const { messageId } = await station.called('Reset');
    station.send(`[3,"${messageId}",{"status":"Accepted"}]`);
    const { payload } = await station.called('SetChargingProfile');
    expect(payload).toMatchObject({
      csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: [{ limit: 8 }, { limit: 6 }] } },
    });
    expect(station.received.map(([, , action]) => action)).toEqual(['Reset', 'SetChargingProfile']);
  });

  it('is not sent when it expired', async () => {
    const { port, gateway, answers } = await givenGateway();
    const station = await connectRaw({ port, password });
    gateway.send(givenLease({ expiresAtMs: 0 }));
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toMatchObject({ outcome: 'unsent', reason: 'expired before it could be sent' });
    expect(station.received).toEqual([]);
  });

  it('is not sent when no valid message can be made of it', async () => {
    const { port, gateway, answers } = await givenGateway();
    await connectRaw({ port, password });
    gateway.send(givenLease({ transactionId: 'not a number' }));
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toMatchObject({
      outcome: 'unsent',
      reason: expect.stringMatching(/^the request is not valid: \/csChargingProfiles\/transactionId/),
    });
  });

  it('is in doubt when the connection breaks before its answer', async () => {
    const { port, gateway, answers } = await givenGateway();
    const station = await connectRaw({ port, password });
    gateway.send(givenLease());
    await station.called('SetChargingProfile');
    station.socket.terminate();
    await eventually(() => expect(answers).toHaveLength(1));
    expect(answers[0]).toMatchObject({
      outcome: 'timed-out',
      reason: 'the station closed the connection (1006)',
    });
  });
});

describe('a request to a station', () => {
  it('is unsent when the station is away', async () => {
    const { gateway } = await givenGateway();
    expect(await gateway.request(stationId('CP-A1'), { kind: 'reset', urgency: 'graceful' })).toEqual({
      outcome: 'unsent',
      reason: 'the station is not connected',
    });
  });
});
