import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, evseId, siteId, stationId } from '../../src/domain/ids.ts';
import { givenConnection, gridTarget } from './givenConnection.ts';
import { givenArea, givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { loopOptions, World, type WorldInput } from './world.ts';

/** Two cars that want 32 A each in a garage of 63 A with 20 A of background; a grid operator may limit it. */
const given = (change: Partial<WorldInput> = {}): World => {
  const world = watch(new World({ connections: [givenConnection()], ...change })).setBackground(20);
  world.connectAll().plugIn('A1').plugIn('A2');
  world.hear({ amps: 63 });
  return world.run(180);
};

const carsAmps = (world: World): number => world.real('A1').drawAmps + world.real('A2').drawAmps;
const loadAmps = (world: World): number => carsAmps(world) + 20;

describe('a limit of a grid operator', () => {
  it('on the connection counts the building, on controllable load the cars alone', () => {
    const world = given();
    expect(loadAmps(world)).toBeGreaterThan(60);
    const onConnection = world.hear({ amps: 40 });
    expect(loadAmps(world.run(30))).toBe(40);
    world.endLimit(onConnection);
    world.hear({ amps: 24 }, { boundary: 'controllable' });
    world.run(60);
    expect(carsAmps(world)).toBe(24);
    // The building goes on counting under the breaker: 63 A less 45 A.
    world.setBackground(45).run(60);
    expect(carsAmps(world)).toBeLessThanOrEqual(18);
  });

  it('on controllable load holds whatever the building does', () => {
    const world = given();
    world.hear({ watts: 3 * 230 * 20 }, { boundary: 'controllable' });
    for (const background of [0, 10, 30, 5]) {
      world.setBackground(background).run(60);
      expect(carsAmps(world)).toBeLessThanOrEqual(20);
      expect(carsAmps(world)).toBeGreaterThanOrEqual(18);
    }
    expect(world.view('A1').reason).toMatchObject({ kind: 'circuit full', limitedBy: { kind: 'limit' } });
  });

  it('of one source is not lifted by the release of another', () => {
    const world = given({ connections: [givenConnection(), givenConnection({ id: 'market' })] });
    world.hear({ amps: 63 }, { connectionId: 'market' });
    world.run(5);
    world.hear({ amps: 35 });
    const lower = world.hear({ amps: 30 }, { connectionId: 'market' });
    expect(loadAmps(world.run(30))).toBeLessThanOrEqual(30);
    world.endLimit(lower);
    expect(loadAmps(world.run(60))).toBe(35);
  });

  it('below the minima of the cars pauses all but those that fit', () => {
    const world = given();
    world.hear({ amps: 30 });
    world.run(60);
    expect(loadAmps(world)).toBeLessThanOrEqual(30);
    expect([world.inForceAmps('A1'), world.inForceAmps('A2')].filter((amps) => amps === 0)).toHaveLength(1);
  });

  it('below the building pauses every car and gives none back', () => {
    const world = given();
    world.hear({ amps: 15 });
    expect(carsAmps(world.run(60))).toBe(0);
    expect(world.state.grid.flow(circuitId('grid'))).toMatchObject({ exposureWatts: 0, carWatts: 0 });
  });

  it('above the contract allows no more than the contract, unless that is agreed', () => {
    for (const [mayRaiseAboveContract, most] of [
      [false, 40],
      [true, 50],
    ] as const) {
      const world = given({ connections: [givenConnection({ mayRaiseAboveContract })] });
      for (const limit of world.state.limits()) world.endLimit(limit);
      world.hear({ amps: 40 }, { kind: 'baseline', role: 'default' });
      world.hear({ amps: 50 });
      expect(loadAmps(world.run(90))).toBe(most);
    }
  });

  it('per phase leaves the other phases alone', () => {
    const wiring = [[0], [1]] as const;
    const evses = givenEvses(2).map((evse, index) => ({ ...evse, wiring: wiring[index] ?? [0] }));
    const world = given({ sites: [givenSite({ evses })] });
    world.hear({ phaseAmps: [32, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] });
    world.run(60);
    expect([world.real('A1').drawAmps, world.real('A2').drawAmps]).toEqual([12, 32]);
  });
});

describe('a limit on a mean', () => {
  const quarter = { mode: 'mean', windowS: 900, isAligned: true } as const;
  const capWatts = 3 * 230 * 40;

  /** Mean over the aligned quarter of an hour that is about to end. */
  const meanWatts = (world: World): number => {
    const nowMs = world.clock.nowMs();
    const fromMs = Math.floor((nowMs - 1) / 900_000) * 900_000;
    const since = { fromMs, nowMs, unseenWatts: 0 };
    return (
      world.state.grid.energy.usedWh(circuitId('grid'), 'connection', since) / ((nowMs - fromMs) / 3_600_000)
    );
  };

  const patient = () => given({ connections: [givenConnection({ heartbeatTimeoutMs: undefined })] });
  const toQuarter = (world: World): World => world.run((900_000 - (world.clock.nowMs() % 900_000)) / 1000);

  it('that was nearly used up before it came leaves only what is left of it', () => {
    const world = toQuarter(patient());
    world.run(300);
    world.hear({ watts: capWatts }, { averaging: quarter });
    // A third of the time at 62 A leaves 29 A for the rest of it.
    expect(loadAmps(world.run(60))).toBeLessThanOrEqual(29);
    world.run(539);
    expect(meanWatts(world)).toBeLessThanOrEqual(capWatts * 1.005);
  });

  it('is the limit again in the next window, and at every moment where no ceiling allows more', () => {
    const world = toQuarter(patient());
    world.hear({ watts: capWatts }, { averaging: quarter });
    world.run(890);
    expect(loadAmps(world)).toBeLessThanOrEqual(40);
    expect(meanWatts(toQuarter(world))).toBeLessThanOrEqual(capWatts * 1.005);
    expect(loadAmps(world.run(60))).toBeLessThanOrEqual(40);
    expect(loadAmps(world)).toBeGreaterThanOrEqual(38);
  });

  it('is kept by using less later when the building took more than it for a while', () => {
    const world = toQuarter(patient());
    world.hear({ watts: capWatts }, { averaging: quarter });
    world.run(30).setBackground(50).run(120).setBackground(20);
    expect(meanWatts(world)).toBeGreaterThan(capWatts);
    world.run(740);
    expect(meanWatts(world)).toBeLessThanOrEqual(capWatts * 1.005);
  });
});

describe('a grid operator that falls silent', () => {
  it('brings the failsafe limit at once, in the middle of a curtailment too', () => {
    const world = given();
    world.hear({ amps: 50 });
    world.run(290);
    expect(loadAmps(world)).toBe(50);
    world.run(30);
    expect(world.state.grid.state('dso').phase).toBe('failsafe');
    expect(carsAmps(world)).toBe(0);
  });

  it('stays silent over a restart', () => {
    const world = given();
    world.run(400);
    world.restart().connectAll().run(200);
    expect(world.state.grid.state('dso').phase).toBe('failsafe');
    expect(carsAmps(world)).toBe(0);
    world.hear({ amps: 40 });
    expect(loadAmps(world.run(60))).toBe(40);
  });

  it('is nothing that a clock that is set could bring about or hide', () => {
    const world = given();
    world.clock.setWall(3_600_000);
    expect(world.run(60).state.grid.state('dso').phase).toBe('limited');
    world.clock.setWall(-7_200_000);
    expect(world.run(300).state.grid.state('dso').phase).toBe('failsafe');
  });

  it('is counted with from the start: stations that no longer hear from us fall below its failsafe limit', () => {
    const failsafe = { amps: 28 } as const;
    const world = given({
      connections: [givenConnection({ targets: [{ target: gridTarget, externalIds: [], failsafe }] })],
    });
    expect(carsAmps(world)).toBeGreaterThan(40);
    world.kill().run(300);
    // The building takes 20 A, so 8 A are left: one car at 6 A.
    expect(carsAmps(world)).toBe(6);
  });
});

describe('the release of a limit', () => {
  it('waits a random time, then ramps: two hundred sites under one feeder do not come back together', () => {
    const release = { randomMs: 60_000, rampMs: 60_000 };
    const sites = Array.from({ length: 200 }, (_, index) =>
      givenSite({
        id: siteId(`site-${index}`),
        circuits: [
          givenCircuit({ id: circuitId(`grid-${index}`), assumedBackgroundAmps: 0, meter: undefined }),
        ],
        evses: givenEvses(1).map((evse) => ({
          ...evse,
          id: evseIdOf(index),
          circuit: circuitId(`grid-${index}`),
          station: stationIdOf(index),
        })),
      }),
    );
    const target = (index: number) =>
      ({ kind: 'circuit', siteId: siteId(`site-${index}`), circuitId: circuitId(`grid-${index}`) }) as const;
    const connection = givenConnection({
      targets: sites.map((_, index) => ({ target: target(index), externalIds: [], failsafe: { amps: 6 } })),
      heartbeatTimeoutMs: undefined,
      release,
    });
    const world = new World({
      sites,
      connections: [connection],
      options: { ...loopOptions, tickMs: 5_000 },
      stepMs: 5_000,
      measureMs: 60_000,
    });
    world.connectAll();
    for (const index of sites.keys()) world.plugIn(`A1-${index}`);
    const limits = sites.map((_, index) => world.hear({ amps: 6 }, {}, { target: target(index) }));
    world.run(150);
    const totalAmps = () => sites.reduce((sum, _, index) => sum + world.real(`A1-${index}`).drawAmps, 0);
    expect(totalAmps()).toBe(200 * 6);
    for (const limit of limits) world.endLimit(limit);
    const steps: number[] = [];
    for (let second = 0; second < 180; second += 5) {
      const before = totalAmps();
      world.run(5);
      steps.push(totalAmps() - before);
    }
    expect(totalAmps()).toBe(200 * 32);
    // All of 5 200 A at once would be the step of a neighbourhood that comes back together.
    expect(Math.max(...steps)).toBeLessThan(800);
    expect(steps.filter((step) => step > 0).length).toBeGreaterThan(12);
  }, 60_000);
});

/** One car under a limit that comes back within two minutes. */
const givenReleased = (): { readonly world: World; readonly limit: GridLimit } => {
  const release = { randomMs: 60_000, rampMs: 60_000 };
  const world = given({ connections: [givenConnection({ release, heartbeatTimeoutMs: undefined })] });
  const limit = world.hear({ amps: 32 });
  world.run(60);
  return { world, limit };
};
const limitAmps = (world: World): number => world.circuit().limitAmps[0];

describe('a restart', () => {
  it('in the midst of a release goes on from where it was, after the wait that was drawn', () => {
    const { world, limit } = givenReleased();
    world.endLimit(limit);
    for (let second = 0; limitAmps(world) < 50; second += 1) {
      if (second > 120) throw new Error('the limit does not rise');
      world.run(1);
    }
    const reachedAmps = limitAmps(world);
    world.restart().connectAll().run(2);
    expect(limitAmps(world)).toBeLessThanOrEqual(reachedAmps + 3);
    // What is told every five seconds is what may be lost.
    expect(limitAmps(world)).toBeGreaterThan(reachedAmps - 8);
    expect(limitAmps(world.run(30))).toBe(63);
  });

  it('does not let go at once what ended while nobody was there', () => {
    const { world, limit } = givenReleased();
    world.kill();
    world.endLimit(limit);
    world.run(300).restart().connectAll().run(2);
    expect(limitAmps(world)).toBe(32);
    expect(limitAmps(world.run(125))).toBe(63);
  });

  it('holds nothing that was let go long before', () => {
    const { world, limit } = givenReleased();
    world.endLimit(limit);
    world.run(125).restart().connectAll().run(2);
    expect(limitAmps(world)).toBe(63);
  });
});

describe('an area that is limited', () => {
  it('shares the limit over its sites', () => {
    const sites = ['north', 'south'].map((name) =>
      givenSite({
        id: siteId(name),
        circuits: [givenCircuit({ id: circuitId(name) })],
        evses: givenEvses(2).map((evse, index) => ({
          ...evse,
          id: evseIdOf(`${name}-${index}`),
          station: stationIdOf(`${name}-${index}`),
          circuit: circuitId(name),
        })),
      }),
    );
    const area = givenArea({ sites: sites.map(({ id }) => id), limitWatts: 100_000 });
    const target = { kind: 'area', areaId: areaId('feeder') } as const;
    const connection = givenConnection({
      targets: [{ target, externalIds: [], failsafe: { watts: 20_000 } }],
    });
    const world = watch(new World({ sites, areas: [area], connections: [connection] }));
    world.setBackground(10, 'north').setBackground(10, 'south').connectAll();
    for (const name of ['north-0', 'north-1', 'south-0', 'south-1']) world.plugIn(`A1-${name}`);
    world.hear({ watts: 36_000 }, {}, { target });
    world.run(180);
    const draws = ['north-0', 'north-1', 'south-0', 'south-1'].map(
      (name) => world.real(`A1-${name}`).drawAmps,
    );
    expect(draws).toEqual([8, 8, 8, 8]);
    expect(world.state.grid.flow(areaId('feeder'))).toMatchObject({ watts: (2 * 10 + 4 * 8) * 230 * 3 });
  });
});

type Said = 'cap' | 'cars' | 'mean' | 'later' | 'withdraw' | 'silence' | 'back' | 'background' | 'restart';

/** Leaves one car 5.999… A: it gets its minimum. */
const aHairBelowTheMinimum: { what: Said; amps: number; priority: number }[] = [
  { what: 'background', amps: 53, priority: 0 },
  { what: 'mean', amps: 59, priority: 0 },
  { what: 'back', amps: 0, priority: 0 },
];

describe('whatever a grid operator says and does not say', () => {
  it('nobody is ever raised above what holds', () => {
    const step = fc.record({
      what: fc.constantFrom<Said>(
        'cap',
        'cars',
        'mean',
        'later',
        'withdraw',
        'silence',
        'back',
        'background',
        'restart',
      ),
      amps: fc.integer({ min: 0, max: 70 }),
      priority: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('lowest', 'priority', 'latest', 'version'),
        (steps, supersede) => {
          const world = given({
            connections: [givenConnection({ supersede, heartbeatTimeoutMs: 60_000 })],
            stepMs: 500,
          });
          for (const { what, amps, priority } of steps) {
            apply(world, what, amps, priority);
            world.run(25);
          }
          // The lowest that anybody told still holds when nobody speaks any more.
          world.kill().run(300);
          expect(world.broken).toEqual([]);
        },
      ),
      { numRuns: 30, examples: [[aHairBelowTheMinimum, 'lowest']] },
    );
  }, 120_000);
});

function apply(world: World, what: Said, amps: number, priority: number): void {
  const nowMs = world.clock.nowMs();
  const version = nowMs;
  switch (what) {
    case 'cap':
      world.hear({ amps }, { priority, version });
      return;
    case 'cars':
      world.hear({ watts: amps * 690 }, { priority, version, boundary: 'controllable' });
      return;
    case 'mean':
      world.hear(
        { watts: amps * 690 },
        { priority, version, averaging: { mode: 'mean', windowS: 60, isAligned: true } },
      );
      return;
    case 'later':
      world.hear({ amps }, { priority, version }, { fromMs: nowMs + 10_000, untilMs: nowMs + 40_000 });
      return;
    case 'withdraw':
      for (const limit of world.state.limits().slice(0, 2)) world.endLimit(limit);
      return;
    case 'silence':
      world.run(70);
      return;
    case 'back':
      world.inputs.grid.note('dso', { kind: 'resynchronised' });
      return;
    case 'background':
      world.setBackground(amps);
      return;
    case 'restart':
      world.restart().connectAll();
      return;
    default:
      what satisfies never;
  }
}

const evseIdOf = (name: string | number) => evseId(`A1-${name}`);
const stationIdOf = (name: string | number) => stationId(`CP-${name}`);
