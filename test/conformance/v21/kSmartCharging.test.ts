import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScheduleForm } from '../../../src/control/ports.ts';
import { curtail, post } from '../../app/oneStation.ts';
import { eventually } from '../../eventually.ts';
import { givenEndOfPriority, givenLease } from '../../ocpp/givenCommand.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { nowText } from '../../ocpp/sockets.ts';
import { type CarAtStation, carAtStation, carSchedules, stopServices, tooMuch } from '../v2/carSchedules.ts';
import { charging, lease, ordered, profile, schedule, transactionEvent } from '../v2/charging.ts';
import { chargingProfiles } from '../v2/chargingProfiles.ts';
import { externalLimits } from '../v2/externalLimits.ts';

chargingProfiles('ocpp2.1');
externalLimits('ocpp2.1');
carSchedules('ocpp2.1');

afterEach(stopGateways);

const dynamic: ScheduleForm = { ...givenLease().schedule, leaseForm: 'offline', kind: 'dynamic' };
const dynamicLease = (change: Parameters<typeof lease>[0] = {}) => lease({ schedule: dynamic, ...change });

describe('K01 SetChargingProfile, of 2.1', () => {
  it('TC_K_100: sets a profile that ends for good at a station that was offline too long [K01.FR.104]', async () => {
    const { gateway, station } = await charging('ocpp2.1');
    gateway.send(lease({ schedule: { ...dynamic, kind: 'absolute' } }));
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      chargingProfile: { maxOfflineDuration: 120, invalidAfterOfflineDuration: true },
    });
  });

  it.each<[string, object]>([
    ['TC_K_102: a limit at a state of charge [K01.FR.105]', { limitAtSoC: { soc: 80, limit: 7 } }],
    ['TC_K_106: a random delay in local time [K01.FR.96]', { randomizedDelay: 60, useLocalTime: true }],
  ])('%s, in the words of an operator', async (_case, more) => {
    const there = await charging('ocpp2.1');
    const chargingSchedule = [schedule(16, { startSchedule: nowText(), ...more })];
    const chargingProfile = { ...profile(77, 'ChargingStationMaxProfile'), chargingSchedule };
    await ordered(there, 'SetChargingProfile', { evseId: 0, chargingProfile });
  });

  it('TC_K_101: a station tells that it changed its operation mode, and charges on', async () => {
    const { station, events } = await charging('ocpp2.1');
    const transactionInfo = { transactionId: 'tx-a', chargingState: 'Charging', operationMode: 'Idle' };
    const told = transactionEvent('Updated', 1, { triggerReason: 'OperationModeChanged', transactionInfo });
    expect((await station.call('TransactionEvent', told))[2]).toEqual({});
    expect(events.filter(({ kind }) => kind === 'session ended')).toEqual([]);
  });
});

describe('K15 to K20, a car of ISO 15118-20', () => {
  let car: CarAtStation;
  beforeEach(async () => {
    car = await carAtStation('ocpp2.1');
  });
  afterEach(stopServices);

  const limits = { maxChargePower: 22_000, minChargePower: 1_400, maxDischargePower: 5_000 };
  const energy = { evTargetEnergyRequest: 30_000, evMinEnergyRequest: 1_000, evMaxEnergyRequest: 40_000 };
  const told = async (controlMode: string, more: object = {}) => {
    const v2xChargingParameters = { ...limits, ...energy };
    const chargingNeeds = { requestedEnergyTransfer: 'AC_BPT', controlMode, v2xChargingParameters, ...more };
    return (await car.station.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds }))[2];
  };
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

  it('TC_K_113: keeps to a schedule that was changed under it', async () => {
    await car.followedBySchedule(() => told('ScheduledControl'));
    await car.followedBySchedule(() => curtail(car.api));
    expect(await car.chose()).toEqual({ status: 'Accepted' });
  });

  it('TC_K_114: renegotiates, and is refused what goes beyond what it was offered', async () => {
    await car.followedBySchedule(() => told('ScheduledControl'));
    expect(await car.followedBySchedule(() => told('ScheduledControl'))).toEqual({ status: 'Accepted' });
    expect(await car.chose()).toEqual({ status: 'Accepted' });
    expect(await car.followedBySchedule(() => car.chose(tooMuch(car)))).toEqual({ status: 'Rejected' });
  });

  it('TC_K_115: in dynamic control mode has its needs accepted and a schedule follows', async () => {
    expect(await car.followedBySchedule(() => told('DynamicControl'))).toEqual({ status: 'Accepted' });
    const [session] = await car.sessions();
    expect(session).toMatchObject({ wantedEnergyWh: 30_000 });
  });

  it('gets a schedule as a whole where its station holds a dynamic profile already [K16.FR.12]', async () => {
    await stopServices();
    car = await carAtStation('ocpp2.1', { traits: 'kind: dynamic, leaseForm: offline' });
    expect(await car.followedBySchedule(() => told('ScheduledControl'))).toEqual({ status: 'Accepted' });
  });

  it('TC_K_117: in dynamic control mode gets a schedule again when it leaves at another time', async () => {
    await car.followedBySchedule(() => told('DynamicControl', { departureTime: inHours(8) }));
    const departureTime = inHours(2);
    await car.followedBySchedule(() => told('DynamicControl', { departureTime }));
    const [session] = await car.sessions();
    expect(session).toMatchObject({ departureAt: departureTime });
  });
});

describe('K19 ISO 15118-20 Dynamic Control Mode, of 2.1', () => {
  it('TC_K_126: tells a car in dynamic control mode that no profile follows, where its EVSE is given none [K19.FR.04]', async () => {
    const { station, events } = await charging('ocpp2.1', {}, { givesProfiles: () => false });
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
});

describe('K21 and K22, priority charging', () => {
  it('asks a station to end the priority of a transaction', async () => {
    const { gateway, station, answers } = await charging('ocpp2.1');
    gateway.send(givenEndOfPriority());
    expect(await station.answeredCall('UsePriorityCharging')).toEqual({
      transactionId: 'tx-a',
      activate: false,
    });
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'accepted' }]));
  });

  it.each(['Rejected', 'NoProfile'])('takes %s for no end of it', async (status) => {
    const { gateway, answers } = await charging('ocpp2.1', { UsePriorityCharging: () => ({ status }) });
    gateway.send(givenEndOfPriority());
    await eventually(() => expect(answers).toMatchObject([{ outcome: 'rejected', reason: status }]));
  });

  it('has what a driver switched on at the station kept before it answers', async () => {
    const { station, facts } = await charging('ocpp2.1');
    const answered = await station.call('NotifyPriorityCharging', { transactionId: 'tx-a', activated: true });
    expect(answered[2]).toEqual({});
    expect(facts.at(-1)).toMatchObject({ transactionId: 'tx-a', evseNumber: 1, hasPriority: true });
  });
});

describe('K21 Requesting priority charging remotely', () => {
  afterEach(stopServices);

  const activation = { transactionId: 'tx-a', activate: true };
  const asked = ({ station }: CarAtStation) => station.calls('UsePriorityCharging');
  const command = async ({ api }: CarAtStation) => {
    const answer = await post(`${api}/api/v1/stations/CP-A1/commands/UsePriorityCharging`, activation);
    return { status: answer.status, body: Object(await answer.json()) };
  };

  it('TC_K_118: the station is asked where all that it may allow has room, and a stop of the site ends it [K21.FR.10]', async () => {
    const car = await carAtStation('ocpp2.1', { maxAmps: 20 });
    expect(await command(car)).toMatchObject({ status: 200, body: { answer: { status: 'Accepted' } } });
    expect(asked(car)).toEqual([activation]);
    const told = { transactionId: 'tx-a', activated: true };
    expect((await car.station.call('NotifyPriorityCharging', told))[2]).toEqual({});
    await post(`${car.api}/api/v1/sites/garage/stop`, { reason: 'smoke in the hall' });
    await eventually(() =>
      expect(asked(car)).toEqual([activation, { transactionId: 'tx-a', activate: false }]),
    );
  });

  it('the station is not asked where a circuit lacks the room, which is told', async () => {
    const car = await carAtStation('ocpp2.1');
    const { status, body } = await command(car);
    expect([status, body.detail]).toEqual([409, expect.stringMatching(/"grid" lacks 10 A for the 32 A/)]);
    expect(asked(car)).toEqual([]);
  });

  it('the station is not asked where the allocation gives priority', async () => {
    const car = await carAtStation('ocpp2.1', { maxAmps: 20, more: '    driverPriority: 1' });
    expect(await command(car)).toMatchObject({ status: 422 });
    expect(asked(car)).toEqual([]);
  });

  it.each(['Rejected', 'NoProfile'])(
    'a station that answers %s goes on under its setpoint',
    async (status) => {
      const car = await carAtStation('ocpp2.1', {
        maxAmps: 20,
        answers: { UsePriorityCharging: { status } },
      });
      expect(await car.followedBySchedule(() => command(car))).toMatchObject({
        body: { answer: { status } },
      });
    },
  );
});

describe('K27 Smart Charging with EMS and LocalGeneration', () => {
  it('never counts on what is generated beside a station', async () => {
    const { station, events } = await charging('ocpp2.1');
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

describe('K28 Dynamic charging profiles from CSMS', () => {
  it('gives a dynamic profile once, and then its limit alone', async () => {
    const { gateway, station, answers } = await charging('ocpp2.1');
    gateway.send(dynamicLease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    gateway.send(dynamicLease({ sequence: 2, setpointAmps: 10 }));
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

  it('gives a dynamic profile again to a station that does not know it any more', async () => {
    const { gateway, station, answers } = await charging('ocpp2.1', {
      UpdateDynamicSchedule: { status: 'Rejected' },
    });
    gateway.send(dynamicLease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    gateway.send(dynamicLease({ sequence: 2, setpointAmps: 10 }));
    await eventually(() => expect(answers[1]?.outcome).toBe('accepted'));
    expect(station.calls('SetChargingProfile')).toHaveLength(2);
  });

  it('gives a dynamic profile again where it is to hold longer offline', async () => {
    const { gateway, station, answers } = await charging('ocpp2.1');
    gateway.send(dynamicLease({ sequence: 1 }));
    await eventually(() => expect(answers).toHaveLength(1));
    // What would rise at its end lasts twice as long.
    gateway.send(dynamicLease({ sequence: 2, setpointAmps: 0, leaseMs: 240_000 }));
    await eventually(() => expect(answers).toHaveLength(2));
    gateway.send(dynamicLease({ sequence: 3, setpointAmps: 10 }));
    await eventually(() => expect(answers).toHaveLength(3));
    const durations = station
      .calls('SetChargingProfile')
      .map(({ chargingProfile }) => Object(chargingProfile).maxOfflineDuration);
    expect(durations).toEqual([120, 240, 120]);
    expect(station.calls('UpdateDynamicSchedule')).toEqual([]);
  });

  it('gives a dynamic profile again after one that nobody answered', async () => {
    const unread = { status: 'maybe' };
    const { gateway, station, answers } = await charging('ocpp2.1', {
      SetChargingProfile: ({ chargingProfile }) =>
        Object(chargingProfile).maxOfflineDuration === 240 ? unread : { status: 'Accepted' },
    });
    for (const [index, leaseMs] of [120_000, 240_000, 120_000].entries()) {
      gateway.send(dynamicLease({ sequence: index + 1, leaseMs }));
      await eventually(() => expect(answers).toHaveLength(index + 1));
    }
    expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'timed-out', 'accepted']);
    expect(station.calls('SetChargingProfile')).toHaveLength(3);
  });

  it('TC_K_121: answers a station that pulls what its dynamic profile allows now', async () => {
    const { gateway, station, answers } = await charging('ocpp2.1');
    const pull = async (chargingProfileId: number) =>
      (await station.call('PullDynamicScheduleUpdate', { chargingProfileId }))[2];
    expect(await pull(11)).toEqual({ status: 'Rejected' });
    gateway.send(dynamicLease());
    await eventually(() => expect(answers).toHaveLength(1));
    expect(await pull(11)).toEqual({ status: 'Accepted', scheduleUpdate: { limit: 16 } });
    expect(await pull(12)).toEqual({ status: 'Rejected' });
  });
});

describe('E17 and B11, a transaction that goes on after its station started anew', () => {
  let car: CarAtStation;
  beforeEach(async () => {
    car = await carAtStation('ocpp2.1');
  });
  afterEach(stopServices);

  it.each([
    ['TC_E_117: after an interruption', 'PowerUp'],
    ['TC_B_116: after a reset that resumes', 'RemoteReset'],
  ])('%s has its profile set again', async (_case, reason) => {
    await car.followedBySchedule(async () => {
      await car.station.call('BootNotification', {
        reason,
        chargingStation: { vendorName: 'V', model: 'M' },
      });
      await car.station.call(
        'TransactionEvent',
        transactionEvent('Updated', 1, { triggerReason: 'TxResumed' }),
      );
    });
  });
});
