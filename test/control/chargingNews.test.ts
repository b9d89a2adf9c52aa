import { describe, expect, it } from 'vitest';
import type { ChargingNews } from '../../src/domain/chargingNews.ts';
import { evseId } from '../../src/domain/ids.ts';
import { givenProfile } from '../domain/givenProfiles.ts';
import { givenEvse, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

/** Two cars that share what a background leaves of 63 A, with stations of which nothing is fixed. */
function givenGarage(backgroundAmps = 11): World {
  const evses = [givenEvse({ traits: {} }), givenEvse({ id: evseId('A2'), traits: {} })];
  const world = watch(new World({ sites: [givenSite({ evses })] }))
    .setBackground(backgroundAmps)
    .connectAll()
    .run(3);
  return world.plugIn('A1').plugIn('A2').run(60);
}

const tell = (world: World, news: ChargingNews): World => {
  const { id: stationId } = world.station('A1');
  world.inputs.applyStationEvent({ ...news, stationId, atMs: world.clock.nowMs() });
  return world;
};
const limit = (amps: number, evseNumber = 1): ChargingNews => ({
  kind: 'external limits',
  evseNumber,
  source: 'EMS',
  profiles: [
    givenProfile([[0, amps]], {
      purpose: 'external constraints',
      evseNumber,
      kind: 'dynamic',
      startMs: undefined,
    }),
  ],
});
const setpoints = (world: World) => ['A1', 'A2'].map((name) => world.setpointAmps(name));

describe('a limit that a station is under from outside', () => {
  it('leaves to others what the station would not let through', () => {
    const world = givenGarage();
    expect(setpoints(world)).toEqual([26, 26]);
    tell(world, limit(10)).run(60);
    expect(setpoints(world)).toEqual([10, 32]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('of the station as a whole bounds each of its EVSEs', () => {
    expect(setpoints(tell(givenGarage(), limit(10, 0)).run(60))).toEqual([10, 32]);
  });

  it('never raises anybody', () => {
    expect(setpoints(tell(givenGarage(), limit(100)).run(60))).toEqual([26, 26]);
  });

  it('below the minimum of a car gives it nothing, while it charges and while it is full', () => {
    const world = tell(givenGarage(), limit(4)).run(60);
    expect(setpoints(world)).toEqual([0, 32]);
    const full = givenGarage();
    full.real('A1').wantsAmps = 0;
    tell(full.run(60), limit(4)).run(60);
    expect(setpoints(full)).toEqual([0, 32]);
    expect(full.overload().worstAmps).toBe(0);
  });

  it('on what a car feeds back bounds nothing of what it takes', () => {
    const bound = limit(10);
    if (bound.kind !== 'external limits') throw new Error('it is a limit');
    const profiles = bound.profiles.map((profile) => ({
      ...profile,
      schedule: {
        ...profile.schedule,
        periods: profile.schedule.periods.map((each) => ({ ...each, limit: undefined, dischargeLimit: -16 })),
      },
    }));
    expect(setpoints(tell(givenGarage(), { ...bound, profiles }).run(60))).toEqual([26, 26]);
  });

  it('is gone when the station is free of it', () => {
    const world = tell(givenGarage(), limit(10)).run(60);
    tell(world, { kind: 'external limits', evseNumber: 1, source: 'EMS', profiles: [] }).run(60);
    expect(setpoints(world)).toEqual([26, 26]);
  });
});

describe('what a car tells that it needs', () => {
  const needs = {
    kind: 'charging needs',
    evseNumber: 1,
    energyWh: 20_000,
    departureAtMs: 9_000_000,
  } as const;
  const session = (world: World) => world.state.sessions().find((each) => each.evseId === evseId('A1'));

  it('becomes the wish of its session, and a schedule follows at once', () => {
    const world = givenGarage();
    const before = world.sent.length;
    tell(world, needs).run(2);
    expect(session(world)).toMatchObject({ departureAtMs: 9_000_000 });
    expect(session(world)?.wantedEnergyWh).toBeGreaterThanOrEqual(20_000);
    const kinds = world.sent.slice(before).map(({ command }) => [command.kind, command.evseId]);
    expect(kinds).toContainEqual(['lease', 'A1']);
  });

  it('changes with what it tells later, and does not change what a person wished', () => {
    const world = tell(givenGarage(), needs);
    tell(world, { ...needs, departureAtMs: 8_000_000 });
    expect(session(world)?.departureAtMs).toBe(8_000_000);
    const id = session(world)?.id;
    if (id !== undefined) world.inputs.changeSession(id, { departureAtMs: 7_000_000 });
    tell(world, needs);
    expect(session(world)?.departureAtMs).toBe(7_000_000);
  });
});

describe('priority charging that somebody else gave', () => {
  it('counts its EVSE in full, for what we set does not hold there', () => {
    const world = givenGarage();
    const { transactionId = '' } = world.real('A1');
    tell(world, { kind: 'priority changed', transactionId, isActive: true }).run(60);
    expect(world.exposureAmps('A1')).toBe(32);
    expect(world.setpointAmps('A2')).toBe(20);
    tell(world, { kind: 'priority changed', transactionId, isActive: false }).run(60);
    expect(setpoints(world)).toEqual([26, 26]);
  });
});

describe('a station whose own calculation never falls to a second period', () => {
  it('is told by schedules that end', () => {
    const world = givenGarage();
    tell(world, { kind: 'schedule differs', evseNumber: 1, from: 'later' }).run(70);
    const last = world.sent.findLast(
      ({ command }) => command.kind === 'lease' && command.evseId === evseId('A1'),
    );
    expect(last?.command).toMatchObject({ schedule: { leaseForm: 'duration', periodsMax: 1 } });
  });
});

describe('a car that feeds back', () => {
  it('draws less than nothing, lends it to nobody, and may stop at any moment', () => {
    const world = givenGarage(31);
    expect(setpoints(world)).toEqual([16, 16]);
    world.real('A1').wantsAmps = -10;
    world.run(120);
    expect(world.view('A1').drawAmps).toEqual([-10, -10, -10]);
    // What it leaves of its share is lent, and no more.
    expect(setpoints(world)).toEqual([6, 26]);
    world.real('A1').wantsAmps = 32;
    world.run(120);
    expect(setpoints(world)).toEqual([16, 16]);
    expect(world.overload().worstAmps).toBe(0);
  });
});
