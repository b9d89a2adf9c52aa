import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import { StationClient, type StationClientOptions } from '../../src/sim/stationClient.ts';
import type { StationCodec } from '../../src/sim/stationCodec.ts';
import { drawnAmps } from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';
import { v201 } from '../../src/sim/v201.ts';
import { CompressedClock } from '../compressedClock.ts';
import { eventually } from '../eventually.ts';
import { type Csms, startCsms } from './csms.ts';
import { carModel, stationModel } from './givenStation.ts';

/** A minute goes by in a second. */
const speed = 60;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function given(codec: StationCodec, change: Partial<StationClientOptions> = {}) {
  const csms = await startCsms(codec.subprotocol === 'ocpp1.6' ? 'ocpp1.6' : 'ocpp2.0.1', {
    'CP-1': 'secret',
  });
  stops.push(() => csms.stop());
  const clock = new CompressedClock({ startMs: Date.now(), factor: speed, sliceMs: 50 });
  stops.push(async () => clock.stop());
  const client = new StationClient({
    model: stationModel({ firmware: codec.firmware }),
    codec,
    url: csms.url,
    password: 'secret',
    clock,
    random: createRandom(1),
    log: createLogger('silent'),
    stepMs: 500,
    callTimeoutMs: 60_000,
    reconnectMs: { min: 1_000, max: 8_000 },
    ...change,
  });
  stops.push(() => client.stop());
  return { csms, client, clock };
}

const actions = (csms: Csms): readonly string[] => csms.heard.map(({ action }) => action);
const drawn = (client: StationClient): readonly number[] =>
  client.station.evses.flatMap((evse) => drawnAmps(evse));
const until = (condition: () => unknown): Promise<unknown> =>
  eventually(() => expect(condition()).toBeTruthy());

/** What differs between the versions, in the words of each. */
const versions = [
  {
    codec: v16,
    starts: 'StartTransaction',
    meters: 'MeterValues',
    evseKey: 'connectorId',
    transactionOf: (csms: Csms) =>
      csms.heard.findLast(({ action }) => action === 'MeterValues')?.payload.transactionId,
    profile: (transactionId: unknown, schedule: object) => ({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 7,
        transactionId,
        stackLevel: 1,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: schedule,
      },
    }),
    stop: 'RemoteStopTransaction',
    composite: (answer: { chargingSchedule: object }) => answer.chargingSchedule,
    stopped: (csms: Csms) => csms.heard.find(({ action }) => action === 'StopTransaction')?.payload.reason,
  },
  {
    codec: v201,
    starts: 'TransactionEvent',
    meters: 'TransactionEvent',
    evseKey: 'evseId',
    transactionOf: (csms: Csms) =>
      csms.heard.findLast(({ action }) => action === 'TransactionEvent')?.payload.transactionInfo
        .transactionId,
    profile: (transactionId: unknown, schedule: object) => ({
      evseId: 1,
      chargingProfile: {
        id: 7,
        transactionId,
        stackLevel: 1,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: [{ id: 1, ...schedule }],
      },
    }),
    stop: 'RequestStopTransaction',
    composite: (answer: { schedule: object }) => answer.schedule,
    stopped: (csms: Csms) =>
      csms.heard.find(({ payload }) => payload.eventType === 'Ended')?.payload.transactionInfo.stoppedReason,
  },
] as const;

const leaseSchedule = (nowMs: number, amps: number) => ({
  startSchedule: new Date(nowMs).toISOString(),
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [
    { startPeriod: 0, limit: amps },
    { startPeriod: 120, limit: 6 },
  ],
});

describe.each(versions)('a simulated station that speaks $codec.subprotocol', (version) => {
  const { codec } = version;

  /** Connected, with a car that charges. */
  async function charging() {
    const running = await given(codec);
    running.client.start();
    await until(() => running.client.station.link === 'online');
    running.client.plugIn(1, carModel(), 'TAG');
    await until(() => drawn(running.client)[0] === 16);
    await until(() => actions(running.csms).includes(version.meters) && version.transactionOf(running.csms));
    return running;
  }

  it('boots, authorises, starts and meters in messages that fit the published schemas', async () => {
    const { csms } = await charging();
    const heard = actions(csms);
    expect(heard.slice(0, 2)).toEqual(['BootNotification', 'StatusNotification']);
    expect(heard.indexOf('Authorize')).toBeLessThan(heard.indexOf(version.starts));
  });

  it('obeys a profile and falls from it by itself', async () => {
    const { csms, client, clock } = await charging();
    const profile = version.profile(version.transactionOf(csms), leaseSchedule(clock.nowMs() - 60_000, 9.3));
    expect(await csms.call('CP-1', 'SetChargingProfile', profile)).toEqual({ status: 'Accepted' });
    expect(client.station.evses[0]?.offeredAmps).toBe(9.3);
    await until(() => drawn(client)[0] === 9.3);
    await until(() => drawn(client)[0] === 6);
  });

  it('tells its composite schedule', async () => {
    const { csms, clock } = await charging();
    const profile = version.profile(version.transactionOf(csms), leaseSchedule(clock.nowMs(), 9.3));
    await csms.call('CP-1', 'SetChargingProfile', profile);
    const answer = await csms.call('CP-1', 'GetCompositeSchedule', { [version.evseKey]: 1, duration: 600 });
    expect(answer.status).toBe('Accepted');
    expect(version.composite(answer)).toMatchObject({
      duration: 600,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 9.3 }, { limit: 6 }],
    });
  });

  it('stops when it is asked to from afar', async () => {
    const { csms, client } = await charging();
    const transactionId = version.transactionOf(csms);
    expect(await csms.call('CP-1', version.stop, { transactionId })).toEqual({ status: 'Accepted' });
    await until(() => version.stopped(csms) === 'Remote');
    expect(drawn(client)).toEqual([0, 0, 0]);
    expect((await csms.call('CP-1', version.stop, { transactionId })).status).toBe('Rejected');
  });

  it('keeps charging over a lost connection and comes back with the same transaction', async () => {
    const { csms, client } = await charging();
    const transactionId = version.transactionOf(csms);
    csms.cut();
    await until(() => client.station.link === 'offline');
    expect(drawn(client)[0]).toBe(16);
    await until(() => csms.connections('CP-1') === 2 && client.station.link === 'online');
    const before = csms.heard.length;
    await until(() => csms.heard.slice(before).some(({ action }) => action === version.meters));
    expect(version.transactionOf(csms)).toBe(transactionId);
    expect(actions(csms).filter((action) => action === 'BootNotification')).toHaveLength(1);
  });

  it('tells a whole transaction afterwards that ran without a server', async () => {
    const { csms, client } = await given(codec);
    client.start();
    await until(() => client.station.link === 'online');
    csms.mute(true);
    client.cutConnection();
    await until(() => client.station.link === 'offline');
    client.plugIn(1, carModel(), 'TAG');
    await until(() => (client.station.evses[0]?.meterWh ?? 0) > 20);
    client.unplug(1);
    csms.mute(false);
    await until(() => version.stopped(csms) === 'EVDisconnected');
    expect(actions(csms)).toContain(version.starts);
  });

  it('reconnects when a call is not answered in time, and tells it again', async () => {
    const { csms, client } = await given(codec, { callTimeoutMs: 6_000 });
    csms.mute(true);
    client.start();
    await until(() => csms.connections('CP-1') === 2);
    csms.mute(false);
    await until(() => client.station.link === 'online');
    expect(actions(csms).filter((action) => action === 'BootNotification').length).toBeGreaterThan(1);
  });

  it('goes away on a reset and boots again', async () => {
    const { csms, client } = await charging();
    const type = codec === v16 ? 'Soft' : 'Immediate';
    expect(await csms.call('CP-1', 'Reset', { type })).toEqual({ status: 'Accepted' });
    await until(() => actions(csms).filter((action) => action === 'BootNotification').length === 2);
    await until(() => version.stopped(csms));
    expect(client.station.evses[0]?.status).toBe('finishing');
  });

  it('answers an action it does not know with NotImplemented, and a malformed one with its fault', async () => {
    const { csms, client } = await given(codec);
    client.start();
    await until(() => client.station.link === 'online');
    await expect(csms.call('CP-1', 'DataTransfer', {})).rejects.toThrow('NotImplemented');
    const code = codec === v16 ? 'FormationViolation' : 'FormatViolation';
    await expect(csms.call('CP-1', 'TriggerMessage', {})).rejects.toThrow(code);
  });

  it('goes on after frames that make no sense', async () => {
    const { csms, client } = await given(codec);
    client.start();
    await until(() => client.station.link === 'online');
    for (const frame of ['hello', '{}', '[]', '[2,5]', '[3,"never asked",{}]', '[9,"x"]']) {
      csms.raw('CP-1', frame);
    }
    await expect(csms.call('CP-1', 'DataTransfer', {})).rejects.toThrow('NotImplemented');
    expect(csms.connections('CP-1')).toBe(1);
  });

  it('does not get in with a wrong password, and keeps trying', async () => {
    const { csms, client } = await given(codec, { password: 'guess' });
    client.start();
    await until(() => csms.refusals() === 3);
    expect(csms.connections('CP-1')).toBe(0);
    expect(client.station.link).toBe('offline');
  });
});

describe('what a 1.6 station may be asked for', () => {
  it('tells and changes its configuration', async () => {
    const { csms, client } = await given(v16);
    client.start();
    await until(() => client.station.link === 'online');
    const change = (key: string, value: string) => csms.call('CP-1', 'ChangeConfiguration', { key, value });
    expect(await change('MeterValueSampleInterval', '7')).toEqual({ status: 'Accepted' });
    expect(await change('MeterValueSampleInterval', 'often')).toEqual({ status: 'Rejected' });
    expect(await change('NumberOfConnectors', '7')).toEqual({ status: 'Rejected' });
    expect(await change('Colour', 'red')).toEqual({ status: 'NotSupported' });
    const key = ['MeterValueSampleInterval', 'ChargeProfileMaxStackLevel', 'Colour'];
    expect(await csms.call('CP-1', 'GetConfiguration', { key })).toEqual({
      configurationKey: [
        { key: 'MeterValueSampleInterval', readonly: false, value: '7' },
        { key: 'ChargeProfileMaxStackLevel', readonly: true, value: '8' },
      ],
      unknownKey: ['Colour'],
    });
  });

  it('starts from afar, clears a profile, and tells on demand', async () => {
    const { csms, client } = await given(v16);
    client.start();
    await until(() => client.station.link === 'online');
    const start = { connectorId: 1, idTag: 'TAG' };
    expect(await csms.call('CP-1', 'RemoteStartTransaction', start)).toEqual({ status: 'Rejected' });
    client.plugIn(1, carModel(), undefined);
    expect(await csms.call('CP-1', 'RemoteStartTransaction', start)).toEqual({ status: 'Accepted' });
    await until(() => actions(csms).includes('StartTransaction'));
    expect(await csms.call('CP-1', 'ClearChargingProfile', { id: 7 })).toEqual({ status: 'Unknown' });
    const trigger = { requestedMessage: 'MeterValues', connectorId: 1 };
    expect(await csms.call('CP-1', 'TriggerMessage', trigger)).toEqual({ status: 'Accepted' });
    await until(() => actions(csms).includes('MeterValues'));
  });

  it.each([
    [undefined, 'Accepted'],
    [true, 'Rejected'],
  ])(
    'starts the car that is still plugged in once more, unless its plug has to come out: %s',
    async (wantsPlugOut, status) => {
      const firmware = { ...v16.firmware, ...(wantsPlugOut && { wantsPlugOut }) };
      const { csms, client } = await given({ ...v16, firmware });
      client.start();
      await until(() => client.station.link === 'online');
      client.plugIn(1, carModel(), undefined);
      const start = { connectorId: 1, idTag: 'TAG' };
      await csms.call('CP-1', 'RemoteStartTransaction', start);
      await until(() => actions(csms).includes('StartTransaction'));
      await until(() => client.station.transactionNames.size === 1);
      const [transactionId] = [...client.station.transactionNames.values()].map(Number);
      await csms.call('CP-1', 'RemoteStopTransaction', { transactionId });
      await until(() => actions(csms).includes('StopTransaction'));
      expect(await csms.call('CP-1', 'RemoteStartTransaction', start)).toEqual({ status });
    },
  );
});

describe('what a 2.0.1 station may be asked for', () => {
  it('tells and changes its variables', async () => {
    const { csms, client } = await given(v201);
    client.start();
    await until(() => client.station.link === 'online');
    const interval = { component: { name: 'SampledDataCtrlr' }, variable: { name: 'TxUpdatedInterval' } };
    const level = { component: { name: 'SmartChargingCtrlr' }, variable: { name: 'ProfileStackLevel' } };
    const colour = { component: { name: 'SampledDataCtrlr' }, variable: { name: 'Colour' } };
    const stranger = { component: { name: 'Stranger' }, variable: { name: 'Colour' } };
    const set = await csms.call('CP-1', 'SetVariables', {
      setVariableData: [interval, level, colour, stranger].map((variable) => ({
        ...variable,
        attributeValue: '7',
      })),
    });
    const statuses = (results: readonly { attributeStatus: string }[]) =>
      results.map(({ attributeStatus }) => attributeStatus);
    expect(statuses(set.setVariableResult)).toEqual([
      'Accepted',
      'Rejected',
      'UnknownVariable',
      'UnknownComponent',
    ]);
    const got = await csms.call('CP-1', 'GetVariables', { getVariableData: [interval, colour] });
    expect(got.getVariableResult[0]).toMatchObject({ attributeStatus: 'Accepted', attributeValue: '7' });
    expect(statuses(got.getVariableResult)[1]).toBe('UnknownVariable');
  });

  it('starts from afar under a profile, says why it refuses, and tells on demand', async () => {
    const { csms, client, clock } = await given(v201);
    client.start();
    await until(() => client.station.link === 'online');
    client.plugIn(1, carModel(), undefined);
    const { transactionId, ...profile } = versions[1].profile(
      undefined,
      leaseSchedule(clock.nowMs(), 9),
    ).chargingProfile;
    const start = { idToken: { idToken: 'TAG', type: 'Central' }, remoteStartId: 5, evseId: 1 };
    const answer = await csms.call('CP-1', 'RequestStartTransaction', { ...start, chargingProfile: profile });
    expect(answer).toEqual({ status: 'Accepted' });
    expect(client.station.evses[0]?.offeredAmps).toBe(9);
    await until(() => csms.heard.some(({ payload }) => payload.transactionInfo?.remoteStartId === 5));

    const foreign = versions[1].profile('elsewhere', leaseSchedule(clock.nowMs(), 9));
    expect(await csms.call('CP-1', 'SetChargingProfile', foreign)).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'TxNotFound' },
    });
    const clear = { chargingProfileCriteria: { chargingProfilePurpose: 'TxProfile' } };
    expect(await csms.call('CP-1', 'ClearChargingProfile', clear)).toEqual({ status: 'Accepted' });
    const trigger = { requestedMessage: 'StatusNotification', evse: { id: 1 } };
    expect(await csms.call('CP-1', 'TriggerMessage', trigger)).toEqual({ status: 'Accepted' });
  });
});

describe('a station on a socket that departs from the specification', () => {
  const with16 = (quirks: Quirks) => given(v16, { model: stationModel({ quirks }) });
  const interval = { key: 'MeterValueSampleInterval', value: '7' };

  it('tells the start of a transaction again where the server failed on it', async () => {
    const { csms, client } = await given(v16);
    client.start();
    await until(() => client.station.link === 'online');
    csms.failNext('StartTransaction', 2);
    client.plugIn(1, carModel(), 'TAG');
    await until(() => actions(csms).includes('MeterValues'));
    const starts = csms.heard.filter(({ action }) => action === 'StartTransaction');
    expect(starts.map(({ payload }) => payload.timestamp)).toEqual(
      starts.map(() => starts[0]?.payload.timestamp),
    );
    expect(starts).toHaveLength(3);
  });

  it('Q25: does and answers a request late', async () => {
    const { csms, client, clock } = await with16({ answerDelayMs: 60_000 });
    client.start();
    await until(() => client.station.link === 'online');
    const askedAtMs = clock.nowMs();
    expect(await csms.call('CP-1', 'ChangeConfiguration', interval)).toEqual({ status: 'Accepted' });
    expect(clock.nowMs() - askedAtMs).toBeGreaterThanOrEqual(60_000);
  });

  it('Q25: does it even when its connection is gone by then', async () => {
    const { csms, client } = await with16({ answerDelayMs: 60_000 });
    client.start();
    await until(() => client.station.link === 'online');
    void csms.call('CP-1', 'ChangeConfiguration', interval);
    // It hears before it is cut: both travel in order.
    client.plugIn(1, carModel(), 'TAG');
    await until(() => actions(csms).includes('StartTransaction'));
    client.cutConnection();
    await until(() => client.station.settings.meterIntervalS === 7);
  });

  it('Q26: does not come back after a proper goodbye, and does after a loss', async () => {
    const { csms, client } = await with16({ neverRedials: true });
    client.start();
    await until(() => client.station.link === 'online');
    csms.cut();
    await until(() => csms.connections('CP-1') === 2 && client.station.link === 'online');
    csms.close();
    await until(() => client.station.link === 'offline');
    const offlineSinceMs = client.station.nowMs;
    await until(() => client.station.nowMs > offlineSinceMs + 60_000);
    expect(csms.connections('CP-1')).toBe(2);
  });

  it('Q26: hears nothing in a silent gap', async () => {
    const always = { everyMs: 1_000, lastsMs: 1_000 };
    const { csms, client } = await with16({ silentGap: always, neverBoots: true });
    client.start();
    await until(() => csms.connections('CP-1') === 1 && client.station.link === 'online');
    void csms.call('CP-1', 'ChangeConfiguration', interval);
    const sinceMs = client.station.nowMs;
    await until(() => client.station.nowMs > sinceMs + 60_000);
    expect(client.station.settings.meterIntervalS).not.toBe(7);
    expect(csms.heard).toEqual([]);
  });
});
