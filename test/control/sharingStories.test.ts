import { describe, expect, it } from 'vitest';
import { areaId, circuitId, evseId, siteId } from '../../src/domain/ids.ts';
import { givenArea, givenCircuit, givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { loopOptions, World, type WorldInput } from './world.ts';

/** Meter period 1 s, tick 1 s, command 0.1 s, and 5 s for the car: the bound of P2 in this world. */
const reactionMs = 7_200;

/** A garage of eight at 63 A with 10 A of background, everybody heard, nobody plugged in. */
function givenGarage(change: Partial<WorldInput> = {}, evseCount = 8): World {
  const sites = [givenSite({ evses: givenEvses(evseCount) })];
  return watch(new World({ sites, ...change }))
    .setBackground(10)
    .connectAll()
    .run(3);
}

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `A${index + 1}`);

const setpoints = (world: World, count: number): readonly (number | undefined)[] =>
  names(count).map((name) => world.setpointAmps(name));

const sum = (amps: readonly (number | undefined)[]): number =>
  amps.reduce<number>((total, each) => total + (each ?? 0), 0);

describe('cars that share a connection', () => {
  it('gives one car its maximum', () => {
    const world = givenGarage().plugIn('A1').run(15);
    expect(world.setpointAmps('A1')).toBe(32);
    expect(world.view('A1').reason).toEqual({ kind: 'own maximum', amps: 32 });
    expect(world.overload().worstAmps).toBe(0);
  });

  it('shares 63 A less the background among eight, in whole amps, all of it', () => {
    const world = givenGarage();
    for (const name of names(8)) world.plugIn(name).run(7);
    world.run(30);
    const amps = setpoints(world, 8);
    expect([...amps].sort()).toEqual([6, 6, 6, 7, 7, 7, 7, 7]);
    expect(sum(amps)).toBe(53);
    expect(world.loadAmps(givenCircuit(), givenSite({ evses: givenEvses(8) }))).toEqual([63, 63, 63]);
    expect(world.view('A1').reason).toMatchObject({ kind: 'circuit full', circuit: 'grid' });
  });

  it('never loads the connection beyond its breaker for longer than the reaction time, while cars come', () => {
    const world = givenGarage();
    for (const name of names(8)) world.plugIn(name).run(9);
    expect(world.overload().longestMs).toBeLessThanOrEqual(reactionMs);
    // A plug is a step of the failsafe current at the most.
    expect(world.overload().worstAmps).toBeLessThanOrEqual(6);
  });

  it('asks for a decrease and waits for the answer before anybody else is raised', () => {
    const world = givenGarage().plugIn('A1').run(15);
    world.station('A1').delayMs = 400;
    const beforeMs = world.clock.monotonicMs();
    world.plugIn('A2').run(30);
    const lowered = world.sent.find(
      ({ atMs, command }) => atMs >= beforeMs && isLeaseUpTo(command, 'A1', 27),
    );
    // What was free before may be given at once: 63 A - 10 A - 32 A.
    const acknowledged = world.answers.find(({ answer }) => answer.sequence === lowered?.command.sequence);
    const raised = world.sent.find(
      ({ atMs, command }) => atMs >= beforeMs && command.evseId === 'A2' && isLeaseAbove(command, 21),
    );
    expect(acknowledged?.answer.outcome).toBe('accepted');
    // Not before the car of the first had its time to follow, either.
    expect((raised?.atMs ?? 0) - (acknowledged?.atMs ?? 0)).toBeGreaterThanOrEqual(5_000);
    expect([...setpoints(world, 2)].sort()).toEqual([26, 27]);
  });

  it('gives what a car that takes less leaves unused to the others after the reclaim time', () => {
    const world = givenGarage().plugIn('A1', 9).plugIn('A2').run(20);
    expect(setpoints(world, 2)).toEqual([27, 26]);
    world.run(40);
    expect(world.setpointAmps('A1')).toBe(11);
    expect(world.setpointAmps('A2')).toBe(32);
    expect(world.view('A1').reason).toEqual({ kind: 'car takes less', amps: 11 });
  });

  it('gives it back when the car takes all that was left to it', () => {
    const world = givenGarage().plugIn('A1', 9).plugIn('A2').run(60);
    world.real('A1').wantsAmps = 32;
    world.run(60);
    expect(setpoints(world, 2)).toEqual([27, 26]);
  });

  it('pauses who does not fit instead of setting anybody between zero and the minimum', () => {
    const world = givenGarage();
    for (const name of names(8)) world.plugIn(name).run(7);
    world.setBackground(33).run(20);
    expect([...setpoints(world, 8)].sort()).toEqual([0, 0, 0, 6, 6, 6, 6, 6]);
    const paused = names(8).filter((name) => world.setpointAmps(name) === 0);
    expect(world.view(paused[0] ?? '').reason).toMatchObject({ kind: 'paused', circuit: 'grid' });
    for (const { command } of world.sent) {
      if (command.kind === 'lease')
        expect(command.setpointAmps === 0 || command.setpointAmps >= 6).toBe(true);
    }
  });

  it('relieves the paused in turns', () => {
    const pacing = { minOnMs: 0, minOffMs: 0, turnMs: 60_000 };
    const sites = [givenSite({ evses: givenEvses(2) })];
    const world = watch(new World({ sites, options: { ...loopOptions, pacing } }));
    world.setBackground(53).connectAll().run(3);
    world.plugIn('A1').plugIn('A2');
    const seconds = { A1: 0, A2: 0 };
    for (let second = 0; second < 600; second++) {
      world.run(1);
      for (const name of ['A1', 'A2'] as const) if ((world.setpointAmps(name) ?? 0) > 0) seconds[name] += 1;
    }
    expect(seconds.A1).toBeGreaterThan(200);
    expect(seconds.A2).toBeGreaterThan(200);
    expect(world.overload().longestMs).toBeLessThanOrEqual(reactionMs);
  });

  it.each(['stays paused', 'at full power'] as const)(
    'Q8: pauses nobody for a turn whose station resumes %s, as long as the limit lets it have its minimum',
    (resumes) => {
      const pacing = { minOnMs: 0, minOffMs: 0, turnMs: 60_000 };
      const evses = [givenEvse({ traits: { resumes } }), givenEvse({ id: evseId('A2') })];
      const world = watch(new World({ sites: [givenSite({ evses })], options: { ...loopOptions, pacing } }));
      world.setBackground(53).connectAll().run(3);
      world.plugIn('A1').plugIn('A2').run(20);
      for (let second = 0; second < 600; second++)
        expect(world.run(1).setpointAmps('A1')).toBeGreaterThanOrEqual(6);
      world.setBackground(60).run(30);
      expect(setpoints(world, 2)).toEqual([0, 0]);
    },
  );

  it('serves the higher class first', () => {
    const evses = [givenEvse(), givenEvse({ id: evseId('A2'), priority: 1 })];
    const world = watch(new World({ sites: [givenSite({ evses })] }));
    world.setBackground(43).connectAll().run(3).plugIn('A1').plugIn('A2').run(40);
    expect(setpoints(world, 2)).toEqual([0, 20]);
  });
});

describe('cars on one phase', () => {
  it('shares each phase for itself', () => {
    const evses = [
      givenEvse({ wiring: [0] }),
      givenEvse({ id: evseId('A2'), wiring: [0] }),
      givenEvse({ id: evseId('A3'), wiring: [1] }),
    ];
    const world = watch(new World({ sites: [givenSite({ evses })] }));
    world.setBackground([33, 13, 0]).connectAll().run(3).plugIn('A1').plugIn('A2').plugIn('A3').run(40);
    expect(setpoints(world, 3)).toEqual([15, 15, 32]);
  });
});

describe('two sites in one area', () => {
  const sites = ['north', 'south'].map((name) =>
    givenSite({
      id: siteId(name),
      circuits: [givenCircuit({ id: circuitId(`${name}-grid`) })],
      evses: [givenEvse({ id: evseId(name), circuit: circuitId(`${name}-grid`) })],
    }),
  );
  // Failsafe and assumed background of both: 2 x 16 A x 3 x 230 V = 22 080 W.
  const area = givenArea({ limitWatts: 30_000, sites: sites.map(({ id }) => id) });
  const givenTwo = (): World => {
    const world = watch(new World({ sites, areas: [area] }));
    for (const name of ['north', 'south']) world.setBackground(5, `${name}-grid`);
    return world.connectAll().run(3).plugIn('north').plugIn('south').run(40);
  };

  it('shares its watts, background of both sites taken out', () => {
    const world = givenTwo();
    // (30 000 W - 2 x 3 x 5 A x 230 V) / (2 x 3 x 230 V) = 16.7 A
    expect([world.setpointAmps('north'), world.setpointAmps('south')]).toEqual([17, 16]);
    expect(world.view('south').reason).toEqual({ kind: 'area full', area: 'feeder' });
  });

  it('obeys a limit on the area', () => {
    const world = givenTwo();
    world.setLimit({ watts: 22_080 }, { target: { kind: 'area', areaId: areaId('feeder') } });
    world.run(30);
    // (22 080 W - 6 900 W) / (6 x 230 V) = 11 A
    expect([world.setpointAmps('north'), world.setpointAmps('south')]).toEqual([11, 11]);
  });

  it('lends what one site does not use to the other', () => {
    const world = givenTwo();
    world.unplug('south').run(40);
    expect(world.setpointAmps('north')).toBe(32);
  });
});

type AnyCommand = World['sent'][number]['command'];

const isLeaseUpTo = (command: AnyCommand, id: string, setpointAmps: number): boolean =>
  command.evseId === id && command.kind === 'lease' && command.setpointAmps <= setpointAmps;

const isLeaseAbove = (command: AnyCommand, amps: number): boolean =>
  command.kind === 'lease' && command.setpointAmps > amps;
