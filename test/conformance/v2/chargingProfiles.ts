import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from './chargingStation.ts';
import { givenLease, givenStanding } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { nowText } from './sockets.ts';

afterEach(stopGateways);
const id = stationId('CP-A1');

/** A station with a transaction at EVSE 1. */
async function both(answers: Parameters<typeof connectCharging>[1] = {}, protocol = 'ocpp2.0.1') {
  const given = await givenGateway();
  const station = await connectCharging({ port: given.port, password, protocols: [protocol] }, answers);
  await station.call('TransactionEvent', {
    eventType: 'Started',
    timestamp: nowText(),
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 'tx-a', chargingState: 'Charging' },
    evse: { id: 1, connectorId: 1 },
  });
  return { ...given, station };
}

const lease = (change: Parameters<typeof givenLease>[0] = {}) =>
  givenLease({ transactionId: 'tx-a', ...change });
const period = (limit: number) => ({ startPeriod: 0, limit });
const schedule = (limit: number) => ({
  id: 1,
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [period(limit)],
});
const profile = (profileId: number, purpose: string, limit = 16) => ({
  id: profileId,
  stackLevel: 0,
  chargingProfilePurpose: purpose,
  chargingProfileKind: 'Absolute',
  chargingSchedule: [{ ...schedule(limit), startSchedule: nowText() }],
});
const report = (requestId: unknown, profiles: readonly object[], tbc: boolean, source = 'CSO') => ({
  requestId,
  chargingLimitSource: source,
  evseId: 1,
  tbc,
  chargingProfile: profiles,
});

describe('smart charging of OCPP 2.0.1, by the cases of the compliance tests for a CSMS', () => {
  it('TC_K_01: sets a TxDefaultProfile at one EVSE', async () => {
    const { gateway, station } = await both();
    gateway.send(givenStanding());
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      evseId: 1,
      chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' },
    });
  });

  it('TC_K_02: is refused a TxProfile without a transaction, and does not take it for set', async () => {
    const refusal = { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } };
    const { gateway, answers } = await both({ SetChargingProfile: refusal });
    gateway.send(lease({ transactionId: 'tx-b' }));
    await eventually(() => expect(answers[0]).toMatchObject({ outcome: 'rejected' }));
    expect(answers[0]?.reason).toMatch(/TxNotFound/);
    expect(gateway.profiles(id)?.profiles).toEqual([]);
  });

  it('TC_K_19: sets a recurring maximum of the station in the words of an operator, and knows it', async () => {
    const { gateway, station } = await both();
    const daily = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' };
    const chargingProfile = { ...profile(77, 'ChargingStationMaxProfile'), ...daily };
    const message = gateway.prepare(id, {
      action: 'SetChargingProfile',
      payload: { evseId: 0, chargingProfile },
    });
    expect(message.kind === 'ready' && (await message.send()).kind).toBe('result');
    expect(station.calls('SetChargingProfile')).toMatchObject([{ chargingProfile: daily }]);
    expect(gateway.profiles(id)?.profiles).toMatchObject([
      { isForeign: true, profile: { id: 77, kind: 'daily', purpose: 'station maximum' } },
    ]);
  });

  it('TC_K_37: starts a session from afar with a profile that it begins under', async () => {
    const { gateway, station } = await both();
    const { schedule: form } = lease();
    const limit = { amps: 8, schedule: form };
    const asked = { kind: 'remote start', evseNumber: 1, tokenId: 'T1', limit } as const;
    expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'accepted' });
    expect(station.calls('RequestStartTransaction')).toMatchObject([
      {
        evseId: 1,
        chargingProfile: {
          chargingProfilePurpose: 'TxProfile',
          chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }],
        },
      },
    ]);
  });

  it('TC_K_03: sets the maximum of the station, at EVSE 0 and not relative [K01.FR.38]', async () => {
    const { gateway, station } = await both();
    gateway.send(givenLease({ schedule: { ...lease().schedule, rung: 'station maximum' } }));
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      evseId: 0,
      chargingProfile: {
        chargingProfilePurpose: 'ChargingStationMaxProfile',
        chargingProfileKind: 'Absolute',
      },
    });
  });

  it('TC_K_04: replaces a profile by its id', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(lease({ sequence: 1 }));
    await station.answeredCall('SetChargingProfile');
    gateway.send(lease({ sequence: 2, setpointAmps: 10 }));
    const second = await station.answeredCall('SetChargingProfile', 2);
    expect(second).toMatchObject({ chargingProfile: { id: 11 } });
    await eventually(() => expect(answers).toHaveLength(2));
    const [known, ...others] = gateway.profiles(id)?.profiles ?? [];
    expect(others).toEqual([]);
    expect(known?.profile.schedule.periods[0]?.limit).toBe(10);
  });

  it.each([
    ['TC_K_05: with its id', { profileId: 11 }, { chargingProfileId: 11 }],
    [
      'TC_K_06: by stack level, purpose and EVSE',
      { stackLevel: 1, purpose: 'transaction', evseNumber: 1 },
      { chargingProfileCriteria: { stackLevel: 1, chargingProfilePurpose: 'TxProfile', evseId: 1 } },
    ],
    [
      'K10: of a purpose',
      { purpose: 'transaction default' },
      { chargingProfileCriteria: { chargingProfilePurpose: 'TxDefaultProfile' } },
    ],
  ] as const)('%s: clears charging profiles', async (_case, asked, payload) => {
    const { gateway, station } = await both();
    await gateway.request(id, { kind: 'clear charging profile', ...asked });
    expect(station.calls('ClearChargingProfile')).toEqual([payload]);
  });

  it('TC_K_08: tells that there was no such profile', async () => {
    const { gateway } = await both({ ClearChargingProfile: { status: 'Unknown' } });
    const asked = { kind: 'clear charging profile', profileId: 11 } as const;
    expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'rejected', reason: 'Unknown' });
  });

  it.each([
    ['TC_K_43: one EVSE', 1],
    ['TC_K_44: the whole station', 0],
  ])('%s: gets a composite schedule', async (_case, evseNumber) => {
    const composite = {
      evseId: evseNumber,
      duration: 300,
      scheduleStart: nowText(),
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [period(12)],
    };
    const { gateway, station } = await both({
      GetCompositeSchedule: { status: 'Accepted', schedule: composite },
    });
    const asked = { kind: 'composite schedule', evseNumber, durationS: 300 } as const;
    expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'accepted' });
    expect(station.calls('GetCompositeSchedule')).toEqual([{ evseId: evseNumber, duration: 300 }]);
  });

  it('TC_K_15: is answered NotSupported, and tells so', async () => {
    const given = await givenGateway();
    const station = await connectCharging({ port: given.port, password, protocols: ['ocpp2.0.1'] }, {});
    station.socket.removeAllListeners('message');
    station.socket.on('message', (data) => {
      const [, messageId] = JSON.parse(data.toString());
      station.send(JSON.stringify([4, messageId, 'NotSupported', '', {}]));
    });
    given.gateway.send(lease());
    await eventually(() =>
      expect(given.answers[0]).toMatchObject({ outcome: 'rejected', reason: 'NotSupported' }),
    );
  });

  it('K09: reads what lies on a station after a refusal, in as many parts as it takes', async () => {
    const { gateway, station } = await both({ SetChargingProfile: { status: 'Rejected' } });
    gateway.send(lease());
    const { requestId, ...criteria } = await station.answeredCall('GetChargingProfiles');
    expect(criteria).toEqual({ chargingProfile: {} });
    await station.call('ReportChargingProfiles', report(requestId, [profile(11, 'TxProfile')], true));
    expect(gateway.profiles(id)?.profiles).toEqual([]);
    await station.call('ReportChargingProfiles', report(requestId, [profile(77, 'TxDefaultProfile')], false));
    const known = gateway.profiles(id)?.profiles.map((each) => [each.profile.id, each.isForeign, each.from]);
    expect(known).toEqual([
      [11, false, 'reported'],
      [77, true, 'reported'],
    ]);
    expect(gateway.profiles(id)?.readAtMs).toBeDefined();
  });

  it('K09: takes it that a station holds none', async () => {
    const { gateway, station } = await both({
      SetChargingProfile: { status: 'Rejected' },
      GetChargingProfiles: { status: 'NoProfiles' },
    });
    gateway.send(lease());
    await station.answeredCall('GetChargingProfiles');
    await eventually(() => expect(gateway.profiles(id)?.readAtMs).toBeDefined());
    expect(gateway.profiles(id)?.profiles).toEqual([]);
  });

  it('K09: does not believe a report that nobody asked for', async () => {
    const { gateway, station } = await both();
    const [type] = await station.call(
      'ReportChargingProfiles',
      report(99, [profile(11, 'TxProfile')], false),
    );
    expect(type).toBe(3);
    expect(gateway.profiles(id)?.profiles).toEqual([]);
  });

  it.each<[string, { evseId?: number; chargingProfile: object }]>([
    [
      'TC_K_29: of EVSE 0',
      { evseId: 0, chargingProfile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
    ],
    ['TC_K_30: of an EVSE', { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxProfile' } }],
    ['TC_K_31: of any EVSE', { chargingProfile: { stackLevel: 0 } }],
    ['TC_K_32: by their ids', { chargingProfile: { chargingProfileId: [77] } }],
    ['TC_K_33: of a stack level', { evseId: 1, chargingProfile: { stackLevel: 0 } }],
    ['TC_K_34: of a source', { evseId: 1, chargingProfile: { chargingLimitSource: ['EMS'] } }],
    ['TC_K_35: of a purpose', { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' } }],
    [
      'TC_K_36: of a purpose and a stack level',
      { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 } },
    ],
  ])(
    '%s: asks for profiles in the words of an operator, and adds what is told to its book',
    async (_case, asked) => {
      const { gateway, station, answers } = await both();
      gateway.send(lease());
      await eventually(() => expect(answers).toHaveLength(1));
      const message = gateway.prepare(id, {
        action: 'GetChargingProfiles',
        payload: { requestId: 4711, ...asked },
      });
      expect(message.kind === 'ready' && (await message.send()).kind).toBe('result');
      await station.call('ReportChargingProfiles', report(4711, [profile(77, 'TxDefaultProfile')], false));
      const known = gateway.profiles(id)?.profiles.map((each) => [each.profile.id, each.from]);
      expect(known).toEqual([
        [11, 'sent'],
        [77, 'reported'],
      ]);
    },
  );

  it('TC_K_48: takes an external limit with its schedule', async () => {
    const { station, events } = await both();
    await station.call('NotifyChargingLimit', {
      evseId: 1,
      chargingLimit: { chargingLimitSource: 'EMS', isGridCritical: false },
      chargingSchedule: [schedule(8)],
    });
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({
        evseNumber: 1,
        source: 'EMS',
        profiles: [{ purpose: 'external constraints', schedule: { periods: [{ limit: 8 }] } }],
      }),
    );
  });

  it('TC_K_48: reads what is installed when it is told of a limit without its schedule', async () => {
    const { station } = await both();
    await station.call('NotifyChargingLimit', { chargingLimit: { chargingLimitSource: 'EMS' } });
    expect(await station.answeredCall('GetChargingProfiles')).toMatchObject({ chargingProfile: {} });
  });

  it.each([
    ['TC_K_50: of an EVSE', { evseId: 1 }, 1],
    ['TC_K_51: of the station', {}, 0],
  ])('%s: takes it that an external limit is gone', async (_case, where, evseNumber) => {
    const { station, events } = await both();
    await station.call('ClearedChargingLimit', { chargingLimitSource: 'EMS', ...where });
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({
        evseNumber,
        profiles: [],
      }),
    );
  });

  it('TC_K_52: takes an external limit that is reported among the profiles', async () => {
    const { gateway, station, events } = await both({ SetChargingProfile: { status: 'Rejected' } });
    gateway.send(lease());
    const { requestId } = await station.answeredCall('GetChargingProfiles');
    const constraint = profile(-1, 'ChargingStationExternalConstraints', 9);
    await station.call('ReportChargingProfiles', report(requestId, [constraint], false, 'EMS'));
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({ source: 'EMS' }),
    );
    expect(gateway.profiles(id)?.profiles[0]).toMatchObject({ isForeign: true, source: 'EMS' });
  });

  it('TC_K_53, TC_K_55: accepts what a car needs, for a schedule follows, and refuses it where nothing runs', async () => {
    const { station, events } = await both();
    const departureTime = '2026-11-21T18:00:00.000Z';
    const needs = {
      requestedEnergyTransfer: 'AC_three_phase',
      departureTime,
      acChargingParameters: { energyAmount: 20_000, evMinCurrent: 6, evMaxCurrent: 16, evMaxVoltage: 400 },
    };
    const answered = await station.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds: needs });
    expect(answered[2]).toEqual({ status: 'Accepted' });
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'charging needs')).toMatchObject({
        evseNumber: 1,
        energyWh: 20_000,
        departureAtMs: Date.parse(departureTime),
      }),
    );
    const elsewhere = await station.call('NotifyEVChargingNeeds', { evseId: 2, chargingNeeds: needs });
    expect(elsewhere[2]).toEqual({ status: 'Rejected' });
  });

  it.each([
    ['TC_K_57: a car that keeps to what it was offered', 16, 'Accepted'],
    ['TC_K_58, TC_K_59: a car that means to take more, which is told again', 20, 'Rejected'],
  ])('%s', async (_case, limit, status) => {
    const { gateway, station, answers, events } = await both();
    gateway.send(lease({ tailAmps: 16 }));
    await eventually(() => expect(answers).toHaveLength(1));
    const answered = await station.call('NotifyEVChargingSchedule', {
      evseId: 1,
      timeBase: nowText(),
      chargingSchedule: { ...schedule(limit), duration: 60 },
    });
    expect(answered[2]).toEqual({ status });
    await eventually(() =>
      expect(events.some(({ kind }) => kind === 'schedule doubted')).toBe(status === 'Rejected'),
    );
  });

  it('TC_K_60: sets a TxProfile for the transaction that runs', async () => {
    const { gateway, station } = await both();
    gateway.send(lease());
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      evseId: 1,
      chargingProfile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-a' },
    });
  });

  it('TC_K_70: sets profiles of several purposes, each with an id of its own', async () => {
    const { gateway, answers } = await both();
    gateway.send(givenStanding({ sequence: 1 }));
    gateway.send(lease({ sequence: 2 }));
    await eventually(() => expect(answers).toHaveLength(2));
    const ids = gateway.profiles(id)?.profiles.map(({ profile: known }) => [known.id, known.purpose]);
    expect(new Map(ids as [number, string][])).toEqual(
      new Map([
        [10, 'transaction default'],
        [11, 'transaction'],
      ]),
    );
  });
});
