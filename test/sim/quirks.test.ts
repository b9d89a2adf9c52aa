import { describe, expect, it } from 'vitest';
import { type DeviceQuirkName, deviceQuirks } from '../../src/sim/deviceQuirks.ts';
import { plugIn, stepStation, unplug } from '../../src/sim/station.ts';
import type { Call, StationCodec } from '../../src/sim/stationCodec.ts';
import { connected, disconnected, nextNotice } from '../../src/sim/stationLink.ts';
import {
  changeSetting,
  clearProfiles,
  compositeSchedule,
  type ProfileRequest,
  reset,
  setProfile,
} from '../../src/sim/stationRequests.ts';
import { createStation, type Notice, type Station, type StationModel } from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';
import { v201 } from '../../src/sim/v201.ts';
import { carModel, lease, standing, stationModel } from './givenStation.ts';
import { charging, exchange, kinds, later, offered, online, t0 } from './stationStory.ts';

/** A station as it stands in the list of devices. */
const device = (name: DeviceQuirkName, change: Partial<StationModel> = {}): Partial<StationModel> => ({
  quirks: deviceQuirks[name].quirks,
  firmware: { ...v16.firmware, ...deviceQuirks[name].firmware },
  ...change,
});
const charges = (name: DeviceQuirkName): Station => charging(device(name));
const set = (station: Station, request: ProfileRequest): Station => setProfile(station, request).station;
const refusal = (station: Station, request: ProfileRequest): string | undefined =>
  setProfile(station, request).refusal;

const named = lease(16, 7, t0, { transactionId: '41' });
const max = (amps: number): ProfileRequest => ({ ...standing(amps, t0), profileId: 3, purpose: 'max' });
const inWatts = (watts: number, phaseCount: number): ProfileRequest => ({
  ...named,
  schedule: { ...named.schedule, unit: 'W', periods: [{ startS: 0, limit: watts, phaseCount }] },
});
const twoEvses = [1, 2].map((number) => ({ number, conductorCount: 3, maxAmps: 32 }));
const anyProfile = { profileId: undefined, evseNumber: undefined, purpose: undefined, stackLevel: undefined };

describe('a station that refuses what others take', () => {
  it.each<[DeviceQuirkName, ProfileRequest, ProfileRequest]>([
    ['Q1 needs the transaction id', lease(16, 7, t0), named],
    ['Q3 no station maximum', max(20), named],
    ['Q3 station maximum only', named, max(20)],
    ['Q5 no relative schedules', { ...named, kind: 'relative' }, named],
    ['Q6 stack level 0 only', named, { ...named, stackLevel: 0 }],
    ['Q6 lower stack level than announced', named, { ...named, stackLevel: 0 }],
    ['Q7 refuses 0 A', lease(16, 0, t0), named],
    ['Q9 amps only', inWatts(6900, 3), named],
    ['Q20 one period', named, inWatts(6900, 3)],
  ])('%s: it says so, and takes the other', (name, refused, taken) => {
    // A standing default may itself be refused, so the transaction begins without one.
    const station = exchange(plugIn(online(device(name)), 1, carModel(), 'TAG')).station;
    expect(refusal(station, refused)).toBeDefined();
    expect(refusal(station, taken)).toBeUndefined();
  });

  it('Q5: takes relative schedules only', () => {
    const station = exchange(
      plugIn(online(device('Q5 relative schedules only')), 1, carModel(), 'TAG'),
    ).station;
    expect(refusal(station, named)).toBe('UnsupportedKind');
    expect(offered(set(station, { ...named, kind: 'relative' }))).toBe(16);
  });

  it('Q9: takes watts only, over all phases', () => {
    const station = exchange(plugIn(online(device('Q9 watts only')), 1, carModel(), 'TAG')).station;
    expect(refusal(station, named)).toBe('UnsupportedRateUnit');
    expect(offered(set(station, inWatts(6900, 3)))).toBe(10);
  });

  it('Q13: refuses an absolute schedule without a start', () => {
    const startless = { ...named, schedule: { ...named.schedule, startMs: undefined } };
    expect(refusal(charges('Q13 needs startSchedule'), startless)).toBe('InvalidSchedule');
  });

  it('Q19: refuses a second profile in the same place', () => {
    const once = set(charges('Q19 refuses duplicates'), named);
    expect(refusal(once, { ...named, profileId: 8 })).toBe('InvalidStackLevel');
  });

  it('Q19: has no room left once finished profiles pile up', () => {
    const first = set(charges('Q19 keeps finished profiles'), named);
    const second = exchange(plugIn(exchange(unplug(first, 1)).station, 1, carModel(), 'TAG')).station;
    expect(second.profiles).toHaveLength(2);
    expect(refusal(second, lease(16, 7, t0, { profileId: 9 }))).toBe('InvalidProfile');
    expect(refusal(second, named)).toBeUndefined();
  });

  it.each<[DeviceQuirkName, string | undefined]>([
    ['Q18 clear unknown', 'no such profile'],
    ['Q18 clear without effect', undefined],
  ])('%s: what was installed stays in force', (name, said) => {
    const cleared = clearProfiles(set(charges(name), named), anyProfile);
    expect(cleared.refusal).toBe(said);
    expect(offered(cleared.station)).toBe(16);
  });

  it('Q22: tells no composite schedule', () => {
    expect(compositeSchedule(set(charges('Q22 no composite schedule'), named), 1, 600)).toBeUndefined();
  });
});

describe('a station that accepts and does otherwise', () => {
  it('Q2: keeps the default that stood when the transaction began', () => {
    const station = set(charges('Q2 default waits for the next transaction'), standing(10, t0));
    expect(offered(station)).toBe(6);
    const next = exchange(plugIn(exchange(unplug(station, 1)).station, 1, carModel(), 'TAG')).station;
    expect(offered(next)).toBe(10);
  });

  it('Q8: stays paused for the rest of the transaction', () => {
    const paused = later(set(charges('Q8 stays paused'), lease(0, 0, t0)), 10_000);
    expect(offered(set(paused, lease(16, 6, paused.nowMs)))).toBe(0);
  });

  it('Q8: resumes at full power, until another profile comes', () => {
    const paused = later(set(charges('Q8 resumes at full power'), lease(0, 0, t0)), 10_000);
    const resumed = later(set(paused, lease(10, 6, paused.nowMs)), 5_000);
    expect(offered(resumed)).toBe(32);
    expect(offered(set(resumed, lease(10, 6, resumed.nowMs)))).toBe(10);
  });

  it('Q9: drops watts without a word', () => {
    const station = charges('Q9 watts without effect');
    expect(refusal(station, inWatts(6900, 3))).toBeUndefined();
    expect(offered(set(station, inWatts(6900, 3)))).toBe(6);
  });

  it.each([
    [16, 16],
    [15.9, 13],
    [7, 6],
    [5, 0],
  ])('Q10: makes %d A %d A', (limit, amps) => {
    expect(offered(set(charges('Q10 steps of its own'), lease(limit, 6, t0)))).toBe(amps);
  });

  it('Q11: divides watts by three, whatever numberPhases says', () => {
    expect(offered(set(charging(), inWatts(4140, 1)))).toBe(18);
    expect(offered(set(charges('Q11 ignores numberPhases'), inWatts(4140, 1)))).toBe(6);
  });

  it('Q16: never falls to the tail of a lease', () => {
    const leased = set(charges('Q16 holds the first period for ever'), named);
    expect(offered(stepStation(disconnected(leased), t0 + 3_600_000))).toBe(16);
  });

  it('Q16: goes on after duration and validTo', () => {
    const ending = { ...named, validToMs: t0 + 60_000, schedule: { ...named.schedule, durationS: 60 } };
    const leased = set(charges('Q16 ignores the end of a schedule'), ending);
    expect(offered(stepStation(leased, t0 + 100_000))).toBe(16);
  });

  it.each<[DeviceQuirkName, number]>([
    ['Q21 accepts and ignores leases', 6],
    ['Q21 accepts and ignores everything', 32],
  ])('%s: the offer is as if nothing had been sent', (name, amps) => {
    const station = charges(name);
    expect(refusal(station, named)).toBeUndefined();
    expect(offered(set(station, named))).toBe(amps);
  });

  it('Q22: falls to the tail half a minute late', () => {
    const leased = set(charges('Q22 falls 30 s late'), named);
    expect(offered(stepStation(leased, t0 + 149_000))).toBe(16);
    expect(offered(stepStation(leased, t0 + 150_000))).toBe(7);
  });

  it('Q23: offers less where a limit of its own is lower', () => {
    expect(offered(set(charges('Q23 a lower limit of its own'), named))).toBe(10);
  });

  it('Q24: lets each connector take the whole maximum', () => {
    const change = device('Q24 station maximum for each connector', { evses: twoEvses });
    const one = exchange(plugIn(set(online(change), max(20)), 1, carModel(), 'A')).station;
    const both = exchange(plugIn(one, 2, carModel(), 'B')).station;
    expect(both.evses.map(({ offeredAmps }) => offeredAmps)).toEqual([20, 20]);
  });
});

describe('a station that forgets', () => {
  it.each<[DeviceQuirkName, number]>([
    ['Q15 forgets its lease offline', 6],
    ['Q15 forgets everything offline', 32],
  ])('%s: it offers %d A as soon as the connection is lost', (name, amps) => {
    expect(offered(disconnected(set(charges(name), named)))).toBe(amps);
  });

  it('Q16: is up again without its default', () => {
    const down = reset(charges('Q16 forgets its default when it restarts'));
    expect(down.profiles).toEqual([]);
    expect(reset(charging()).profiles).toHaveLength(1);
  });
});

describe('a station with a clock of its own', () => {
  it('Q12: does not begin a schedule before its slow clock gets there', () => {
    const station = set(charges('Q12 slow clock'), standing(6, t0 - 60_000));
    expect(offered(set(station, lease(16, 7, t0)))).toBe(6);
    expect(offered(later(set(station, lease(16, 7, t0)), 45_000))).toBe(16);
    expect(offered(set(station, lease(16, 7, t0 - 60_000)))).toBe(16);
  });

  it('Q12: counts a relative schedule from the transaction, not from the clock', () => {
    expect(offered(set(charges('Q12 slow clock'), { ...named, kind: 'relative' }))).toBe(16);
  });

  it('Q14: stamps with a wrong time until it booted', () => {
    const off = createStation(stationModel(device('Q14 wrong clock until it booted')), t0);
    const { told } = exchange(connected(plugIn(off, 1, carModel(), 'TAG')));
    expect(told.find(({ kind }) => kind === 'started')?.atMs).toBe(t0 - 2 * 3_600_000);
    expect(told.find(({ kind }) => kind === 'status')?.atMs).toBe(t0);
  });
});

describe('a station that tells little', () => {
  it('Q26: comes online without a boot', () => {
    const station = connected(createStation(stationModel(device('Q26 never boots')), t0));
    expect(kinds(exchange(station).told)).toEqual(['status']);
  });

  it('Q26: has nothing to say in a silent gap, and then says all of it', () => {
    const station = charges('Q26 silent for minutes');
    const gapMs = t0 + 50 * 60_000; // t0 is a full hour.
    expect(nextNotice(stepStation(station, gapMs - 1))).toBeDefined();
    const silent = stepStation(station, gapMs);
    expect(silent.outbox.length).toBeGreaterThan(100);
    expect(nextNotice(silent)).toBeUndefined();
    expect(nextNotice(stepStation(silent, t0 + 3_600_000))).toBeDefined();
  });

  it('Q28: meters when it likes', () => {
    const { told } = exchange(stepStation(charges('Q28 meters every 2 min'), t0 + 360_000));
    const metered = told.filter((notice) => notice.kind === 'metered');
    expect(metered.map(({ atMs }) => atMs - t0)).toEqual([120_000, 240_000, 360_000]);
  });

  it('Q28: names its phases in another order', () => {
    const change = device('Q28 phases in the wrong order');
    const oneConductor = carModel({ phaseCount: 1 });
    const station = exchange(plugIn(set(online(change), standing(6, t0)), 1, oneConductor, 'TAG')).station;
    const { told } = exchange(stepStation(station, t0 + 20_000));
    expect(told.findLast((notice) => notice.kind === 'metered')?.sample.amps).toEqual([0, 0, 6]);
  });

  it.each([
    ['1.6', v16],
    ['2.0.1', v201],
  ])('Q28: leaves out what it does not measure, in %s', (_version, codec) => {
    const station = charging(
      device('Q28 no offered current', { firmware: { ...codec.firmware, needsStartSchedule: false } }),
    );
    const [metered] = exchange(stepStation(station, t0 + 10_000)).told.filter(isMetered);
    const call = metered && codec.encode(station, metered);
    expect(JSON.stringify(call)).toContain('Current.Import');
    expect(JSON.stringify(call)).not.toContain('Current.Offered');
    expect(changeSetting(station, 'measurands', 'Current.Import,Current.Offered').refusal).toBeDefined();
  });
});

const isMetered = (notice: Notice): boolean => notice.kind === 'metered';

describe('a station without smart charging', () => {
  const profile = { stackLevel: 1, chargingProfileKind: 'Absolute' };
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] };
  const start = new Date(t0).toISOString();
  const calls: Record<'1.6' | '2.0.1', { codec: StationCodec; set: Call; ask: Call }> = {
    '1.6': {
      codec: v16,
      set: {
        action: 'SetChargingProfile',
        payload: {
          connectorId: 1,
          csChargingProfiles: {
            ...profile,
            chargingProfileId: 7,
            chargingProfilePurpose: 'TxDefaultProfile',
            chargingSchedule: schedule,
          },
        },
      },
      ask: { action: 'GetConfiguration', payload: { key: ['SupportedFeatureProfiles'] } },
    },
    '2.0.1': {
      codec: v201,
      set: {
        action: 'SetChargingProfile',
        payload: {
          evseId: 1,
          chargingProfile: {
            ...profile,
            id: 7,
            chargingProfilePurpose: 'TxDefaultProfile',
            chargingSchedule: [{ ...schedule, startSchedule: start }],
          },
        },
      },
      ask: {
        action: 'GetVariables',
        payload: {
          getVariableData: [{ component: { name: 'SmartChargingCtrlr' }, variable: { name: 'Available' } }],
        },
      },
    },
  };
  const answer = (version: '1.6' | '2.0.1', name: DeviceQuirkName, what: 'set' | 'ask') => {
    const { codec, ...call } = calls[version];
    const station = online(device(name, { firmware: codec.firmware }));
    return codec.handle(station, call[what]).answer;
  };

  it.each([
    ['Q30 no smart charging', '1.6', { kind: 'result', payload: { status: 'NotSupported' } }],
    // [OCPP 2.0.1 K01.FR.29]
    ['Q30 no smart charging', '2.0.1', { kind: 'error', code: 'NotSupported' }],
    ['Q29 profiles fail in its RPC layer', '1.6', { kind: 'error', code: 'PropertyConstraintViolation' }],
    ['Q29 profiles fail in its RPC layer', '2.0.1', { kind: 'error', code: 'PropertyConstraintViolation' }],
    ['Q31 hides its smart charging', '1.6', { kind: 'result', payload: { status: 'Accepted' } }],
    ['Q31 hides its smart charging', '2.0.1', { kind: 'result', payload: { status: 'Accepted' } }],
  ] as const)('%s: answers a profile of %s in its way', (name, version, expected) => {
    expect(answer(version, name, 'set')).toMatchObject(expected);
  });

  it.each(['Q30 no smart charging', 'Q31 hides its smart charging'] as const)(
    '%s: says that it has none',
    (name) => {
      expect(JSON.stringify(answer('1.6', name, 'ask'))).not.toContain('SmartCharging');
      expect(JSON.stringify(answer('2.0.1', name, 'ask'))).toContain('"attributeValue":"false"');
    },
  );
});

describe('the list of devices', () => {
  it('has more than twenty quirks, each with where it was seen', () => {
    const numbers = Object.keys(deviceQuirks).map((name) => name.split(' ')[0]);
    expect(new Set(numbers).size).toBeGreaterThanOrEqual(20);
    for (const { seenAt } of Object.values(deviceQuirks)) expect(seenAt).not.toBe('');
  });
});
