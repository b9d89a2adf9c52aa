import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { MessageLog, type MessageLogLimits, type StationMessages } from '../../src/ocpp/messageLog.ts';
import { eventually } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenGateway, stopGateways } from './givenGateway.ts';
import { independentStation } from './independentStation.ts';

afterEach(stopGateways);

const given = (limits: Partial<MessageLogLimits> = {}) => {
  const clock = new VirtualClock();
  const log = new MessageLog({ maxLogBytes: 1_000_000, maxStationLogBytes: 10_000, ...limits }, clock);
  return { clock, log, station: log.station() };
};

const note = (messages: StationMessages, isSent: boolean, text: string): void =>
  messages.note(isSent, Buffer.from(text));

/** `index` tells them apart, `length` is that of the whole text. */
const heartbeat = (index: number, length = 40): string => {
  const [head, tail] = [`[2,"m${index}","Heartbeat",{"x":"`, '"}]'];
  return `${head}${'y'.repeat(Math.max(0, length - head.length - tail.length))}${tail}`;
};

/** Of a message of 40 letters, with what is kept beside it. */
const recordBytes = 65;

const ids = (messages: StationMessages): readonly (string | undefined)[] =>
  messages.read().map(({ messageId }) => messageId);

describe('the messages of a station', () => {
  it('are kept in their order, an answer with the action of its call and the time since it', () => {
    const { clock, station } = given();
    note(station, true, '[2,"a","Reset",{"type":"Soft"}]');
    clock.advance(3);
    note(station, false, '[2,"a","Heartbeat",{}]');
    note(station, true, '[3,"a",{"currentTime":"2026-01-01T00:00:00Z"}]');
    clock.advance(4);
    note(station, false, '[4,"a","NotSupported","cannot",{}]');
    expect(station.read()).toMatchObject([
      { isSent: true, kind: 'call', action: 'Reset', latencyMs: undefined, payload: { type: 'Soft' } },
      { isSent: false, kind: 'call', action: 'Heartbeat', latencyMs: undefined, payload: {} },
      { isSent: true, kind: 'result', action: 'Heartbeat', latencyMs: 0 },
      {
        ...{ isSent: false, kind: 'error', action: 'Reset', latencyMs: 7, payload: undefined },
        error: { code: 'NotSupported', description: 'cannot' },
      },
    ]);
    const [first = 0, ...rest] = station.read().map(({ sequence }) => sequence);
    expect(rest).toEqual([first + 1, first + 2, first + 3]);
  });

  it('show no password, no token of a driver and no certificate', () => {
    const { station } = given();
    const secrets = ['04A2B3C4', 'hunter2', '-----BEGIN CERTIFICATE-----', 'FAMILY'];
    const [token, password, certificate, group] = secrets;
    note(station, false, JSON.stringify([2, 'a', 'Authorize', { idTag: token }]));
    note(station, true, JSON.stringify([3, 'a', { idTagInfo: { status: 'Accepted', parentIdTag: group } }]));
    note(
      station,
      false,
      JSON.stringify([2, 'b', 'Authorize', { idToken: { idToken: token, type: 'ISO14443' } }]),
    );
    note(
      station,
      true,
      JSON.stringify([2, 'c', 'ChangeConfiguration', { key: 'AuthorizationKey', value: password }]),
    );
    note(station, true, JSON.stringify([2, 'd', 'CertificateSigned', { certificateChain: certificate }]));
    const data = JSON.stringify({ card: { idTag: token } });
    note(station, false, JSON.stringify([2, 'e', 'DataTransfer', { vendorId: 'X', data }]));
    const shown = JSON.stringify(station.read());
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(shown).toContain('ISO14443');
  });

  it('tell of what is no message that it came, and why it is none, and nothing of it', () => {
    const { station } = given();
    note(station, false, 'idTag 04A2B3C4');
    expect(station.read()).toMatchObject([
      { kind: 'malformed', error: { description: 'is not JSON' }, payload: undefined, length: 14 },
    ]);
  });

  it('survive one that is nested deeper than any station means', () => {
    const { station } = given({ maxStationLogBytes: 300_000 });
    const depth = 30_000;
    note(station, false, `[2,"a","DataTransfer",${'['.repeat(depth)}${']'.repeat(depth)}]`);
    expect(JSON.stringify(station.read()).length).toBeLessThan(1_000);
  });

  it('are the newest within the bound of the station, at least half of it', () => {
    const { station } = given({ maxStationLogBytes: 6 * recordBytes });
    for (let index = 1; index <= 6; index += 1) note(station, false, heartbeat(index));
    expect(ids(station)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    note(station, false, heartbeat(7));
    expect(ids(station)).toEqual(['m4', 'm5', 'm6', 'm7']);
  });

  it('keep the head alone of one that would take more than half of it', () => {
    const { station } = given();
    note(station, false, heartbeat(1, 10_000 / 2 - 25));
    note(station, false, heartbeat(2, 10_000 / 2 - 25 + 1));
    expect(station.read()).toMatchObject([
      { messageId: 'm1', isCut: false, length: 4_975 },
      { messageId: 'm2', isCut: true, length: 4_976, action: 'Heartbeat', payload: undefined },
    ]);
  });

  it('are read as they were written where letters take more than a byte', () => {
    const { station } = given();
    note(station, false, '[2,"a","DataTransfer",{"data":"laddning pågår ⚡"}]');
    note(station, false, heartbeat(1));
    const payload = { data: 'laddning pågår ⚡' };
    expect(station.read()[0]).toMatchObject({ isCut: false, length: 54, payload });
    expect(ids(station)).toEqual(['a', 'm1']);
  });

  it('are none where nothing is to be kept', () => {
    const { station } = given({ maxLogBytes: 0 });
    note(station, false, heartbeat(1));
    expect(station.read()).toEqual([]);
  });
});

describe('the messages of all stations', () => {
  it('are within one bound, and a talkative station takes nothing from a quiet one', () => {
    const maxLogBytes = 100_000;
    const { log, station: quiet } = given({ maxLogBytes });
    note(quiet, false, heartbeat(1));
    const others = Array.from({ length: 49 }, () => log.station());
    for (const [index, talkative] of others.entries())
      for (let count = 0; count < 100; count += 1) note(talkative, false, heartbeat(index));
    expect(ids(quiet)).toEqual(['m1']);
    const kept = others.reduce((sum, each) => sum + each.read().length, 0);
    expect(kept * recordBytes).toBeLessThanOrEqual(maxLogBytes);
    expect(kept * recordBytes).toBeGreaterThan(maxLogBytes / 3);
  });

  it('make room for a station that comes later, and keep their newest', () => {
    const { log, station } = given({ maxLogBytes: 10_000 });
    for (let index = 1; index <= 100; index += 1) note(station, false, heartbeat(index));
    expect(station.read().length * recordBytes).toBeGreaterThan(4_500);
    log.station();
    const kept = ids(station);
    expect(kept.at(-1)).toBe('m100');
    expect(kept.length * recordBytes).toBeLessThanOrEqual(5_000);
    note(station, true, heartbeat(101));
    expect(ids(station).slice(-2)).toEqual(['m100', 'm101']);
  });
});

describe('a gateway', () => {
  it('tells what passed between a station and us, over its connections', async () => {
    const { port, gateway } = await givenGateway();
    const cpA1 = stationId('CP-A1');
    expect(gateway.messages(cpA1)).toEqual([]);
    const { client } = await independentStation(port, 'ocpp1.6', { Reset: () => ({ status: 'Accepted' }) });
    await client.call('Heartbeat', {});
    await gateway.request(cpA1, { kind: 'reset', urgency: 'graceful' });
    await client.close();
    const again = await independentStation(port, 'ocpp1.6', {});
    await again.client.call('Heartbeat', {});
    await eventually(() =>
      expect(gateway.messages(cpA1).map(({ kind, action, isSent }) => ({ kind, action, isSent }))).toEqual([
        { kind: 'call', action: 'Heartbeat', isSent: false },
        { kind: 'result', action: 'Heartbeat', isSent: true },
        { kind: 'call', action: 'Reset', isSent: true },
        { kind: 'result', action: 'Reset', isSent: false },
        { kind: 'call', action: 'Heartbeat', isSent: false },
        { kind: 'result', action: 'Heartbeat', isSent: true },
      ]),
    );
  });
});
