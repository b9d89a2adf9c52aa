import { describe, expect, it } from 'vitest';
import { leaseSlackMs } from '../../src/app/options.ts';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { leaseMs, World } from './world.ts';

const names = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6'];

/** A garage of six at 63 A with 9 A of background: 9 A each. */
function givenBusyGarage(): World {
  const sites = [givenSite({ evses: givenEvses(6) })];
  const world = watch(new World({ sites })).setBackground(9).connectAll().run(3);
  for (const name of names) world.plugIn(name).run(7);
  return world.run(40).forgetOverloads();
}

const setpoints = (world: World): readonly (number | undefined)[] =>
  names.map((name) => world.setpointAmps(name));

const total = (amps: readonly (number | undefined)[]): number =>
  amps.reduce<number>((sum, each) => sum + (each ?? 0), 0);

const connect = (world: World, ...some: readonly string[]): World => {
  for (const name of some) world.farSide.connect(world.station(name));
  return world;
};

describe('a restart', () => {
  it('counts every EVSE at its hardware maximum until it was heard', () => {
    const world = givenBusyGarage().restart().run(1);
    expect(names.map((name) => world.exposureAmps(name))).toEqual([32, 32, 32, 32, 32, 32]);
    expect(world.tick.views[0]?.state).toBe('starting');
  });

  it('holds who is back at failsafe, neither paused nor raised, while others were not heard', () => {
    const world = givenBusyGarage().restart();
    connect(world, 'A1', 'A2', 'A3').run(30);
    expect(setpoints(world).slice(0, 3)).toEqual([6, 6, 6]);
    expect(world.view('A1').reason).toEqual({ kind: 'starting' });
    expect(names.slice(0, 3).every((name) => world.real(name).drawAmps === 6)).toBe(true);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('goes on as before once everybody was heard and told his draw', () => {
    const world = givenBusyGarage().restart();
    connect(world, ...names).run(50);
    expect(world.tick.views[0]?.state).toBe('normal');
    expect(setpoints(world)).toEqual([9, 9, 9, 9, 9, 9]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('does not wait for a dead station longer than its lease can last', () => {
    const world = givenBusyGarage().restart();
    connect(world, ...names.slice(1)).run((leaseMs + leaseSlackMs) / 1000 - 1);
    expect(world.setpointAmps('A2')).toBe(6);
    world.run(31);
    // 63 A - 9 A - 6 A for the dead one, and 6 A that flow there for all the meter can tell.
    expect(total(setpoints(world).slice(1))).toBe(42);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('waits for the meter as long as its readings may age', () => {
    const world = givenBusyGarage();
    world.silentMeters.add(circuitId('grid'));
    world.restart();
    connect(world, ...names).run(14);
    expect(world.tick.views[0]?.state).toBe('starting');
    world.run(2);
    expect(world.tick.views[0]?.state).toBe('assumed');
  });

  it('raises nobody who was paused before it knows the rest', () => {
    const world = givenBusyGarage().setBackground(37).run(60);
    const paused = names.filter((name) => world.inForceAmps(name) === 0);
    expect(paused.length).toBeGreaterThan(0);
    world.restart();
    connect(world, ...names.slice(0, 5)).run(60);
    for (const name of paused.filter((each) => each !== 'A6')) expect(world.inForceAmps(name)).toBe(0);
    expect(world.overload().longestMs).toBeLessThanOrEqual(7_200);
  });

  it('in a curtailment keeps the limit', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 33 });
    world.run(20).forgetOverloads().restart().run(3);
    connect(world, ...names).run(60);
    expect(world.circuit().limitAmps).toEqual([33, 33, 33]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('that takes longer than a lease finds everybody at his tail', () => {
    const world = givenBusyGarage().kill().run(200);
    expect(names.map((name) => world.inForceAmps(name))).toEqual([6, 6, 6, 6, 6, 6]);
    world.restart();
    connect(world, ...names).run(60);
    expect(setpoints(world)).toEqual([9, 9, 9, 9, 9, 9]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('again and again never overloads anything', () => {
    const world = givenBusyGarage();
    for (let round = 0; round < 10; round++) {
      world.restart().run(round);
      connect(world, ...names.slice(round % 3)).run(11);
    }
    expect(world.overload().worstAmps).toBe(0);
  });

  it('leaves a session that ended meanwhile nothing', () => {
    const world = givenBusyGarage().kill();
    world.unplug('A1').restart();
    connect(world, ...names).run(60);
    expect(world.state.sessions().map(({ evseId: id }) => id)).not.toContain(evseId('A1'));
    expect(total(setpoints(world).slice(1))).toBe(54);
  });
});

describe('a restart at a site over its limit', () => {
  /** Two are paused by a limit, which ends. Who they are. */
  function pausedBy(world: World, whenLimited: (paused: readonly string[]) => void = () => {}): string[] {
    const limit = world.setLimit({ amps: 33 });
    world.run(60);
    const paused = names.filter((name) => world.inForceAmps(name) === 0);
    expect(paused.length).toBe(2);
    whenLimited(paused);
    world.endLimit(limit);
    return paused;
  }

  it('raises nobody of whom it kept something older than what is in force', () => {
    const world = givenBusyGarage();
    world.keepsLeases = false;
    const paused = pausedBy(world);
    connect(world.setBackground(40).restart(), ...paused).run(25);
    for (const name of paused) expect(world.setpointAmps(name), name).toBe(0);
  });

  it('raises nobody of whom it kept something that was refused', () => {
    const world = givenBusyGarage();
    const paused = pausedBy(world, (some) => {
      for (const name of some) world.station(name).manner = 'rejects';
    });
    world.run(60).kill().setBackground(40);
    for (const name of paused) world.station(name).manner = 'obeys';
    connect(world.restart(), ...paused).run(25);
    for (const name of paused) expect(world.setpointAmps(name), name).toBe(0);
  });

  it('lets those be who were not measured yet', () => {
    const world = givenBusyGarage().kill().setBackground(40).restart();
    const sentBefore = world.sent.length;
    connect(world, 'A1').run(0.1);
    expect(world.sent.slice(sentBefore)).toEqual([]);
    world.run(45);
    expect(world.setpointAmps('A1')).toBe(6);
  });

  it('raises nobody on what its station repeats of before it was paused', () => {
    const world = givenBusyGarage();
    world.keepsLeases = false;
    const paused = pausedBy(world);
    connect(world.setBackground(40).restart(), ...paused);
    for (const name of paused) {
      const real = world.real(name);
      real.drawAmps = 9;
      world.farSide.measure(real);
    }
    world.run(5);
    for (const name of paused) expect(world.inForceAmps(name), name).toBe(0);
  });
});

describe('the first start ever', () => {
  it('offers a car no more than is proven free while other stations were never heard', () => {
    const sites = [givenSite({ evses: givenEvses(6) })];
    const world = watch(new World({ sites })).setBackground(9);
    connect(world, 'A1').run(2).plugIn('A1').run(20);
    expect(world.setpointAmps('A1')).toBe(0);
    connect(world, ...names.slice(1)).run(20);
    expect(world.setpointAmps('A1')).toBe(32);
  });
});
