import { afterEach, describe, expect, it } from 'vitest';
import { schemas } from '../../src/ocpp/v21/schemas.ts';
import { eventually } from '../eventually.ts';
import { givenLease } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw, nowText, type RawStation } from './sockets.ts';

const atTime = nowText();
const evse = { id: 1, connectorId: 1 };
const requestId = 1;
const hash = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'a',
  issuerKeyHash: 'b',
  serialNumber: '1',
};
const transactionInfo = { transactionId: 'tx-a', chargingState: 'Charging' };

/** Every call that OCPP 2.1 lets a station make, with as little in it as it may have, and the part of the answer that counts. */
const told: readonly (readonly [action: string, request: object, answer: object])[] = [
  [
    'BootNotification',
    { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } },
    { status: 'Accepted' },
  ],
  ['Authorize', { idToken: { idToken: 'T1', type: 'ISO14443' } }, { idTokenInfo: { status: 'Accepted' } }],
  [
    'BatterySwap',
    {
      eventType: 'BatteryIn',
      requestId,
      idToken: { idToken: 'T1', type: 'Central' },
      batteryData: [{ evseId: 1, serialNumber: 's', soC: 50, soH: 90 }],
    },
    {},
  ],
  ['ClearedChargingLimit', { chargingLimitSource: 'EMS' }, {}],
  ['ClosePeriodicEventStream', { id: 1 }, {}],
  ['DataTransfer', { vendorId: 'V' }, { status: 'UnknownVendorId' }],
  ['FirmwareStatusNotification', { status: 'Idle' }, {}],
  [
    'Get15118EVCertificate',
    { iso15118SchemaVersion: 'x', action: 'Install', exiRequest: 'x' },
    { status: 'Failed' },
  ],
  [
    'GetCertificateChainStatus',
    { certificateStatusRequests: [{ source: 'OCSP', urls: ['http://ca'], certificateHashData: hash }] },
    { certificateStatus: [{ source: 'OCSP', status: 'Failed', certificateHashData: hash }] },
  ],
  ['GetCertificateStatus', { ocspRequestData: { ...hash, responderURL: 'http://ca' } }, { status: 'Failed' }],
  ['Heartbeat', {}, {}],
  ['LogStatusNotification', { status: 'Idle' }, {}],
  ['MeterValues', { evseId: 1, meterValue: [{ timestamp: atTime, sampledValue: [{ value: 1 }] }] }, {}],
  [
    'NotifyChargingLimit',
    { evseId: 1, chargingLimit: { chargingLimitSource: 'SO', isLocalGeneration: false } },
    {},
  ],
  ['NotifyCustomerInformation', { data: 'x', seqNo: 0, generatedAt: atTime, requestId }, {}],
  ['NotifyDERAlarm', { controlType: 'FreqDroop', timestamp: atTime }, {}],
  ['NotifyDERStartStop', { controlId: 'c', started: true, timestamp: atTime }, {}],
  ['NotifyDisplayMessages', { requestId }, {}],
  [
    'NotifyEVChargingNeeds',
    { evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'AC_three_phase' } },
    { status: 'Rejected' },
  ],
  [
    'NotifyEVChargingSchedule',
    {
      timeBase: atTime,
      evseId: 1,
      chargingSchedule: {
        id: 1,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
      },
    },
    { status: 'Accepted' },
  ],
  [
    'NotifyEvent',
    {
      generatedAt: atTime,
      seqNo: 0,
      eventData: [
        {
          eventId: 1,
          timestamp: atTime,
          trigger: 'Alerting',
          actualValue: '80',
          eventNotificationType: 'HardWiredNotification',
          severity: 3,
          component: { name: 'Connector' },
          variable: { name: 'Temperature' },
        },
      ],
    },
    {},
  ],
  ['NotifyMonitoringReport', { requestId, seqNo: 0, generatedAt: atTime }, {}],
  ['NotifyPriorityCharging', { transactionId: 'tx-a', activated: true }, {}],
  ['NotifyReport', { requestId, seqNo: 0, generatedAt: atTime }, {}],
  ['NotifySettlement', { pspRef: 'p', status: 'Settled', settlementAmount: 1, settlementTime: atTime }, {}],
  ['NotifyWebPaymentStarted', { evseId: 1, timeout: 60 }, {}],
  [
    'OpenPeriodicEventStream',
    { constantStreamData: { id: 1, variableMonitoringId: 1, params: {} } },
    { status: 'Accepted' },
  ],
  ['PublishFirmwareStatusNotification', { status: 'Idle' }, {}],
  ['PullDynamicScheduleUpdate', { chargingProfileId: 7 }, { status: 'Rejected' }],
  [
    'ReportChargingProfiles',
    {
      requestId,
      chargingLimitSource: 'CSO',
      evseId: 1,
      chargingProfile: [
        {
          id: 1,
          stackLevel: 0,
          chargingProfilePurpose: 'LocalGeneration',
          chargingProfileKind: 'Dynamic',
          chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0 }] }],
        },
      ],
    },
    {},
  ],
  ['ReportDERControl', { requestId }, {}],
  ['ReservationStatusUpdate', { reservationId: 1, reservationUpdateStatus: 'Expired' }, {}],
  ['SecurityEventNotification', { type: 'x', timestamp: atTime }, {}],
  ['SignCertificate', { csr: 'x' }, { status: 'Rejected' }],
  ['StatusNotification', { timestamp: atTime, connectorStatus: 'Occupied', evseId: 1, connectorId: 1 }, {}],
  [
    'TransactionEvent',
    { eventType: 'Started', timestamp: atTime, triggerReason: 'Authorized', seqNo: 0, evse, transactionInfo },
    {},
  ],
  ['VatNumberValidation', { vatNumber: 'SE1' }, { vatNumber: 'SE1', status: 'Rejected' }],
];

const given21 = async (): Promise<Awaited<ReturnType<typeof givenGateway>> & { station: RawStation }> => {
  const given = await givenGateway();
  const station = await connectRaw({ port: given.port, password, protocols: ['ocpp2.1'] });
  return { ...given, station };
};

describe('a 2.1 station', () => {
  afterEach(stopGateways);

  it.each(told)('calls %s and is answered as the published schema says', async (action, request, answer) => {
    const { request: requested, response } = schemas.procedure(action);
    expect(requested.check(request), JSON.stringify(request)).toBe(true);
    const { station } = await given21();
    const [type, , payload] = await station.call(action, request);
    expect([type, payload]).toMatchObject([3, answer]);
    expect(response.check(payload), JSON.stringify(payload)).toBe(true);
  });

  it('is limited by a profile that the published schema of 2.1 takes', async () => {
    const { gateway, station, answers } = await given21();
    gateway.send(givenLease({ transactionId: 'tx-a' }));
    const { messageId, payload } = await station.called('SetChargingProfile');
    expect(schemas.procedure('SetChargingProfile').request.check(payload)).toBe(true);
    station.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'accepted' }]));
  });

  it('tells its session as a 2.0.1 station does', async () => {
    const { station, events } = await given21();
    const [, request] = told.find(([action]) => action === 'TransactionEvent') ?? [];
    await station.call('TransactionEvent', request);
    expect(events).toMatchObject([
      { kind: 'connected', protocol: 'ocpp2.1' },
      { kind: 'session started', transactionId: 'tx-a', evseNumber: 1 },
      { kind: 'session changed', state: 'charging' },
    ]);
  });

  it('sends a stream of values and gets no answer to it', async () => {
    const { station } = await given21();
    const stream = { id: 1, pending: 0, basetime: atTime, data: [{ t: 0, v: '1' }] };
    station.send(JSON.stringify([6, 'stream-1', 'NotifyPeriodicEventStream', stream]));
    station.send(JSON.stringify([6, 'stream-2', 'NotifyPeriodicEventStream', { id: 'not a number' }]));
    await station.call('Heartbeat', {});
    expect(station.received.map(([type]) => type)).toEqual([3]);
  });

  it('may send more at once than may wait: what is too much is dropped, and it stays', async () => {
    const { station, logged } = await given21();
    const stream = { id: 1, pending: 0, basetime: atTime, data: [{ t: 0, v: '1' }] };
    for (let count = 0; count < 200; count += 1)
      station.send(JSON.stringify([6, `stream-${count}`, 'NotifyPeriodicEventStream', stream]));
    const [type] = await station.call('Heartbeat', {});
    expect(type).toBe(3);
    expect(logged.filter(({ msg }) => msg === 'connection dropped')).toEqual([]);
  });

  it('is told when its answer cannot be read', async () => {
    const { gateway, station } = await given21();
    const reply = gateway.request(givenLease().stationId, { kind: 'reset', urgency: 'graceful' });
    const { messageId } = await station.called('Reset');
    station.send(JSON.stringify([3, messageId, { status: 17 }]));
    expect(await reply).toMatchObject({ outcome: 'timed-out' });
    await eventually(() =>
      expect(station.received.at(-1)).toEqual([
        5,
        messageId,
        'TypeConstraintViolation',
        '/status must be string',
        {},
      ]),
    );
  });

  it('says in the log when it cannot read an answer of ours', async () => {
    const { station, logged } = await given21();
    const [, messageId] = await station.call('Heartbeat', {});
    station.send(JSON.stringify([5, messageId, 'FormatViolation', 'no time', {}]));
    await eventually(() =>
      expect(logged.at(-1)).toMatchObject({ msg: 'station could not read an answer', why: 'no time' }),
    );
  });
});

describe('a 2.0.1 station', () => {
  afterEach(stopGateways);

  it('has neither: their message types are refused [OCPP 2.0.1 Part 4, 4.4]', async () => {
    const { port, gateway } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    station.send(JSON.stringify([6, 'a', 'NotifyPeriodicEventStream', {}]));
    station.send(JSON.stringify([5, 'b', 'FormatViolation', '', {}]));
    await eventually(() => expect(station.received).toHaveLength(2));
    expect(station.received.map((frame) => frame.slice(0, 3))).toEqual([
      [4, 'a', 'MessageTypeNotSupported'],
      [4, 'b', 'MessageTypeNotSupported'],
    ]);
    const reply = gateway.request(givenLease().stationId, { kind: 'reset', urgency: 'graceful' });
    const { messageId } = await station.called('Reset');
    station.send(JSON.stringify([3, messageId, {}]));
    expect(await reply).toMatchObject({ outcome: 'timed-out' });
    await station.call('Heartbeat', {});
    expect(station.received.filter(([type]) => type === 5)).toEqual([]);
  });
});
