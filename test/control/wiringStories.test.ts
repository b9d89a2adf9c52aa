import { describe, expect, it } from 'vitest';
import { WiringWatch } from '../../src/control/wiringWatch.ts';
import type { Phase } from '../../src/domain/phases.ts';
import { createRandom } from '../../src/sim/random.ts';
import { givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { World } from './world.ts';

/** As the electrician connected them. The config has every one as L1 L2 L3. */
const real: readonly (readonly Phase[])[] = [
  [1, 2, 0],
  [2, 0, 1],
  [0, 1, 2],
  [1, 2, 0],
  [0, 2, 1],
  [2, 0, 1],
];

interface Story {
  readonly seed: number;
  readonly hours: number;
  /** How many of its conductors the next car uses. */
  readonly conductors: (random: () => number) => number;
  /** What the building's noise makes on each phase, and how high its kettles are. */
  readonly noiseAmps?: number;
  readonly kettleAmps?: number;
}

/** Cars come and go at six EVSEs, while a building swells, flickers and boils water. */
function play({ seed, hours, conductors, noiseAmps = 1, kettleAmps = 9 }: Story) {
  const evses = givenEvses(6);
  const world = new World({
    sites: [givenSite({ circuits: [givenCircuit({ breakerAmps: 125 })], evses })],
    stepMs: 500,
  });
  const watch = new WiringWatch(world.input.sites, world.state, world.input.options.drawMaxAgeMs);
  world.checks.push({
    tick: () => watch.follow(world.clock.monotonicMs()),
    step: () => {},
  });
  for (const [index, evse] of evses.entries()) world.rewire(evse.id, real[index] ?? evse.wiring);
  world.connectAll();
  const random = createRandom(seed);
  const taken = new Map<string, number>();
  let kettle: readonly number[] = [0, 0, 0];
  for (let second = 0; second < hours * 3600; second += 10) {
    if (random() < 0.03) kettle = [0, 1, 2].map(() => (random() < 0.3 ? kettleAmps : 0));
    const noise = (phase: number): number => 10 + (kettle[phase] ?? 0) + noiseAmps * (random() - 0.5) * 2;
    world.setBackground([noise(0), noise(1), noise(2)]);
    for (const { id } of evses) {
      const leavesAt = taken.get(id);
      if (leavesAt !== undefined && second >= leavesAt) {
        world.unplug(id);
        taken.delete(id);
      } else if (leavesAt === undefined && random() < 0.02) {
        world.plugIn(id, 16).useConductors(id, conductors(random));
        taken.set(id, second + 300 + random() * 900);
      }
    }
    world.run(10);
  }
  return evses.map((evse) => ({ evse, found: watch.finding(evse) }));
}

describe('the wiring of EVSEs', () => {
  it.each([1, 2])(
    'is found for six of them, five of which are wired otherwise than the config has it (seed %i)',
    (seed) => {
      const found = play({ seed, hours: 5, conductors: (random) => 1 + Math.floor(random() * 3) });
      expect(found.map(({ found: each }) => each?.wiring)).toEqual(real);
      for (const { found: each } of found) expect(each).toMatchObject({ isSure: true });
    },
  );

  it('is known for the first conductor alone where every car uses only that', () => {
    const found = play({ seed: 4, hours: 2, conductors: () => 1 });
    expect(found.map(({ found: each }) => each?.wiring[0])).toEqual(real.map(([first]) => first));
    for (const { found: each } of found) {
      expect(each?.conductors[0]).toBeGreaterThan(0.99);
      expect(each).toMatchObject({ isSure: false });
      expect(each?.confidence).toBeLessThan(0.95);
    }
  });

  it('is not known from cars that draw the same on all three, which is no matter', () => {
    for (const { found } of play({ seed: 5, hours: 1, conductors: () => 3 })) expect(found).toBeUndefined();
  });

  it('is never said to be sure where the building is louder than the cars', () => {
    const story = { hours: 1, conductors: () => 1, noiseAmps: 25, kettleAmps: 40 };
    for (const seed of [6, 7])
      for (const { evse, found } of play({ ...story, seed })) {
        const index = Number(String(evse.id).slice(1)) - 1;
        if (found?.isSure) expect(found.wiring).toEqual(real[index]);
      }
  });
});
