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
const boot = { reason: 'PowerUp', chargingStation: { model: 'SingleSocketCharger', vendorName: 'VendorX' } };
const accepted = () => ({ status: 'Accepted' });
const setVariables = ({
  setVariableData,
}: {
  setVariableData: { component: object; variable: object }[];
}) => ({
  setVariableResult: setVariableData.map(({ component, variable }) => ({
    attributeStatus: 'Accepted',
    component,
    variable,
  })),
});

const event = (change: object) => ({
  eventType: 'Updated',
  timestamp: nowText(),
  triggerReason: 'MeterValuePeriodic',
  seqNo: 1,
  transactionInfo: { transactionId: 'tx-a' },
  ...change,
});

const meterValue = (...sampledValue: object[]) => [{ timestamp: nowText(), sampledValue }];
const register = (value: number) => ({ value, measurand: 'Energy.Active.Import.Register' });
const current = (value: number, phase: string) => ({ value, measurand: 'Current.Import', phase });

describe('a session in OCPP 2.0.1 with an independent station', () => {
  it('boots, starts with the cable, is identified, limited, and ends', async () => {
    const { port, gateway, events, answers } = await givenGateway();
    const { client, asked } = await independentStation(port, 'ocpp2.0.1', {
      SetVariables: setVariables,
      SetChargingProfile: accepted,
      ClearChargingProfile: accepted,
      GetCompositeSchedule: ({ evseId, duration }: { evseId: number; duration: number }) => ({
        status: 'Accepted',
        schedule: {
          evseId,
          duration,
          scheduleStart: nowText(),
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
        },
      }),
    });

    expect(await client.call('BootNotification', boot)).toMatchObject({ status: 'Accepted', interval: 300 });
    await eventually(() => expect(asked).toHaveLength(2));
    expect(asked.map(({ request }) => request)).toMatchObject([
      { setVariableData: [{ variable: { name: 'TxUpdatedInterval' }, attributeValue: '10' }] },
      { setVariableData: [{ variable: { name: 'TxUpdatedMeasurands' } }] },
    ]);

    gateway.send(givenStanding());
    const status = {
      timestamp: nowText(),
      connectorStatus: 'Occupied',
      evseId: 1,
      connectorId: 1,
    };
    await client.call('StatusNotification', status);
    const started = event({
      eventType: 'Started',
      triggerReason: 'CablePluggedIn',
      evse: { id: 1, connectorId: 1 },
      transactionInfo: { transactionId: 'tx-a', chargingState: 'EVConnected' },
      meterValue: meterValue(register(5000)),
    });
    expect(await client.call('TransactionEvent', started)).toEqual({});
    const identified = event({
      triggerReason: 'Authorized',
      idToken: { idToken: 'T1', type: 'ISO14443' },
      transactionInfo: { transactionId: 'tx-a', chargingState: 'Charging' },
    });
    expect(await client.call('TransactionEvent', identified)).toEqual({
      idTokenInfo: { status: 'Accepted' },
    });

    gateway.send(givenLease({ transactionId: 'tx-a', setpointAmps: 10 }));
    await eventually(() => expect(answers).toHaveLength(2));
    expect(answers).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(asked.at(-1)).toMatchObject({
      action: 'SetChargingProfile',
      request: { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-a' } },
    });
    await client.call(
      'TransactionEvent',
      event({ meterValue: meterValue(current(9.8, 'L1'), register(5400)) }),
    );
    expect(
      await gateway.request(cpA1, { kind: 'composite schedule', evseNumber: 1, durationS: 60 }),
    ).toMatchObject({
      outcome: 'accepted',
      data: { schedule: { unit: 'A', periods: [{ limit: 10 }] } },
    });
    expect(
      await gateway.request(cpA1, { kind: 'clear charging profile', purpose: 'transaction' }),
    ).toMatchObject({
      outcome: 'accepted',
    });
    const ended = event({
      eventType: 'Ended',
      triggerReason: 'EVDeparted',
      transactionInfo: { transactionId: 'tx-a', stoppedReason: 'EVDisconnected' },
      meterValue: meterValue(register(6000)),
    });
    await client.call('TransactionEvent', ended);
    await client.call('TransactionEvent', ended);

    expect(events.slice(2)).toMatchObject([
      { kind: 'evse status', evseNumber: 1, status: 'occupied' },
      { kind: 'session started', evseNumber: 1, transactionId: 'tx-a', tokenId: undefined },
      { kind: 'measured', energyWh: 0 },
      { kind: 'session changed', transactionId: 'tx-a', state: 'authorised', tokenId: 'T1' },
      { kind: 'session changed', transactionId: 'tx-a', state: 'charging' },
      { kind: 'measured', transactionId: 'tx-a', amps: [9.8, undefined, undefined], energyWh: 400 },
      { kind: 'session ended', transactionId: 'tx-a', reason: 'EVDisconnected', energyWh: 1000 },
    ]);
    await client.close();
  });

  it('has every request of ours accepted by its schemas', async () => {
    const { port, gateway } = await givenGateway();
    const { client, asked } = await independentStation(port, 'ocpp2.0.1', {
      SetVariables: setVariables,
      GetVariables: ({
        getVariableData,
      }: {
        getVariableData: { component: object; variable: object }[];
      }) => ({
        getVariableResult: getVariableData.map((data) => ({
          ...data,
          attributeStatus: 'Accepted',
          attributeValue: '10',
        })),
      }),
      RequestStartTransaction: accepted,
      RequestStopTransaction: () => ({ status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }),
      Reset: () => ({ status: 'Scheduled' }),
      TriggerMessage: accepted,
      ClearChargingProfile: () => ({ status: 'Unknown' }),
    });
    const ask = (request: StationRequest) => gateway.request(cpA1, request);
    expect(await ask({ kind: 'remote start', tokenId: 'T1' })).toMatchObject({ outcome: 'accepted' });
    expect(await ask({ kind: 'remote stop', transactionId: 'tx-a' })).toEqual({
      outcome: 'rejected',
      reason: 'Rejected TxNotFound',
    });
    expect(await ask({ kind: 'reset', urgency: 'graceful' })).toMatchObject({ reason: 'Scheduled' });
    expect(
      await ask({ kind: 'trigger message', message: 'StatusNotification', evseNumber: 2 }),
    ).toMatchObject({
      outcome: 'accepted',
    });
    expect(await ask({ kind: 'clear charging profile', profileId: 7 })).toMatchObject({
      outcome: 'rejected',
    });
    const key = 'SampledDataCtrlr.TxUpdatedInterval';
    expect(await ask({ kind: 'get configuration', keys: [key] })).toMatchObject({
      outcome: 'accepted',
      data: { settings: [{ key, value: '10' }], unknownKeys: [] },
    });
    expect(await ask({ kind: 'change configuration', key, value: '5' })).toMatchObject({
      outcome: 'accepted',
    });
    expect(await ask({ kind: 'change configuration', key: 'nonsense', value: '5' })).toMatchObject({
      outcome: 'unsent',
      reason: expect.stringMatching(/write Component\.Variable/),
    });
    expect(await ask({ kind: 'get configuration', keys: [] })).toMatchObject({ outcome: 'unsent' });
    expect(asked.find(({ action }) => action === 'TriggerMessage')?.request).toEqual({
      requestedMessage: 'StatusNotification',
      evse: { id: 2, connectorId: 1 },
    });
    await client.close();
  });

  it('is answered properly in everything else it may say', async () => {
    const { port } = await givenGateway();
    const { client } = await independentStation(port, 'ocpp2.0.1', {});
    const generatedAt = nowText();
    const page = { requestId: 1, generatedAt, seqNo: 0 };
    const schedule = {
      id: 1,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
    };
    const profile = {
      id: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: [schedule],
    };
    const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: '1' };
    const told: readonly [action: string, request: object, response: object][] = [
      ['Authorize', { idToken: { idToken: 'T', type: 'Central' } }, { idTokenInfo: { status: 'Accepted' } }],
      ['ClearedChargingLimit', { chargingLimitSource: 'EMS' }, {}],
      ['DataTransfer', { vendorId: 'V' }, { status: 'UnknownVendorId' }],
      ['FirmwareStatusNotification', { status: 'Idle' }, {}],
      [
        'Get15118EVCertificate',
        { iso15118SchemaVersion: 'x', action: 'Install', exiRequest: 'x' },
        { status: 'Failed', exiResponse: '' },
      ],
      [
        'GetCertificateStatus',
        { ocspRequestData: { ...hash, responderURL: 'http://x' } },
        { status: 'Failed' },
      ],
      ['Heartbeat', {}, { currentTime: expect.any(String) }],
      ['LogStatusNotification', { status: 'Idle' }, {}],
      ['NotifyChargingLimit', { chargingLimit: { chargingLimitSource: 'SO' } }, {}],
      ['NotifyCustomerInformation', { ...page, data: 'x' }, {}],
      ['NotifyDisplayMessages', { requestId: 1 }, {}],
      [
        'NotifyEVChargingNeeds',
        { evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'AC_three_phase' } },
        { status: 'Rejected' },
      ],
      [
        'NotifyEVChargingSchedule',
        { evseId: 1, timeBase: generatedAt, chargingSchedule: schedule },
        { status: 'Accepted' },
      ],
      [
        'NotifyEvent',
        {
          generatedAt,
          seqNo: 0,
          eventData: [
            {
              eventId: 1,
              timestamp: generatedAt,
              trigger: 'Alerting',
              actualValue: '81',
              eventNotificationType: 'HardWiredNotification',
              component: { name: 'Controller' },
              variable: { name: 'Temperature' },
            },
          ],
        },
        {},
      ],
      ['NotifyMonitoringReport', page, {}],
      ['NotifyReport', page, {}],
      ['PublishFirmwareStatusNotification', { status: 'Idle' }, {}],
      [
        'ReportChargingProfiles',
        { requestId: 1, chargingLimitSource: 'CSO', evseId: 1, chargingProfile: [profile] },
        {},
      ],
      ['ReservationStatusUpdate', { reservationId: 1, reservationUpdateStatus: 'Expired' }, {}],
      ['SecurityEventNotification', { type: 'x', timestamp: generatedAt }, {}],
      ['SignCertificate', { csr: 'x' }, { status: 'Rejected' }],
    ];
    for (const [action, request, response] of told) {
      expect([action, await client.call(action, request)]).toEqual([action, response]);
    }
    await client.close();
  });
});

describe('a 2.0.1 station', () => {
  it('keeps a session that ran before a restart of ours, at the EVSE it names or the only one it has', async () => {
    const { port, events, logged } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    await station.call('TransactionEvent', event({}));
    expect(events).toHaveLength(1);
    expect(logged.at(-1)).toMatchObject({ msg: 'transaction at an EVSE the station did not name' });

    const status = {
      timestamp: nowText(),
      connectorStatus: 'Occupied',
      evseId: 3,
      connectorId: 1,
    };
    await station.call('StatusNotification', status);
    const charging = { transactionId: 'tx-a', chargingState: 'Charging' };
    await station.call(
      'TransactionEvent',
      event({ transactionInfo: charging, meterValue: meterValue(current(16, 'L1'), register(9000)) }),
    );
    expect(events.slice(-3)).toMatchObject([
      { kind: 'session started', evseNumber: 3, transactionId: 'tx-a', tokenId: undefined },
      { kind: 'session changed', state: 'charging' },
      { kind: 'measured', amps: [16, undefined, undefined], energyWh: undefined },
    ]);
  });

  it('that was offline tells the energy of then, but no current of now', async () => {
    const { port, events } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    await station.call('TransactionEvent', event({ eventType: 'Started', evse: { id: 1 }, offline: true }));
    const values = meterValue(current(32, 'L1'), register(1000));
    await station.call('TransactionEvent', event({ offline: true, meterValue: values }));
    expect(events.at(-1)).toMatchObject({ kind: 'measured', amps: undefined, energyWh: 0 });
  });

  it('that came back without booting tells its transactions and the state of each EVSE it has', async () => {
    const { port } = await givenGateway({ introductionDelayMs: 10 });
    const evses = 2;
    const { client, asked } = await independentStation(port, 'ocpp2.0.1', {
      SetVariables: setVariables,
      TriggerMessage: ({ evse }: { evse?: { id: number } }) => ({
        status: (evse?.id ?? 0) <= evses ? 'Accepted' : 'Rejected',
      }),
    });
    await eventually(() => expect(asked).toHaveLength(6));
    expect(asked.slice(2).map(({ request }) => request)).toEqual([
      { requestedMessage: 'TransactionEvent' },
      { requestedMessage: 'StatusNotification', evse: { id: 1, connectorId: 1 } },
      { requestedMessage: 'StatusNotification', evse: { id: 2, connectorId: 1 } },
      { requestedMessage: 'StatusNotification', evse: { id: 3, connectorId: 1 } },
    ]);
    await client.close();
  });
});
