import { describe, expect, it } from 'vitest';
import { createAllocator } from '../../solver/allocate.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import { givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { World } from './world.ts';

const allocate = createAllocator();

/** The solver's answer with every EVSE at `amps`. */
const everybodyAt =
  (amps: number) =>
  (problem: Problem): Allocation => {
    const answer = allocate(problem);
    return { ...answer, evses: answer.evses.map((evse) => ({ ...evse, amps })) };
  };

/** Four cars at 63 A with 11 A of background, on a solver that may be broken from the first tick. */
function givenGarage(broken: (problem: Problem) => Allocation): World {
  const sites = [givenSite({ evses: givenEvses(4) })];
  const world = new World({ sites, allocate: broken }).setBackground(11).connectAll().run(3);
  for (const name of names) world.plugIn(name).run(1);
  return world.run(40);
}

const names = ['A1', 'A2', 'A3', 'A4'];
const setpoints = (world: World): readonly (number | undefined)[] =>
  names.map((name) => world.setpointAmps(name));

describe('a plan', () => {
  it.each([
    ['throws', 'out of luck', () => fail()],
    ['answers for nobody', 'NaN A cannot be set', () => ({ evses: [], circuits: [] })],
    ['answers no number', 'NaN A cannot be set', everybodyAt(Number.NaN)],
    ['answers without end', 'Infinity A cannot be set', everybodyAt(Number.POSITIVE_INFINITY)],
    ['answers a negative current', '-6 A cannot be set', everybodyAt(-6)],
    ['sets cars between zero and the minimum', '3 A cannot be set', everybodyAt(3)],
    ['sets cars beyond their maximum', '33 A cannot be set', everybodyAt(33)],
    ['exceeds the connection', 'the allocation exceeds grid', everybodyAt(14)],
  ])('of a solver that %s is refused, and everybody gets his failsafe current', (_what, why, broken) => {
    const world = givenGarage(broken);
    expect(world.tick.plans[0]?.failure).toContain(why);
    expect(world.tick.views[0]?.state).toBe('failsafe');
    expect(setpoints(world)).toEqual([6, 6, 6, 6]);
    expect(world.broken).toEqual([]);
  });

  it('of a solver that stays just within the connection stands', () => {
    const world = givenGarage(everybodyAt(13));
    expect(world.tick.plans[0]?.failure).toBeUndefined();
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('gives who is refused no more than fits when even the failsafe currents do not', () => {
    const world = givenGarage(() => fail());
    world.setBackground(48).run(30);
    // 63 A - 48 A: two of them.
    expect(setpoints(world)).toEqual([6, 6, 0, 0]);
  });

  it('asks the solver about nobody who is offline, has no session or does not answer', () => {
    const world = givenGarage(createAllocator());
    world.unplug('A1');
    world.farSide.disconnect(world.station('A2'));
    world.station('A3').manner = 'rejects';
    world.setLimit({ amps: 40 });
    world.run(5);
    expect(world.tick.plans[0]?.problem.evses.map(({ name }) => name)).toEqual(['A4']);
  });

  it('leaves the solver nothing where the background alone is too much, and no negative room', () => {
    const world = givenGarage(createAllocator()).setBackground(80).run(5);
    expect(world.tick.plans[0]?.problem.circuits[0]?.limitAmps).toEqual([0, 0, 0]);
    expect(world.tick.plans[0]?.failure).toBeUndefined();
    expect(setpoints(world)).toEqual([0, 0, 0, 0]);
    expect(world.circuit().headroomAmps[0]).toBeLessThan(0);
  });

  it('takes a circuit without a meter to carry its assumed background', () => {
    const circuits = [givenCircuit({ meter: undefined, assumedBackgroundAmps: 15 })];
    const world = new World({ sites: [givenSite({ circuits })] })
      .connectAll()
      .run(3)
      .plugIn('A1')
      .plugIn('A2')
      .run(40);
    expect(world.circuit()).toMatchObject({ basis: 'unmetered', backgroundAmps: [15, 15, 15] });
    expect([world.setpointAmps('A1'), world.setpointAmps('A2')]).toEqual([24, 24]);
  });

  it('gives nothing out where what is left is no number', () => {
    const circuits = [givenCircuit({ meter: undefined, assumedBackgroundAmps: Number.NaN })];
    const world = new World({ sites: [givenSite({ circuits })] }).connectAll().run(3).plugIn('A1').run(200);
    expect(world.tick.views[0]?.state).toBe('failsafe');
    expect(world.setpointAmps('A1') ?? 0).toBe(0);
  });
});

function fail(): never {
  throw new Error('out of luck');
}
