import { describe, expect, it } from 'vitest';
import { plugIn, stepStation, unplug } from '../../src/sim/station.ts';
import { connected, disconnected, nextNotice, type Reply, replied } from '../../src/sim/stationLink.ts';
import {
  changeSetting,
  clearProfiles,
  compositeSchedule,
  remoteStart,
  remoteStop,
  reset,
  setProfile,
  trigger,
} from '../../src/sim/stationRequests.ts';
import { createStation, type Notice } from '../../src/sim/stationState.ts';
import { v201 } from '../../src/sim/v201.ts';
import { carModel, lease, standing, stationModel } from './givenStation.ts';
import { charging, drawn, exchange, friendly, kinds, later, offered, online, t0 } from './stationStory.ts';

describe('a simulated station', () => {
  it('boots, tells its states, and then knows its heartbeat', () => {
    const { station, told } = exchange(connected(createStation(stationModel(), t0)));
    expect(kinds(told)).toEqual(['boot', 'status']);
    expect(station.link).toBe('online');
    expect(kinds(exchange(stepStation(station, t0 + 300_000)).told)).toEqual(['heartbeat']);
  });

  it('says nothing but boot until it is accepted, and tries again when it was told to', () => {
    const boot = connected(createStation(stationModel(), t0));
    const refused = replied(boot, nextNotice(boot) as Notice, {
      kind: 'booted',
      isAccepted: false,
      intervalS: 30,
    });
    expect(nextNotice(refused)).toBeUndefined();
    expect(nextNotice(stepStation(refused, t0 + 29_999))).toBeUndefined();
    expect(nextNotice(stepStation(refused, t0 + 30_000))?.kind).toBe('boot');
  });

  it('asks for authorisation before it starts, and tells every state on the way', () => {
    const { station, told } = exchange(plugIn(online(), 1, carModel(), 'TAG'));
    expect(kinds(told)).toEqual(['status', 'authorise', 'started', 'status', 'changed']);
    expect(station.evses[0]).toMatchObject({ status: 'charging', offeredAmps: 32 });
  });

  it('does not start for a token that was refused', () => {
    let station = plugIn(online(), 1, carModel(), 'STRANGER');
    for (let notice = nextNotice(station); notice !== undefined; notice = nextNotice(station)) {
      const reply: Reply =
        notice.kind === 'authorise' ? { kind: 'authorised', isAccepted: false } : { kind: 'done' };
      station = replied(station, notice, reply);
    }
    expect(station.evses[0]).toMatchObject({ status: 'preparing', transaction: undefined });
  });

  it('stops when the server refuses the transaction it began', () => {
    const begun = stepStation(plugIn(createStation(stationModel(), t0), 1, carModel(), 'TAG'), t0 + 1_000);
    let station = connected(begun);
    for (let notice = nextNotice(station); notice !== undefined; notice = nextNotice(station)) {
      const reply = friendly(notice);
      station = replied(station, notice, reply.kind === 'started' ? { ...reply, isAccepted: false } : reply);
    }
    expect(station.evses[0]).toMatchObject({ status: 'finishing', offeredAmps: 0 });
  });

  it('meters at its interval while it charges', () => {
    const station = charging();
    const { told } = exchange(stepStation(station, t0 + 30_000));
    const samples = told.filter((notice) => notice.kind === 'metered');
    expect(samples.map(({ atMs }) => atMs - t0)).toEqual([10_000, 20_000, 30_000]);
    expect(samples.at(-1)?.sample).toMatchObject({ amps: [6, 6, 6], offeredAmps: 6, watts: 6 * 3 * 230 });
  });

  it('lets the car follow a lower lease within 5 s', () => {
    const high = later(setProfile(charging(), lease(16, 6, t0)).station, 20_000);
    expect(drawn(high)).toEqual([16, 16, 16]);
    const low = setProfile(high, lease(8, 6, high.nowMs)).station;
    expect(offered(low)).toBe(8);
    expect(drawn(later(low, 5_000))).toEqual([8, 8, 8]);
  });

  it('falls to the tail of its lease by itself while it is offline', () => {
    const leased = later(setProfile(charging(), lease(16, 7, t0)).station, 20_000);
    const offline = disconnected(leased);
    expect(offered(stepStation(offline, t0 + 119_000))).toBe(16);
    const fallen = stepStation(offline, t0 + 126_000);
    expect(offered(fallen)).toBe(7);
    expect(drawn(fallen)).toEqual([7, 7, 7]);
  });

  it('falls to the standing default when a lease with a duration ends offline', () => {
    const brief = lease(16, 7, t0);
    const request = { ...brief, schedule: { ...brief.schedule, durationS: 150 } };
    const offline = disconnected(setProfile(charging(), request).station);
    expect(offered(stepStation(offline, t0 + 149_000))).toBe(7);
    expect(offered(stepStation(offline, t0 + 150_000))).toBe(6);
  });

  it('suspends below 6 A and goes on when it may', () => {
    const paused = later(setProfile(charging(), lease(5.9, 0, t0)).station, 10_000);
    expect(paused.evses[0]).toMatchObject({ status: 'suspended by station', offeredAmps: 0 });
    expect(drawn(paused)).toEqual([0, 0, 0]);
    const resumed = later(setProfile(paused, lease(10, 6, paused.nowMs)).station, 10_000);
    expect(resumed.evses[0]?.status).toBe('charging');
    expect(drawn(resumed)).toEqual([10, 10, 10]);
  });

  it('tells when the car takes no more', () => {
    const small = exchange(plugIn(online(), 1, carModel({ needWh: 100 }), 'TAG')).station;
    expect(later(small, 120_000).evses[0]).toMatchObject({ status: 'suspended by car', offeredAmps: 32 });
  });

  it('never offers more than its hardware allows', () => {
    expect(offered(setProfile(charging(), lease(63, 6, t0)).station)).toBe(32);
  });

  it('divides its own maximum between the EVSEs that charge', () => {
    const evses = [1, 2].map((number) => ({ number, conductorCount: 3, maxAmps: 32 }));
    const max = { ...standing(32, t0), profileId: 3, purpose: 'max' as const };
    const one = exchange(plugIn(setProfile(online({ evses }), max).station, 1, carModel(), 'A')).station;
    expect(offered(one)).toBe(32);
    const both = exchange(plugIn(one, 2, carModel(), 'B')).station;
    expect(both.evses.map(({ offeredAmps }) => offeredAmps)).toEqual([16, 16]);
  });

  it('stops from afar, ends the profiles of the transaction and keeps the standing one', () => {
    const leased = setProfile(charging(), lease(16, 6, t0)).station;
    const stopped = remoteStop(leased, '41');
    expect(stopped.refusal).toBeUndefined();
    expect(stopped.station.evses[0]).toMatchObject({ status: 'finishing', offeredAmps: 0 });
    expect(stopped.station.profiles.map(({ profileId }) => profileId)).toEqual([1]);
    expect(drawn(stopped.station)).toEqual([0, 0, 0]);
    expect(remoteStop(leased, '42').refusal).toBeDefined();
  });

  it('starts from afar for a car that waits, under the profile that came along', () => {
    const waiting = exchange(plugIn(online(), 1, carModel(), undefined)).station;
    const start = { evseNumber: 1, remoteStartId: 5, profile: lease(10, 6, t0) };
    const { station, refusal } = remoteStart(waiting, 'TAG', start);
    expect(refusal).toBeUndefined();
    expect(offered(station)).toBe(10);
    expect(remoteStart(station, 'TAG', start).refusal).toBeDefined();
    expect(remoteStart(online(), 'TAG', start).refusal).toBeDefined();
  });

  it('ends the transaction with what was delivered when the car leaves', () => {
    const station = later(charging(), 60_000);
    const { told, station: empty } = exchange(unplug(station, 1));
    expect(kinds(told)).toEqual(['ended', 'status']);
    expect(told[0]).toMatchObject({ reason: 'unplugged', transaction: { startWh: 0 } });
    expect(empty.evses[0]).toMatchObject({ status: 'available', car: undefined });
  });

  it('charges on without a server and tells all of it afterwards, in order', () => {
    const offline = disconnected(online());
    const told = exchange(
      connected(unplug(stepStation(plugIn(offline, 1, carModel(), 'TAG'), t0 + 25_000), 1)),
    ).told;
    expect(kinds(told)).toEqual(['started', 'changed', 'metered', 'metered', 'ended', 'status']);
    expect(told.flatMap((notice) => ('transaction' in notice ? notice.transaction.sequence : []))).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('keeps its transaction over a reconnect, and does not boot again', () => {
    const station = charging();
    const { station: back, told } = exchange(connected(disconnected(station)));
    expect(kinds(told)).toEqual(['status']);
    expect(back.evses[0]?.transaction?.key).toBe(station.evses[0]?.transaction?.key);
  });

  it('keeps no more than 500 notices for an absent server, and of them the start and the end', () => {
    const offline = plugIn(disconnected(online()), 1, carModel(), 'TAG');
    const ended = unplug(stepStation(offline, t0 + 3 * 3_600_000), 1);
    expect(ended.outbox).toHaveLength(500);
    expect(ended.outbox[0]?.kind).toBe('started');
    expect(ended.outbox.at(-1)?.kind).toBe('ended');
  });

  it('goes down on a reset, and boots again with its standing profile and the end of its transaction', () => {
    const leased = setProfile(charging(), lease(16, 6, t0)).station;
    const down = disconnected(reset(leased));
    expect(down.link).toBe('restarting');
    expect(nextNotice(down)).toBeUndefined();
    expect(stepStation(down, t0 + 4_999).link).toBe('restarting');
    const up = stepStation(down, t0 + 5_000);
    expect(up.link).toBe('offline');
    const { station, told } = exchange(connected(up));
    expect(told[0]).toMatchObject({ kind: 'boot', reason: 'remote reset' });
    expect(told[1]).toMatchObject({ kind: 'ended', reason: 'reset' });
    expect(station.profiles.map(({ profileId }) => profileId)).toEqual([1]);
  });

  it.each([
    ['boot', ['boot', 'status']],
    ['heartbeat', ['heartbeat']],
    ['status', ['status']],
    ['meter', ['metered']],
  ] as const)('tells %s when it is asked to', (what, expected) => {
    expect(kinds(exchange(trigger(charging(), what, undefined)).told)).toEqual(expected);
  });

  it('takes settings that make sense and refuses others', () => {
    const station = online();
    expect(changeSetting(station, 'meterIntervalS', '5').station.settings.meterIntervalS).toBe(5);
    expect(changeSetting(station, 'meterIntervalS', '-1').refusal).toBeDefined();
    expect(
      changeSetting(station, 'measurands', 'Voltage,Current.Import').station.settings.measurands,
    ).toEqual(['Current.Import', 'Voltage']);
    expect(changeSetting(station, 'measurands', 'Smell').refusal).toBeDefined();
  });
});

describe('profiles on a station', () => {
  const strict = { firmware: v201.firmware };

  it.each([
    ['an EVSE it does not have', { evseNumber: 9 }, 'InvalidValue'],
    ['a transaction that does not run', { transactionId: '99' }, 'TxNotFound'],
    ['a stack level above its highest', { stackLevel: 9 }, 'InvalidStackLevel'],
    ['its maximum at one EVSE', { purpose: 'max' }, 'InvalidProfile'],
    ['a relative maximum', { purpose: 'max', evseNumber: 0, kind: 'relative' }, 'InvalidProfile'],
  ] as const)('are refused for %s', (_why, change, refusal) => {
    expect(setProfile(charging(), lease(16, 6, t0, change)).refusal).toBe(refusal);
  });

  it('are refused for a transaction while none runs', () => {
    expect(setProfile(online(), lease(16, 6, t0)).refusal).toBe('TxNotFound');
  });

  it.each([
    ['without periods', []],
    ['that does not start at 0', [{ startS: 1, limit: 6, phaseCount: 3 }]],
    ['out of order', [0, 60, 30].map((startS) => ({ startS, limit: 6, phaseCount: 3 }))],
    [
      'with too many periods',
      Array.from({ length: 25 }, (_, startS) => ({ startS, limit: 6, phaseCount: 3 })),
    ],
  ])('are refused with a schedule %s', (_how, periods) => {
    const request = lease(16, 6, t0);
    const schedule = { ...request.schedule, periods };
    expect(setProfile(charging(), { ...request, schedule }).refusal).toBe('InvalidSchedule');
  });

  it('need a start only where the firmware asks for one', () => {
    const request = lease(16, 6, t0);
    const startless = { ...request, schedule: { ...request.schedule, startMs: undefined } };
    expect(setProfile(charging(), startless).refusal).toBeUndefined();
    expect(setProfile(charging(strict), startless).refusal).toBe('InvalidSchedule');
  });

  it('replace the one of the same id', () => {
    const once = setProfile(charging(strict), lease(16, 6, t0)).station;
    const twice = setProfile(once, lease(10, 6, t0));
    expect(twice.refusal).toBeUndefined();
    expect(twice.station.profiles).toHaveLength(2);
    expect(offered(twice.station)).toBe(10);
  });

  it('of another id on the same level replace it or are refused, as the firmware does', () => {
    const other = lease(10, 6, t0, { profileId: 8 });
    const lenient = setProfile(setProfile(charging(), lease(16, 6, t0)).station, other);
    expect(lenient.station.profiles.map(({ profileId }) => profileId)).toEqual([1, 8]);
    const refusing = setProfile(setProfile(charging(strict), lease(16, 6, t0)).station, other);
    expect(refusing.refusal).toBe('InvalidStackLevel');
    expect(offered(refusing.station)).toBe(16);
  });

  it('are refused when there is no room for another', () => {
    let station = charging();
    for (let index = 0; index < 7; index += 1) {
      station = setProfile(station, lease(16, 6, t0, { profileId: 10 + index, stackLevel: index })).station;
    }
    expect(station.profiles).toHaveLength(8);
    expect(setProfile(station, lease(16, 6, t0, { profileId: 99, stackLevel: 8 })).refusal).toBeDefined();
  });

  it('are cleared by what fits, and the car gets what is left at once', () => {
    const leased = setProfile(charging(), lease(16, 7, t0)).station;
    const none = { profileId: undefined, evseNumber: undefined, purpose: undefined, stackLevel: undefined };
    const cleared = clearProfiles(leased, { ...none, purpose: 'transaction' });
    expect(offered(cleared.station)).toBe(6);
    expect(clearProfiles(leased, { ...none, profileId: 99 }).refusal).toBeDefined();
    expect(clearProfiles(leased, none).station.profiles).toEqual([]);
  });

  it('show in the composite schedule', () => {
    const leased = setProfile(charging(), lease(16, 7, t0)).station;
    expect(compositeSchedule(leased, 1, 600)).toEqual([
      { startS: 0, amps: 16 },
      { startS: 120, amps: 7 },
    ]);
    expect(compositeSchedule(leased, 0, 600)).toEqual([{ startS: 0, amps: 32 }]);
    expect(compositeSchedule(leased, 9, 600)).toBeUndefined();
  });
});
