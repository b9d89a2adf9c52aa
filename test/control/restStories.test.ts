import { describe, expect, it } from 'vitest';
import { sessionId } from '../../src/domain/ids.ts';
import { givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { loopOptions, World } from './world.ts';

const minuteS = 60;

/** Two cars on what is enough for one and a half, 20 A, for so long; what the first one wants is told. */
function givenTwoCars({ wantsAmps = 32, options = loopOptions, seconds = 2 * minuteS } = {}): World {
  const world = watch(new World({ sites: [givenSite({ evses: givenEvses(2) })], options }));
  return world.setBackground(43).connectAll().run(3).plugIn('A1', wantsAmps).plugIn('A2').run(seconds);
}

/** The first has charged for two minutes and is full. */
function givenFullCar(options = loopOptions): World {
  const world = givenTwoCars({ options });
  world.real('A1').wantsAmps = 0;
  return world.run(minuteS);
}

const setpoints = (world: World): readonly (number | undefined)[] => [
  world.setpointAmps('A1'),
  world.setpointAmps('A2'),
];

/** Whether a car was offered current at any moment of so many seconds. */
function isOfferedWithin(world: World, id: string, seconds: number): boolean {
  for (let second = 0; second < seconds; second += 1)
    if ((world.run(1).setpointAmps(id) ?? 0) > 0) return true;
  return false;
}

describe('a car that is full', () => {
  it('keeps its minimum for five minutes, and leaves it to who wants it then', () => {
    const world = givenFullCar();
    expect(setpoints(world)).toEqual([6, 14]);
    world.run(5 * minuteS);
    expect(setpoints(world)).toEqual([0, 20]);
    expect(world.view('A1').reason).toEqual({ kind: 'car takes less', amps: 0 });
  });

  it('keeps its minimum as long as nobody else wants it', () => {
    const world = givenFullCar();
    world.setBackground(20).run(20 * minuteS);
    expect(setpoints(world)).toEqual([6, 32]);
  });

  it('is offered its minimum again after a quarter of an hour, for two minutes', () => {
    const world = givenFullCar().run(5 * minuteS);
    expect(isOfferedWithin(world, 'A1', 14 * minuteS)).toBe(false);
    expect(isOfferedWithin(world, 'A1', 2 * minuteS)).toBe(true);
    expect(setpoints(world)[0]).toBe(6);
    world.run(3 * minuteS);
    expect(setpoints(world)).toEqual([0, 20]);
  });

  it('has its share again as soon as it draws when it is tried', () => {
    const world = givenFullCar().run(5 * minuteS);
    world.real('A1').wantsAmps = 32;
    world.run(18 * minuteS);
    expect([...setpoints(world)].sort()).toEqual([10, 10]);
  });

  it('pauses nobody to be tried', () => {
    const world = givenFullCar().run(5 * minuteS);
    world.setBackground(52).run(30 * minuteS);
    expect(setpoints(world)).toEqual([0, 11]);
  });

  it('is tried at once when its driver asks for something', () => {
    const world = givenFullCar().run(5 * minuteS);
    const id = world.view('A1').session?.id ?? sessionId('none');
    world.inputs.changeSession(id, { wantedEnergyWh: 20_000 });
    world.run(30);
    expect(setpoints(world)[0]).toBeGreaterThanOrEqual(6);
  });

  it('keeps its minimum for ever where the config says so', () => {
    const world = givenFullCar({ ...loopOptions, restAfterMs: 0 }).run(30 * minuteS);
    expect(setpoints(world)).toEqual([6, 14]);
  });
});

describe('a car that is not done', () => {
  it('is not taken for full because its station paused it and the answer was lost', () => {
    const world = givenTwoCars();
    for (const station of ['A1', 'A2']) world.station(station).manner = 'deaf';
    // Too little for anybody.
    world.setBackground(60).run(8 * minuteS);
    for (const station of ['A1', 'A2']) world.station(station).manner = 'obeys';
    world.setBackground(43).run(2 * minuteS);
    expect(setpoints(world)).toEqual([10, 10]);
  });

  it('keeps its minimum when it has not charged yet: it may wait for its hour', () => {
    const world = givenTwoCars({ wantsAmps: 0, seconds: 30 * minuteS });
    expect(setpoints(world)).toEqual([6, 14]);
  });

  it('keeps its minimum as long as it draws at all', () => {
    const world = givenFullCar();
    world.real('A1').wantsAmps = 1;
    world.run(30 * minuteS);
    expect(setpoints(world)).toEqual([6, 14]);
  });
});
