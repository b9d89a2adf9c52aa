import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import type { Phase } from '../../src/domain/phases.ts';
import type { PhasesUsed } from '../../src/domain/site.ts';
import { givenCircuit, givenEvse, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const rotations: readonly (readonly Phase[])[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

/** A garage whose stations are wired in turns, with six one-phase cars at three-phase EVSEs. */
function given(phasesUsed: PhasesUsed, breakerAmps = 63): World {
  const world = watch(
    new World({
      sites: [
        givenSite({
          phasesUsed,
          circuits: [givenCircuit({ breakerAmps })],
          evses: Array.from({ length: 6 }, (_, index) =>
            givenEvse({ id: evseId(`A${index + 1}`), wiring: rotations[index % 3] ?? [0] }),
          ),
        }),
      ],
    }),
  ).connectAll();
  world.run(2);
  for (let index = 1; index <= 6; index++) world.plugIn(`A${index}`).useConductors(`A${index}`, 1);
  return world;
}

const setpoints = (world: World): readonly (number | undefined)[] =>
  Array.from({ length: 6 }, (_, index) => world.setpointAmps(`A${index + 1}`));

describe('one-phase cars at three-phase EVSEs', () => {
  it('reserve three phases by default', () => {
    expect(setpoints(given('wired').run(300))).toEqual([11, 11, 11, 10, 10, 10]);
  });

  it('reserve three phases until they were seen long enough', () => {
    expect(setpoints(given('learnt').run(50))).toEqual([11, 11, 11, 10, 10, 10]);
  });

  it('share what the others do not use once that is learnt, with room for one of them to begin', () => {
    // Two cars and one that may begin: 63 A / 3.
    expect(setpoints(given('learnt').run(300))).toEqual([21, 21, 21, 21, 21, 21]);
  });

  it('may begin with all phases, one of them at any moment, without an ampere too much', () => {
    const world = given('learnt').run(300).forgetOverloads();
    world.useConductors('A1', 3).run(120);
    expect(world.overload().worstAmps).toBe(0);
    // It counts in full from then on.
    world.useConductors('A1', 1).run(300);
    expect(world.setpointAmps('A1')).toBeLessThan(21);
  });

  it('are brought back under the limit when several begin at once, as after any step', () => {
    const world = given('learnt').run(300).forgetOverloads();
    world.useConductors('A1', 3).useConductors('A2', 3).useConductors('A3', 3).run(60);
    expect(world.overload().worstAmps).toBeGreaterThan(0);
    expect(world.overload().longestMs).toBeLessThanOrEqual(20_000);
    world.forgetOverloads().run(120);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('count three phases again while their station is offline', () => {
    const world = given('learnt').run(300);
    world.farSide.disconnect(world.station('A1'));
    world.run(30);
    const { exposureAmps } = world.circuit();
    const others = [2, 3, 4, 5, 6].map((index) => world.setpointAmps(`A${index}`) ?? 0);
    // A1 and A4 are wired to L1 first; A4 uses it, A1 counts on every phase.
    expect(exposureAmps[1]).toBeGreaterThanOrEqual(world.exposureAmps('A1') + (others[0] ?? 0));
  });

  it('fall to what fits with every phase when we die', () => {
    const world = given('learnt').run(300);
    world.kill().run(200);
    for (let index = 1; index <= 6; index++) world.useConductors(`A${index}`, 3);
    world.forgetOverloads().run(100);
    expect(world.overload().worstAmps).toBe(0);
  });
});
