import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import type { KeptMessage } from '../../../src/ocpp/proxy/keptMessages.ts';
import type { RelayMemory } from '../../../src/ocpp/proxy/relay.ts';
import { eventually } from '../../eventually.ts';
import { givenLease } from '../givenCommand.ts';
import { type GivenGateway, givenGateway, password, stopGateways } from '../givenGateway.ts';
import { connectRaw, type RawStation } from '../sockets.ts';
import { givenCsms, stopCsms, type TestCsms } from './testCsms.ts';

afterEach(async () => {
  await stopGateways();
  await stopCsms();
});

/** What outlives a gateway. */
interface Stored {
  memory: RelayMemory | undefined;
  messages: readonly KeptMessage[];
}

const nothingStored = (): Stored => ({ memory: undefined, messages: [] });

/** A gateway through which CP-A1, of one EVSE, reaches its own CSMS. */
function givenProxy(csms: TestCsms, stored: Stored = nothingStored(), own?: string): Promise<GivenGateway> {
  const upstream = {
    url: csms.url,
    password: own,
    timeZone: 'UTC',
    phaseVolts: 230,
    evses: [{ number: 1, conductorCount: 3 }],
  };
  const store = {
    relayMemory: async () => stored.memory,
    saveRelayMemory: async (_id: unknown, memory: RelayMemory) => {
      stored.memory = memory;
    },
    keptMessages: async () => stored.messages,
    keepMessage: async (_id: unknown, message: KeptMessage) => {
      stored.messages = [...stored.messages, message];
    },
    dropMessage: async (_id: unknown, sequence: number) => {
      stored.messages = stored.messages.filter((message) => message.sequence !== sequence);
    },
  };
  const upstreamOf = (id: string) => (id === 'CP-A1' ? upstream : undefined);
  return givenGateway({}, { proxy: { random: () => 0, store, upstreamOf } });
}

const timestamp = '2026-11-21T10:00:00Z';
const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const start = { connectorId: 1, idTag: 'T', meterStart: 100, timestamp };
const idTagInfo = { status: 'Accepted' };

/** Answers a session of 1.6, numbering transactions from 41. */
const answers16 = () => {
  let transactionId = 40;
  return {
    BootNotification: () => ({ status: 'Accepted', currentTime: timestamp, interval: 17 }),
    StatusNotification: () => ({}),
    Heartbeat: () => ({ currentTime: timestamp }),
    Authorize: () => ({ idTagInfo: { ...idTagInfo, parentIdTag: 'theirs' } }),
    MeterValues: () => ({}),
    StartTransaction: () => {
      transactionId += 1;
      return { idTagInfo, transactionId };
    },
    StopTransaction: () => ({ idTagInfo }),
  };
};

const isConnected = (csms: TestCsms) => eventually(() => expect(csms.authorizations).not.toEqual([]));

/** Answers what we ask of it by ourselves, which is nothing for its CSMS. */
async function answered(station: RawStation, action: string, answer: object) {
  const called = await station.called(action);
  station.send(JSON.stringify([3, called.messageId, answer]));
  return called;
}

describe('a station with a CSMS of its own', () => {
  it('reaches it under its own name and password', async () => {
    const csms = await givenCsms(answers16());
    const { port } = await givenProxy(csms);
    await connectRaw({ port, password });
    await isConnected(csms);
    expect(csms.paths).toEqual(['/steve/CP-A1']);
    const header = `Basic ${Buffer.from(`CP-A1:${password}`).toString('base64')}`;
    expect(csms.authorizations).toEqual([header]);
  });

  it('shows it another password where the config has one', async () => {
    const csms = await givenCsms(answers16());
    const { port } = await givenProxy(csms, nothingStored(), 'theirs');
    await connectRaw({ port, password });
    await isConnected(csms);
    expect(csms.authorizations).toEqual([`Basic ${Buffer.from('CP-A1:theirs').toString('base64')}`]);
  });

  it('has the same session on both sides, message ids included', async () => {
    const csms = await givenCsms(answers16());
    const { port, events } = await givenProxy(csms);
    const station = await connectRaw({ port, password });
    await isConnected(csms);
    const meter = {
      connectorId: 1,
      transactionId: 41,
      meterValue: [{ timestamp, sampledValue: [{ value: '150' }] }],
    };
    const told: readonly (readonly [string, object])[] = [
      ['BootNotification', boot],
      ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' }],
      ['Authorize', { idTag: 'T' }],
      ['StartTransaction', start],
      ['MeterValues', meter],
      ['StopTransaction', { transactionId: 41, meterStop: 900, timestamp }],
    ];
    const answers = [];
    for (const [action, payload] of told) answers.push(await station.call(action, payload));
    const received = csms.received.map(([, , action, payload]) => [action, payload]);
    expect(received).toEqual(told);
    const ids = csms.received.map(([, id]) => id);
    expect(answers.map(([, id]) => id)).toEqual(ids);
    expect(answers.map(([, , payload]) => payload)).toEqual([
      { status: 'Accepted', currentTime: timestamp, interval: 17 },
      {},
      { idTagInfo: { status: 'Accepted', parentIdTag: 'theirs' } },
      { idTagInfo, transactionId: 41 },
      {},
      { idTagInfo },
    ]);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['booted', 'session started', 'measured', 'session ended']));
    expect(events.find(({ kind }) => kind === 'session started')).toMatchObject({ transactionId: '41' });
  });

  it('is called by it, and answers it, with its message ids, beside our own calls', async () => {
    const csms = await givenCsms(answers16());
    const { port, gateway } = await givenProxy(csms);
    const station = await connectRaw({ port, password });
    await isConnected(csms);
    gateway.send(givenLease());
    const reply = csms.call('their-1', 'UnlockConnector', { connectorId: 1 });
    await answered(station, 'SetChargingProfile', { status: 'Accepted' });
    const unlock = await answered(station, 'UnlockConnector', { status: 'Unlocked' });
    expect(unlock).toEqual({ messageId: 'their-1', payload: { connectorId: 1 } });
    expect(await reply).toEqual([3, 'their-1', { status: 'Unlocked' }]);
    // What we asked of the station is between it and us.
    expect(csms.received).toHaveLength(1);
  });

  it('gets an error that it answers as it came', async () => {
    const csms = await givenCsms({ ...answers16() });
    const { port } = await givenProxy(csms);
    const station = await connectRaw({ port, password });
    await isConnected(csms);
    const reply = csms.call('their-2', 'Reset', { type: 'Soft' });
    const { messageId } = await station.called('Reset');
    station.send(`[4,"${messageId}","NotSupported","not here",{}]`);
    expect(await reply).toEqual([4, 'their-2', 'NotSupported', 'not here', {}]);
  });

  it('keeps the password that it shows us', async () => {
    const csms = await givenCsms(answers16());
    const { port } = await givenProxy(csms);
    const station = await connectRaw({ port, password });
    const [type, , code] = await csms.call('1', 'ChangeConfiguration', {
      key: 'AuthorizationKey',
      value: 'ab',
    });
    expect([type, code]).toEqual([4, 'NotSupported']);
    expect(station.received).toEqual([]);
  });
});

const profileOf = (limit: number, change: object = {}) => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 7,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule: '2026-01-01T00:00:00Z',
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
    ...change,
  },
});
const bounds = ({ events }: GivenGateway) =>
  events.flatMap((event) => (event.kind === 'bounded by its own CSMS' ? [event.amps] : []));

describe('a charging profile of the other CSMS', () => {
  it('does not reach the station: it is a bound for what we give it, until it is cleared', async () => {
    const csms = await givenCsms(answers16());
    const gateway = await givenProxy(csms);
    const station = await connectRaw({ port: gateway.port, password });
    expect(await csms.call('1', 'SetChargingProfile', profileOf(10))).toEqual([
      3,
      '1',
      { status: 'Accepted' },
    ]);
    expect(bounds(gateway)).toEqual([10]);
    expect(await csms.call('2', 'SetChargingProfile', profileOf(8))).toEqual([
      3,
      '2',
      { status: 'Accepted' },
    ]);
    expect(await csms.call('3', 'ClearChargingProfile', { id: 7 })).toEqual([3, '3', { status: 'Accepted' }]);
    expect(await csms.call('4', 'ClearChargingProfile', { id: 7 })).toEqual([3, '4', { status: 'Unknown' }]);
    expect(bounds(gateway)).toEqual([10, 8, undefined]);
    expect(station.received).toEqual([]);
  });

  it('is refused where it is none', async () => {
    const csms = await givenCsms(answers16());
    const { port } = await givenProxy(csms);
    await connectRaw({ port, password });
    const recurring = profileOf(10, { chargingProfilePurpose: 'Nonsense' });
    expect(await csms.call('1', 'SetChargingProfile', recurring)).toEqual([3, '1', { status: 'Rejected' }]);
  });

  it('is taken out of a remote start', async () => {
    const csms = await givenCsms(answers16());
    const gateway = await givenProxy(csms);
    const station = await connectRaw({ port: gateway.port, password });
    const { csChargingProfiles } = profileOf(9, { chargingProfilePurpose: 'TxProfile' });
    const reply = csms.call('1', 'RemoteStartTransaction', {
      idTag: 'T',
      connectorId: 1,
      chargingProfile: csChargingProfiles,
    });
    const { payload } = await answered(station, 'RemoteStartTransaction', { status: 'Accepted' });
    expect(payload).toEqual({ idTag: 'T', connectorId: 1 });
    await reply;
    await station.call('StartTransaction', start);
    await eventually(() => expect(bounds(gateway)).toEqual([9]));
  });

  it('of 2.x is read as well', async () => {
    const csms = await givenCsms({});
    const gateway = await givenProxy(csms);
    await connectRaw({ port: gateway.port, password, protocols: ['ocpp2.0.1'] });
    const { csChargingProfiles } = profileOf(11);
    const { chargingProfileId: id, chargingSchedule, ...rest } = csChargingProfiles;
    const payload = {
      evseId: 1,
      chargingProfile: { ...rest, id, chargingSchedule: [{ id: 1, ...chargingSchedule }] },
    };
    expect(await csms.call('1', 'SetChargingProfile', payload)).toEqual([3, '1', { status: 'Accepted' }]);
    expect(bounds(gateway)).toEqual([11]);
  });

  it('still binds after a restart of ours, and while that CSMS is away', async () => {
    const stored = nothingStored();
    const csms = await givenCsms(answers16());
    const first = await givenProxy(csms, stored);
    await connectRaw({ port: first.port, password });
    await csms.call('1', 'SetChargingProfile', profileOf(10));
    await first.gateway.stop();
    await csms.die();
    const second = await givenProxy(csms, stored);
    await connectRaw({ port: second.port, password });
    await eventually(() => expect(bounds(second)).toEqual([10]));
  });
});

describe('a CSMS that dies in the middle of a session', () => {
  it('is told when it returns what it has to know, once and in order, and its station goes on meanwhile', async () => {
    const csms = await givenCsms(answers16());
    const { port, gateway, answers } = await givenProxy(csms);
    const station = await connectRaw({ port, password });
    await isConnected(csms);
    await station.call('StartTransaction', start);
    await csms.die();

    const meter = (value: string) => ({
      connectorId: 1,
      transactionId: 41,
      meterValue: [{ timestamp, sampledValue: [{ value }] }],
    });
    expect((await station.call('MeterValues', meter('200')))[0]).toBe(3);
    expect((await station.call('Heartbeat', {}))[0]).toBe(3);
    gateway.send(givenLease({ transactionId: '41', setpointAmps: 8 }));
    await answered(station, 'SetChargingProfile', { status: 'Accepted' });
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'accepted' }]));
    expect((await station.call('StopTransaction', { transactionId: 41, meterStop: 900, timestamp }))[0]).toBe(
      3,
    );

    await csms.comeBack();
    await eventually(() => expect(csms.callsOf('StopTransaction')).toHaveLength(1));
    const told = csms.received.map(([, , action]) => action);
    expect(told).toEqual(['StartTransaction', 'MeterValues', 'StopTransaction']);
    await station.call('Heartbeat', {});
    await eventually(() => expect(csms.callsOf('Heartbeat')).toHaveLength(1));
  });

  it('numbers a transaction that began without it later, and each side goes on with the number it knows', async () => {
    const csms = await givenCsms(answers16());
    const stored = nothingStored();
    const { port, events } = await givenProxy(csms, stored);
    await csms.die();
    const station = await connectRaw({ port, password });
    const [, , answer] = await station.call('StartTransaction', start);
    const { transactionId: ours } = answer as { transactionId: number };
    expect(ours).toBeGreaterThan(2 ** 30);
    expect(stored.messages).toHaveLength(1);

    await csms.comeBack();
    await eventually(() => expect(stored.messages).toEqual([]));
    expect(csms.callsOf('StartTransaction')).toHaveLength(1);
    const reply = csms.call('1', 'RemoteStopTransaction', { transactionId: 41 });
    const { payload } = await answered(station, 'RemoteStopTransaction', { status: 'Accepted' });
    expect(payload).toEqual({ transactionId: ours });
    await reply;
    await station.call('StopTransaction', { transactionId: ours, meterStop: 900, timestamp });
    expect(csms.callsOf('StopTransaction').map(([, , , body]) => body)).toMatchObject([
      { transactionId: 41 },
    ]);
    const ended = events.find(({ kind }) => kind === 'session ended');
    expect(ended).toMatchObject({ transactionId: String(ours), stationId: stationId('CP-A1') });
  });

  it('is told of a boot and of the newest status, which it missed', async () => {
    const csms = await givenCsms(answers16());
    const { port } = await givenProxy(csms);
    await csms.die();
    const station = await connectRaw({ port, password });
    await station.call('BootNotification', boot);
    const status = (word: string) => ({ connectorId: 1, errorCode: 'NoError', status: word });
    for (const word of ['Available', 'Preparing']) await station.call('StatusNotification', status(word));
    await csms.comeBack();
    await eventually(() => expect(csms.received).toHaveLength(2));
    expect(csms.received.map(([, , action, payload]) => [action, payload])).toEqual([
      ['BootNotification', boot],
      ['StatusNotification', status('Preparing')],
    ]);
  });

  it('hears after a restart of ours what was kept for it', async () => {
    const csms = await givenCsms(answers16());
    const stored = nothingStored();
    const first = await givenProxy(csms, stored);
    await csms.die();
    const station = await connectRaw({ port: first.port, password });
    await station.call('StartTransaction', start);
    await first.gateway.stop();
    await csms.comeBack();
    const second = await givenProxy(csms, stored);
    await connectRaw({ port: second.port, password });
    await eventually(() => expect(csms.callsOf('StartTransaction')).toHaveLength(1));
    await eventually(() => expect(stored.messages).toEqual([]));
  });

  it('hears of 2.x transactions that they come late [OCPP 2.0.1 TransactionEventRequest.offline]', async () => {
    const csms = await givenCsms({ TransactionEvent: () => ({}) });
    const { port } = await givenProxy(csms);
    await csms.die();
    const station = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    const event = {
      eventType: 'Started',
      timestamp,
      triggerReason: 'CablePluggedIn',
      seqNo: 0,
      transactionInfo: { transactionId: 'tx-1' },
      evse: { id: 1 },
    };
    expect((await station.call('TransactionEvent', event))[0]).toBe(3);
    await csms.comeBack();
    await eventually(() => expect(csms.callsOf('TransactionEvent')).toHaveLength(1));
    expect(csms.callsOf('TransactionEvent')[0]?.[3]).toEqual({ ...event, offline: true });
  });
});
