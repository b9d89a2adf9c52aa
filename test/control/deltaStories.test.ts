import { describe, expect, it } from 'vitest';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import type { Phase } from '../../src/domain/phases.ts';
import { powerFactorMin } from './deltaLines.ts';
import { givenCircuit, givenEvse, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const supply = { system: 'IT', phaseVolts: 230, powerFactorMin } as const;

/** A garage on 230 V delta: 63 A, its EVSEs wired as given. */
const given = (wirings: readonly (readonly Phase[])[], breakerAmps = 63): World =>
  watch(
    new World({
      sites: [
        givenSite({
          supply,
          circuits: [givenCircuit({ breakerAmps, assumedBackgroundAmps: 5 })],
          evses: wirings.map((wiring, index) => givenEvse({ id: evseId(`A${index + 1}`), wiring })),
        }),
      ],
    }),
  ).connectAll();

const setpoints = (world: World, count: number): readonly (number | undefined)[] =>
  Array.from({ length: count }, (_, index) => world.setpointAmps(`A${index + 1}`));

describe('a garage on a delta supply', () => {
  it('gives balanced cars more than a sum of amps would, and stays under the breaker at the worst angles', () => {
    const world = given(
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
      50,
    ).run(2);
    for (const id of ['A1', 'A2', 'A3']) world.plugIn(id);
    world.run(120);
    // 2 x 25 A of numbers would be full; 37 degrees apart they make 26 A possible.
    expect(setpoints(world, 3)).toEqual([26, 26, 26]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('counts the third line of a three-phase car for both its loads', () => {
    const world = given([[0, 1, 2]], 30).run(2);
    world.plugIn('A1').run(60);
    // Two loads of 15 A, 37 degrees apart at the closest.
    expect(setpoints(world, 1)).toEqual([15]);
    expect(world.circuit().exposureAmps[2]).toBeCloseTo(28.45, 2);
  });

  it('keeps the building it measured before any car came, at whatever angle that is', () => {
    const world = given([
      [0, 1],
      [2, 0],
    ])
      .setBackground(30)
      .run(10);
    world.plugIn('A1').run(60).plugIn('A2').run(120).unplug('A1').run(60);
    expect(world.circuit().backgroundAmps[0]).toBeCloseTo(30, 6);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('makes room for a building that grows at another angle than the cars', () => {
    const world = given([
      [0, 1],
      [1, 2],
      [2, 0],
    ])
      .setBackground(10)
      .run(10);
    for (const id of ['A1', 'A2', 'A3']) world.plugIn(id);
    world.run(60).setBackground(40).run(40).forgetOverloads().run(120);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('limits watts by what lies between the lines', () => {
    const world = given([
      [0, 1],
      [0, 1, 2],
    ]).run(2);
    world.setLimit({ watts: 10_000 });
    world.plugIn('A1').plugIn('A2').run(120);
    // One load and two loads of 230 V.
    const [one = 0, two = 0] = setpoints(world, 2);
    expect(one + 2 * two).toBeLessThanOrEqual(10_000 / 230);
    expect(one + 2 * two).toBeGreaterThan(10_000 / 230 - 3);
  });

  it('takes the line its meter does not tell for the sum of the others', () => {
    const world = given([[1, 2]]).run(2);
    const reading = { circuitId: circuitId('grid'), amps: { 0: 20, 2: 15 } };
    world.silentMeters.add(circuitId('grid'));
    world.run(16);
    world.state.applyReading({ ...reading, arrivedAtMs: world.clock.monotonicMs() });
    world.run(1);
    expect(world.circuit().backgroundAmps[1]).toBe(35);
    expect(world.circuit().basis).toBe('measured');
  });

  it('tells the station of a car between two lines one phase', () => {
    const world = given([[0, 1]]).run(2);
    world.plugIn('A1').run(5);
    const lease = world.sent.find(({ command }) => command.kind === 'lease')?.command;
    expect(lease?.kind === 'lease' && lease.schedule).toMatchObject({ phaseCount: 1, phaseVolts: 230 });
  });
});
