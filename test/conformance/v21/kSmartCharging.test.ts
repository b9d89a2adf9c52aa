import { afterEach, describe, expect, it } from 'vitest';
import type { ScheduleForm } from '../../src/control/ports.ts';
import { stationId } from '../../src/domain/ids.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from './chargingStation.ts';
import { givenEndOfPriority, givenLease } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { nowText } from './sockets.ts';

afterEach(stopGateways);

async function both(
  answers: Parameters<typeof connectCharging>[1] = {},
  ports: Parameters<typeof givenGateway>[1] = {},
) {
  const given = await givenGateway({}, ports);
  const station = await connectCharging({ port: given.port, password, protocols: ['ocpp2.1'] }, answers);
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

const dynamic: ScheduleForm = { ...givenLease().schedule, leaseForm: 'offline', kind: 'dynamic' };
const lease = (change: Parameters<typeof givenLease>[0] = {}) =>
  givenLease({ transactionId: 'tx-a', schedule: dynamic, ...change });

describe('smart charging of OCPP 2.1, by the cases of the compliance tests for a CSMS', () => {
  it('TC_K_100: sets a profile that ends for good at a station that was offline too long', async () => {
    const { gateway, station } = await both();
    gateway.send(lease({ schedule: { ...dynamic, kind: 'absolute' } }));
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      chargingProfile: { maxOfflineDuration: 120, invalidAfterOfflineDuration: true },
    });
  });

  it.each<[string, object, object]>([
    ['TC_K_101: another operation mode', {}, { operationMode: 'LocalLoadBalancing' }],
    ['TC_K_102: a limit at a state of charge', { limitAtSoC: { soc: 80, limit: 7 } }, { limit: 16 }],
    ['TC_K_106: a random delay', { randomizedDelay: 60 }, { limit: 16 }],
  ])('%s: sets it in the words of an operator', async (_case, schedule, period) => {
    const { gateway, station } = await both();
    const chargingProfile = {
      id: 77,
      stackLevel: 3,
      chargingProfilePurpose: 'ChargingStationMaxProfile',
      chargingProfileKind: 'Absolute',
      chargingSchedule: [
        {
          id: 1,
          startSchedule: nowText(),
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, ...period }],
          ...schedule,
        },
      ],
    };
    const message = gateway.prepare(stationId('CP-A1'), {
      action: 'SetChargingProfile',
      payload: { evseId: 0, chargingProfile },
    });
    expect(message.kind === 'ready' && (await message.send()).kind).toBe('result');
    expect(station.calls('SetChargingProfile')).toEqual([{ evseId: 0, chargingProfile }]);
  });

  it('TC_K_104: takes it that somebody gave priority, which counts in full', async () => {
    const { station, events } = await both();
    await station.call('NotifyPriorityCharging', { transactionId: 'tx-a', activated: true });
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'priority changed')).toMatchObject({ isActive: true }),
    );
  });

  it('K21: asks a station to end the priority of a transaction', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(givenEndOfPriority());
    expect(await station.answeredCall('UsePriorityCharging')).toEqual({
      transactionId: 'tx-a',
      activate: false,
    });
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'accepted' }]));
  });

  it.each(['Rejected', 'NoProfile'])('K21: takes %s for no end of it', async (status) => {
    const { gateway, answers } = await both({ UsePriorityCharging: () => ({ status }) });
    gateway.send(givenEndOfPriority());
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'rejected', reason: status }]));
  });

  it('K22: has what a driver switched on at the station kept before it answers', async () => {
    const { station, facts } = await both();
    const answered = await station.call('NotifyPriorityCharging', { transactionId: 'tx-a', activated: true });
    expect(answered[2]).toEqual({});
    expect(facts.at(-1)).toMatchObject({ transactionId: 'tx-a', evseNumber: 1, hasPriority: true });
  });

  it('TC_K_109: keeps its ids clear of those of external constraints, which are negative', async () => {
    const { gateway, station } = await both();
    gateway.send(lease());
    const { chargingProfile } = await station.answeredCall('SetChargingProfile');
    expect(chargingProfile).toMatchObject({ id: 11 });
  });

  it('TC_K_113, TC_K_115, TC_K_117: accepts what a car of ISO 15118-20 needs in dynamic control mode', async () => {
    const { station, events } = await both();
    const chargingNeeds = {
      requestedEnergyTransfer: 'AC_BPT',
      controlMode: 'DynamicControl',
      v2xChargingParameters: { evTargetEnergyRequest: 30_000, maxDischargePower: 5_000 },
    };
    const answered = await station.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds });
    expect(answered[2]).toEqual({ status: 'Accepted' });
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'charging needs')).toMatchObject({ energyWh: 30_000 }),
    );
  });

  it('TC_K_126: tells a car in dynamic control mode that no profile follows, where its EVSE is given none', async () => {
    const { station, events } = await both({}, { givesProfiles: () => false });
    const chargingNeeds = {
      requestedEnergyTransfer: 'AC_three_phase',
      controlMode: 'DynamicControl',
      v2xChargingParameters: { maxChargePower: 8_000, maxDischargePower: 0, evTargetEnergyRequest: 9_000 },
    };
    const answered = await station.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds });
    expect(answered[2]).toEqual({ status: 'NoChargingProfile' });
    // What it wants is planned with all the same.
    await eventually(() =>
      expect(events.find(({ kind }) => kind === 'charging needs')).toMatchObject({ energyWh: 9_000 }),
    );
    expect(station.calls('SetChargingProfile')).toEqual([]);
  });

  it('TC_K_114: takes what a car means to draw when it renegotiates, within what it was offered', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(lease());
    await eventually(() => expect(answers).toHaveLength(1));
    const schedule = (limit: number) => ({
      evseId: 1,
      timeBase: nowText(),
      chargingSchedule: {
        id: 1,
        duration: 60,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
      },
    });
    const status = async (limit: number) =>
      (await station.call('NotifyEVChargingSchedule', schedule(limit)))[2];
    expect(await status(16)).toEqual({ status: 'Accepted' });
    expect(await status(20)).toEqual({ status: 'Rejected' });
  });

  it('K28: gives a dynamic profile once, and then its limit alone', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(lease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    gateway.send(lease({ sequence: 2, setpointAmps: 10 }));
    await eventually(() => expect(answers).toHaveLength(2));
    expect(station.calls('SetChargingProfile')).toMatchObject([
      {
        chargingProfile: {
          chargingProfileKind: 'Dynamic',
          chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }],
        },
      },
    ]);
    expect(station.calls('UpdateDynamicSchedule')).toEqual([
      { chargingProfileId: 11, scheduleUpdate: { limit: 10 } },
    ]);
  });

  it('K28: gives a dynamic profile again to a station that does not know it any more', async () => {
    const { gateway, station, answers } = await both({ UpdateDynamicSchedule: { status: 'Rejected' } });
    gateway.send(lease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    gateway.send(lease({ sequence: 2, setpointAmps: 10 }));
    await eventually(() => expect(answers[1]?.outcome).toBe('accepted'));
    expect(station.calls('SetChargingProfile')).toHaveLength(2);
  });

  it('K28: gives a dynamic profile again where it is to hold longer offline', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(lease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    // What would rise at its end lasts twice as long.
    gateway.send(lease({ sequence: 2, setpointAmps: 0, leaseMs: 240_000 }));
    await eventually(() => expect(answers).toHaveLength(2));
    gateway.send(lease({ sequence: 3, setpointAmps: 10 }));
    await eventually(() => expect(answers).toHaveLength(3));
    const durations = station
      .calls('SetChargingProfile')
      .map(({ chargingProfile }) => Object(chargingProfile).maxOfflineDuration);
    expect(durations).toEqual([120, 240, 120]);
    expect(station.calls('UpdateDynamicSchedule')).toEqual([]);
  });

  it('K28: gives a dynamic profile again after one that nobody answered', async () => {
    const unread = { status: 'maybe' };
    const { gateway, station, answers } = await both({
      SetChargingProfile: ({ chargingProfile }) =>
        Object(chargingProfile).maxOfflineDuration === 240 ? unread : { status: 'Accepted' },
    });
    for (const [index, leaseMs] of [120_000, 240_000, 120_000].entries()) {
      gateway.send(lease({ sequence: index + 1, leaseMs }));
      await eventually(() => expect(answers).toHaveLength(index + 1));
    }
    expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'timed-out', 'accepted']);
    expect(station.calls('SetChargingProfile')).toHaveLength(3);
  });

  it('TC_K_121: answers a station that pulls what its dynamic profile allows now', async () => {
    const { gateway, station, answers } = await both();
    const pull = async (chargingProfileId: number) =>
      (await station.call('PullDynamicScheduleUpdate', { chargingProfileId }))[2];
    expect(await pull(11)).toEqual({ status: 'Rejected' });
    gateway.send(lease());
    await eventually(() => expect(answers).toHaveLength(1));
    expect(await pull(11)).toEqual({ status: 'Accepted', scheduleUpdate: { limit: 16 } });
    expect(await pull(12)).toEqual({ status: 'Rejected' });
  });

  it('K27: never counts on what is generated beside a station', async () => {
    const { station, events } = await both();
    await station.call('NotifyChargingLimit', {
      evseId: 1,
      chargingLimit: { chargingLimitSource: 'EMS', isLocalGeneration: true },
      chargingSchedule: [
        { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] },
      ],
    });
    expect(events.filter(({ kind }) => kind === 'external limits')).toEqual([]);
  });
});
