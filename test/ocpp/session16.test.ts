import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import type { StationRequest } from '../../src/ocpp/requests.ts';
import { eventually } from '../eventually.ts';
import { givenLease, givenStanding } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { independentStation } from './independentStation.ts';
import { connectRaw, nowText } from './sockets.ts';

afterEach(stopGateways);

const cpA1 = stationId('CP-A1');
const boot = { chargePointVendor: 'VendorX', chargePointModel: 'SingleSocketCharger' };
const accepted = () => ({ status: 'Accepted' });

describe('a session in OCPP 1.6 with an independent station', () => {
  it('boots, starts, is limited, measures and stops', async () => {
    const { port, gateway, events, answers } = await givenGateway({ meterIntervalS: 15 });
    const { client, asked } = await independentStation(port, 'ocpp1.6', {
      ChangeConfiguration: accepted,
      SetChargingProfile: accepted,
      ClearChargingProfile: accepted,
      GetCompositeSchedule: ({ connectorId, duration }: { connectorId: number; duration: number }) => ({
        status: 'Accepted',
        connectorId,
        scheduleStart: nowText(),
        chargingSchedule: {
          duration,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
        },
      }),
    });

    expect(await client.call('BootNotification', boot)).toMatchObject({ status: 'Accepted', interval: 300 });
    await eventually(() => expect(asked).toHaveLength(2));
    expect(asked.map(({ request }) => request)).toEqual([
      { key: 'MeterValueSampleInterval', value: '15' },
      {
        key: 'MeterValuesSampledData',
        value: 'Current.Import,Power.Active.Import,Energy.Active.Import.Register,Current.Offered,SoC',
      },
    ]);

    gateway.send(givenStanding());
    await client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
    expect(await client.call('Authorize', { idTag: 'blocked' })).toEqual({
      idTagInfo: { status: 'Blocked' },
    });
    const start = { connectorId: 1, idTag: 'T1', meterStart: 5000, timestamp: nowText() };
    const started = await client.call('StartTransaction', start);
    expect(started).toEqual({ transactionId: 1, idTagInfo: { status: 'Accepted' } });

    gateway.send(givenLease({ transactionId: '1', setpointAmps: 16 }));
    await eventually(() => expect(answers).toHaveLength(2));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect(asked.at(-1)).toMatchObject({
      action: 'SetChargingProfile',
      request: {
        connectorId: 1,
        csChargingProfiles: { chargingProfilePurpose: 'TxProfile', transactionId: 1, stackLevel: 1 },
      },
    });

    await client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
    const measuredAt = nowText();
    await client.call('MeterValues', {
      connectorId: 1,
      transactionId: 1,
      meterValue: [
        {
          timestamp: measuredAt,
          sampledValue: [
            { value: '15.8', measurand: 'Current.Import', phase: 'L1', unit: 'A' },
            { value: 'NaN', measurand: 'Current.Import', phase: 'L2', unit: 'A' },
            { value: '5.250', unit: 'kWh' },
            { value: '16', measurand: 'Current.Offered', unit: 'A' },
          ],
        },
      ],
    });
    expect(
      await gateway.request(cpA1, { kind: 'composite schedule', evseNumber: 1, durationS: 300 }),
    ).toMatchObject({
      outcome: 'accepted',
      data: { kind: 'composite schedule', schedule: { durationS: 300, unit: 'A', periods: [{ limit: 16 }] } },
    });
    expect(await gateway.request(cpA1, { kind: 'clear charging profile', profileId: 11 })).toMatchObject({
      outcome: 'accepted',
    });
    const endedAt = nowText();
    await client.call('StopTransaction', {
      transactionId: 1,
      meterStop: 6000,
      timestamp: endedAt,
      reason: 'EVDisconnected',
    });

    const atMs = expect.any(Number);
    expect(events.map(({ stationId: _, ...event }) => event)).toEqual([
      { kind: 'connected', protocol: 'ocpp1.6', atMs },
      {
        kind: 'booted',
        hardware: {
          vendor: 'VendorX',
          model: 'SingleSocketCharger',
          serialNumber: undefined,
          firmware: undefined,
        },
        atMs,
      },
      { kind: 'evse status', evseNumber: 1, status: 'occupied', fault: undefined, atMs },
      {
        kind: 'session started',
        evseNumber: 1,
        transactionId: '1',
        tokenId: 'T1',
        startedAtMs: Date.parse(start.timestamp),
        atMs,
      },
      { kind: 'evse status', evseNumber: 1, status: 'occupied', fault: undefined, atMs },
      { kind: 'session changed', transactionId: '1', evseNumber: 1, state: 'charging', atMs },
      {
        kind: 'measured',
        evseNumber: 1,
        transactionId: '1',
        takenAtMs: Date.parse(measuredAt),
        amps: [15.8, undefined, undefined],
        isPerPhase: true,
        powerWatts: undefined,
        energyWh: 250,
        offeredAmps: 16,
        stateOfChargePercent: undefined,
        atMs,
      },
      {
        kind: 'session ended',
        transactionId: '1',
        reason: 'EVDisconnected',
        endedAtMs: Date.parse(endedAt),
        energyWh: 1000,
        atMs,
      },
    ]);
    await client.close();
  });

  it('has every request of ours accepted by its schemas', async () => {
    const { port, gateway } = await givenGateway();
    const { client, asked } = await independentStation(port, 'ocpp1.6', {
      ChangeConfiguration: () => ({ status: 'RebootRequired' }),
      GetConfiguration: () => ({ configurationKey: [], unknownKey: ['X'] }),
      RemoteStartTransaction: accepted,
      RemoteStopTransaction: () => ({ status: 'Rejected' }),
      Reset: accepted,
      TriggerMessage: () => ({ status: 'NotImplemented' }),
      ClearChargingProfile: () => ({ status: 'Unknown' }),
    });
    const ask = (request: StationRequest) => gateway.request(cpA1, request);
    expect(await ask({ kind: 'remote start', evseNumber: 1, tokenId: 'T1' })).toMatchObject({
      outcome: 'accepted',
    });
    expect(await ask({ kind: 'remote stop', transactionId: '1' })).toEqual({
      outcome: 'rejected',
      reason: 'Rejected',
    });
    expect(await ask({ kind: 'remote stop', transactionId: 'abc' })).toMatchObject({ outcome: 'unsent' });
    expect(await ask({ kind: 'reset', urgency: 'immediate' })).toMatchObject({ outcome: 'accepted' });
    expect(await ask({ kind: 'trigger message', message: 'Heartbeat' })).toMatchObject({
      outcome: 'rejected',
    });
    expect(
      await ask({
        kind: 'clear charging profile',
        evseNumber: 1,
        purpose: 'transaction default',
        stackLevel: 0,
      }),
    ).toEqual({ outcome: 'rejected', reason: 'Unknown' });
    expect(await ask({ kind: 'get configuration', keys: ['X'] })).toMatchObject({
      outcome: 'accepted',
      data: { settings: [], unknownKeys: ['X'] },
    });
    expect(await ask({ kind: 'change configuration', key: 'HeartbeatInterval', value: '60' })).toMatchObject({
      outcome: 'accepted',
      reason: 'RebootRequired',
    });
    // It has no handler for this one.
    expect(await ask({ kind: 'composite schedule', evseNumber: 1, durationS: 60 })).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringMatching(/^NotImplemented/),
    });
    expect(await ask({ kind: 'change configuration', key: 'x'.repeat(51), value: '' })).toMatchObject({
      outcome: 'unsent',
      reason: expect.stringMatching(/^the request is not valid: \/key /),
    });
    expect(asked.map(({ action }) => action)).toEqual([
      'RemoteStartTransaction',
      'RemoteStopTransaction',
      'Reset',
      'TriggerMessage',
      'ClearChargingProfile',
      'GetConfiguration',
      'ChangeConfiguration',
    ]);
    await client.close();
  });

  it('is answered properly in everything else it may say', async () => {
    const { port, reports } = await givenGateway();
    const { client } = await independentStation(port, 'ocpp1.6', {});
    expect(await client.call('Heartbeat', {})).toEqual({ currentTime: expect.any(String) });
    expect(await client.call('DataTransfer', { vendorId: 'V' })).toEqual({ status: 'UnknownVendorId' });
    expect(await client.call('DiagnosticsStatusNotification', { status: 'Idle' })).toEqual({});
    expect(await client.call('FirmwareStatusNotification', { status: 'Installed' })).toEqual({});
    expect(await client.call('LogStatusNotification', { status: 'Uploading' })).toEqual({});
    expect(await client.call('SignedFirmwareStatusNotification', { status: 'Idle' })).toEqual({});
    expect(await client.call('SignCertificate', { csr: 'x' })).toEqual({ status: 'Rejected' });
    const event = { type: 'TamperDetectionActivated', timestamp: nowText() };
    expect(await client.call('SecurityEventNotification', event)).toEqual({});
    await eventually(() => expect(reports).toHaveLength(5));
    expect(reports.map(({ kind }) => kind)).toEqual([...Array(4).fill('progress'), 'security event']);
    await client.close();
  });
});

describe('a 1.6 station', () => {
  it('gets the same number for the same transaction, which starts once', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const start = { connectorId: 1, idTag: 'T1', meterStart: 0, timestamp: nowText() };
    const [, , first] = await station.call('StartTransaction', start);
    const [, , again] = await station.call('StartTransaction', start);
    expect(again).toEqual(first);
    expect(events.filter(({ kind }) => kind === 'session started')).toHaveLength(1);
  });

  it('has a session while it refuses the token, until it stops it', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const start = { connectorId: 1, idTag: 'blocked', meterStart: 0, timestamp: nowText() };
    const [, , answer] = await station.call('StartTransaction', start);
    expect(answer).toEqual({ transactionId: 1, idTagInfo: { status: 'Blocked' } });
    expect(events.slice(-2)).toMatchObject([
      { kind: 'session started', transactionId: '1' },
      { kind: 'session changed', transactionId: '1', isRefused: true },
    ]);
  });

  it('is told its transaction number before any setpoint for it', async () => {
    const { port, gateway } = await givenGateway(
      {},
      {
        // The domain reacts on the spot.
        onEvent: (event) => {
          if (event.kind === 'session started')
            gateway.send(givenLease({ transactionId: event.transactionId }));
        },
      },
    );
    const station = await connectRaw({ port, password });
    const start = { connectorId: 1, idTag: 'T1', meterStart: 0, timestamp: nowText() };
    await station.call('StartTransaction', start);
    await station.called('SetChargingProfile');
    expect(station.received.map(([type]) => type)).toEqual([3, 2]);
  });

  it('keeps a session that ran before a restart of ours: it is asked which, and adopted', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const charging = { connectorId: 2, errorCode: 'NoError', status: 'Charging' };
    await station.call('StatusNotification', charging);
    await station.call('StatusNotification', charging);
    const { payload } = await station.called('TriggerMessage');
    expect(payload).toEqual({ requestedMessage: 'MeterValues', connectorId: 2 });
    await station.call('MeterValues', {
      connectorId: 2,
      transactionId: 41,
      meterValue: [
        {
          timestamp: nowText(),
          sampledValue: [{ value: '16', measurand: 'Current.Import', unit: 'A' }],
        },
      ],
    });
    expect(events.slice(-3)).toMatchObject([
      { kind: 'session started', evseNumber: 2, transactionId: '41', tokenId: undefined },
      { kind: 'session changed', transactionId: '41', state: 'charging' },
      { kind: 'measured', transactionId: '41', amps: [16], isPerPhase: false },
    ]);
    await station.call('StopTransaction', {
      transactionId: 41,
      meterStop: 9000,
      timestamp: nowText(),
    });
    expect(events.at(-1)).toMatchObject({ kind: 'session ended', transactionId: '41', energyWh: undefined });
  });

  it('remembers its transactions over a lost connection', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const start = { connectorId: 1, idTag: 'T1', meterStart: 5000, timestamp: nowText() };
    await station.call('StartTransaction', start);
    station.socket.terminate();
    const back = await connectRaw({ port, password });
    await back.call('StopTransaction', {
      transactionId: 1,
      meterStop: 5700,
      timestamp: nowText(),
    });
    expect(events.at(-1)).toMatchObject({ kind: 'session ended', energyWh: 700, reason: 'Local' });
  });

  it('that came back without booting is asked for its state and set up once', async () => {
    const { port } = await givenGateway({ introductionDelayMs: 20, callTimeoutMs: 2000 });
    const asked = async (): Promise<readonly unknown[]> => {
      const station = await connectRaw({ port, password });
      const answered = new Set<unknown>();
      await eventually(() => {
        for (const [type, messageId] of station.received) {
          if (type !== 2 || answered.has(messageId)) continue;
          answered.add(messageId);
          station.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
        }
        const last = station.received.at(-1);
        expect(last?.[3]).toEqual({ requestedMessage: 'MeterValues' });
      });
      station.socket.terminate();
      return station.received.map(([, , action]) => action);
    };
    expect(await asked()).toEqual([
      'ChangeConfiguration',
      'ChangeConfiguration',
      'GetConfiguration',
      'TriggerMessage',
      'TriggerMessage',
    ]);
    expect(await asked()).toEqual(['TriggerMessage', 'TriggerMessage']);
  });

  it('that refuses a measurand is offered fewer, and the operator is told', async () => {
    const { port, logged } = await givenGateway();
    const { client, asked } = await independentStation(port, 'ocpp1.6', {
      ChangeConfiguration: ({ value }: { value: string }) => ({
        status: value.includes('SoC') ? 'Rejected' : 'Accepted',
      }),
    });
    await client.call('BootNotification', boot);
    await eventually(() => expect(asked).toHaveLength(3));
    expect(asked.at(-1)?.request).toEqual({
      key: 'MeterValuesSampledData',
      value: 'Current.Import,Power.Active.Import,Energy.Active.Import.Register',
    });
    await eventually(() =>
      expect(logged).toContainEqual(
        expect.objectContaining({ msg: 'station refused a meter setting', key: 'MeterValuesSampledData' }),
      ),
    );
    await client.close();
  });

  it('has meter values of its own supply, which are no EVSE’s', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password });
    const sampledValue = [{ value: '100', measurand: 'Current.Import', unit: 'A' }];
    await station.call('MeterValues', {
      connectorId: 0,
      meterValue: [{ timestamp: nowText(), sampledValue }],
    });
    expect(events).toHaveLength(1);
  });
});
