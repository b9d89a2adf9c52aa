import { describe, expect, it } from 'vitest';
import { givenSite } from './givenSite.ts';
import { World } from './world.ts';

const given = (): World => new World().setBackground(10).connectAll();

/** When ticks ran, in milliseconds after the first of them. */
const tickTimes = (world: World): readonly number[] => {
  const [first] = world.ticks;
  return world.ticks.map(({ tick }) => tick.atMs - (first?.tick.atMs ?? 0));
};

describe('the control loop', () => {
  it('runs when it starts and then at its pace', () => {
    const world = new World({ sites: [givenSite({ evses: [] })], meterMs: 1e9 }).run(3.5);
    expect(tickTimes(world).filter((atMs) => atMs % 1_000 === 0)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(world.ticks.map(({ tick }) => tick.number)).toEqual(world.ticks.map((_, index) => index + 1));
  });

  it('runs at once when it is woken, and a whole pace later the next time', () => {
    const world = given().run(10.3);
    const before = world.ticks.length;
    const wokenMs = world.clock.nowMs();
    world.loop.wake();
    world.run(0);
    expect(world.ticks.at(-1)?.tick).toMatchObject({ atMs: wokenMs, cause: 'drop' });
    world.run(0.999);
    expect(world.ticks).toHaveLength(before + 1);
    world.run(0.001);
    expect(world.ticks.at(-1)?.tick).toMatchObject({ atMs: wokenMs + 1_000, cause: 'pace' });
  });

  it('lets wakes that come faster than 20 ms share a tick', () => {
    const world = given().run(10.3);
    const before = world.ticks.length;
    for (let wake = 0; wake < 100; wake++) {
      world.loop.wake();
      world.clock.advance(1);
    }
    // At 0, 20, 40, 60, 80 and 100 ms.
    expect(world.ticks.length - before).toBe(6);
  });

  it('is woken less often the longer its ticks take, so that a storm of news leaves time for the stations', () => {
    let readMs = 0;
    // Read at both ends of a tick and of all that follows it: each takes 30 ms.
    const stopwatchMs = () => (readMs += 10);
    const world = new World({ stopwatchMs }).setBackground(10).connectAll().run(10.3);
    const before = world.ticks.length;
    for (let wake = 0; wake < 100; wake++) {
      world.loop.wake();
      world.clock.advance(1);
    }
    // At 0 and 90 ms.
    expect(world.ticks.length - before).toBe(2);
  });

  it('stops, and may be stopped twice', () => {
    const world = given().run(3);
    world.loop.stop();
    world.loop.stop();
    const before = world.ticks.length;
    world.loop.wake();
    world.run(10);
    expect(world.ticks).toHaveLength(before);
  });

  it('ends when a tick breaks: the leases at the stations run out by themselves', () => {
    const world = given().run(3).plugIn('A1').run(20);
    const before = world.ticks.length;
    world.checks.push({
      tick() {
        throw new Error('the view could not be shown');
      },
      step() {},
    });
    world.run(1);
    expect(world.broken).toHaveLength(1);
    expect(world.broken[0]).toMatchObject({ message: 'the view could not be shown' });
    world.run(10);
    expect(world.ticks).toHaveLength(before + 1);
    world.run(200);
    expect(world.inForceAmps('A1')).toBe(6);
  });

  it('numbers its commands, upwards, in the epoch of its process', () => {
    const world = given().run(3).plugIn('A1').run(20);
    const sequences = world.sent.map(({ command }) => command.sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
    world.restart();
    world.farSide.connect(world.station('A1'));
    world.run(21);
    expect(world.sent.at(-1)?.command.epoch).toBe(2);
  });

  it('says when its last tick began, for who watches over it', () => {
    const world = given().run(3.5);
    expect(world.clock.monotonicMs() - world.loop.lastTickMs).toBeLessThanOrEqual(1_000);
  });
});
