import { describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import type { Circuit } from '../../src/domain/site.ts';
import { givenCircuit, givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { loopOptions, World, type WorldInput } from './world.ts';

const names = ['A1', 'A2', 'A3', 'A4'];
const careful = (change: Partial<Circuit> = {}): Circuit =>
  givenCircuit({ assumedBackgroundAmps: 30, ...change });

/** Four cars at 63 A with 11 A of background: 13 A each. */
function givenBusyGarage(change: Partial<WorldInput> = {}): World {
  const world = watch(
    new World({ sites: [givenSite({ circuits: [careful()], evses: givenEvses(4) })], ...change }),
  )
    .setBackground(11)
    .connectAll()
    .run(3);
  for (const name of names) world.plugIn(name).run(7);
  return world.run(40).forgetOverloads();
}
const setpoints = (world: World): readonly (number | undefined)[] =>
  names.map((name) => world.setpointAmps(name));

describe('a meter that suddenly tells watts for kilowatts', () => {
  it('is refused at once, counts as silent, and is believed when it is mended', () => {
    const world = givenBusyGarage();
    world.distortMeter((amps) => amps / 1000).run(2);
    expect(world.circuit().meterVerdict).toMatchObject({ kind: 'unit changed', isUsed: false });
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    world.run(20);
    expect(world.circuit()).toMatchObject({ basis: 'assumed', backgroundAmps: [30, 30, 30] });
    expect(setpoints(world)).toEqual([8, 8, 8, 9]);
    world.distortMeter(undefined).run(40);
    expect(world.circuit()).toMatchObject({ basis: 'measured', meterVerdict: undefined });
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a meter that suddenly tells a thousand times too much', () => {
  it('is refused as out of range, and pauses nobody', () => {
    const world = givenBusyGarage();
    world.distortMeter((amps) => amps * 1000).run(60);
    expect(world.circuit()).toMatchObject({ basis: 'assumed', meterVerdict: { kind: 'out of range' } });
    expect(setpoints(world)).toEqual([8, 8, 8, 9]);
  });
});

describe('a meter whose sign flips', () => {
  it('is refused: nobody is raised into capacity that is not there', () => {
    const world = givenBusyGarage();
    world.distortMeter((amps) => -amps).run(60);
    expect(world.circuit().meterVerdict?.kind).toBe('sign changed');
    expect(setpoints(world)).toEqual([8, 8, 8, 9]);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a meter that freezes', () => {
  it('is found out when our own cars draw less and it does not move', () => {
    const world = givenBusyGarage();
    let held: number | undefined;
    world.distortMeter((amps) => {
      held ??= amps;
      return held;
    });
    world.run(10).unplug('A1').unplug('A2').run(40);
    expect(world.circuit()).toMatchObject({ basis: 'assumed', meterVerdict: { kind: 'frozen' } });
    // What two cars left is background until it is found out, and then the last one stands: it was higher.
    expect(setpoints(world).slice(2)).toEqual([13, 13]);
  });
});

describe('a meter that shows less than our own cars draw', () => {
  it('is not believed, wherever it hangs', () => {
    const world = givenBusyGarage();
    world.distortMeter((amps) => amps / 3).run(60);
    expect(world.circuit()).toMatchObject({
      basis: 'assumed',
      meterVerdict: { kind: 'less than our charging' },
    });
    expect(setpoints(world)).toEqual([8, 8, 8, 9]);
  });

  it('is right where there is solar behind it', () => {
    const circuits = [careful({ meter: { measures: 'total', maxAgeMs: 15_000, hasGeneration: true } })];
    const world = givenBusyGarage({ sites: [givenSite({ circuits, evses: givenEvses(4) })] });
    world.distortMeter((amps) => amps - 40).run(120);
    expect(world.circuit()).toMatchObject({ basis: 'measured', meterVerdict: undefined });
    expect(setpoints(world).every((amps) => (amps ?? 0) >= 13)).toBe(true);
  });
});

describe('a meter whose phases are swapped', () => {
  it('is suspected and used all the same', () => {
    const evses = [givenEvse({ wiring: [0] })];
    const world = watch(new World({ sites: [givenSite({ circuits: [careful()], evses })] }))
      .setBackground(25)
      .swapPhases(0, 1)
      .connectAll()
      .run(3);
    for (let visit = 0; visit < 4; visit++) world.plugIn('A1', 16).run(35).unplug('A1').run(25);
    expect(world.circuit().meterVerdict).toMatchObject({ kind: 'phases swapped', isUsed: true });
  });
});

describe('a meter in order', () => {
  it.each([1_000, 10_000])('that tells every %d ms is never doubted', (meterMs) => {
    const world = givenBusyGarage({ meterMs });
    for (let round = 0; round < 6; round++) {
      world
        .unplug('A1')
        .run(45)
        .plugIn('A1')
        .setBackground(11 + 4 * round)
        .run(45);
      expect(world.circuit().meterVerdict).toBeUndefined();
    }
    for (const { views } of world.ticks) {
      for (const { circuits } of views) expect(circuits[0]?.meterVerdict).toBeUndefined();
    }
  });
});

describe('a building whose background steps all the time', () => {
  it('is under its limit through a step once its steps are known, at the price of a margin', () => {
    const options = { ...loopOptions, margin: { maxAmps: 5, reactionMs: 7_500 } };
    const world = givenBusyGarage({ options });
    const step = (): World => world.setBackground(14).run(20).setBackground(11).run(40);
    step();
    expect(world.overload(circuitId('grid')).worstAmps).toBe(3);
    for (let minute = 0; minute < 20; minute++) step();
    expect(world.circuit().marginAmps).toEqual([3, 3, 3]);
    world.forgetOverloads();
    for (let minute = 0; minute < 5; minute++) step();
    expect(world.overload().worstAmps).toBe(0);
    expect(setpoints(world)).toEqual([12, 12, 12, 13]);
  });
});
