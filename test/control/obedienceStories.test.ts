import { describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import type { Manner } from './farSide.ts';
import { givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const names = ['A1', 'A2', 'A3', 'A4'];

/** Four cars at 63 A with 11 A of background, 13 A each, and then a limit that the first one's station ignores. */
function givenDisobedience(
  manner: Manner,
  limitAmps: number,
  measures: 'total' | 'background' = 'total',
): World {
  const circuits = [givenCircuit({ meter: { measures, maxAgeMs: 15_000 } })];
  const world = watch(new World({ sites: [givenSite({ circuits, evses: givenEvses(4) })] }))
    .setBackground(11)
    .connectAll()
    .run(3);
  for (const name of names) world.plugIn(name).run(7);
  world.run(40);
  world.station('A1').manner = manner;
  const { lease } = world.real('A1');
  if (lease !== undefined) lease.endsAtMs = Number.POSITIVE_INFINITY;
  world.setLimit({ amps: limitAmps });
  return world.forgetOverloads();
}
const told = (world: World): readonly string[] =>
  world.sent.flatMap(({ command }) =>
    command.evseId === 'A1' && (command.kind === 'station maximum' || command.kind === 'remote stop')
      ? command.kind
      : [],
  );

describe('a station that says yes and does nothing', () => {
  it('is told again, bounded as a whole, and then somebody is called, while the others make room', () => {
    const world = givenDisobedience('ignores', 43).run(30);
    expect(world.view('A1').reason).toEqual({ kind: 'not obeying', amps: 13, rung: 'repeat' });
    world.run(60);
    expect(told(world)).toEqual(['station maximum']);
    expect(world.view('A1').reason).toEqual({ kind: 'not obeying', amps: 13, rung: 'alarm' });
    world.forgetOverloads().run(60);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('is asked to end its session when the others cannot make room for it', () => {
    // 11 A of background and 13 A of its own, where 20 A may flow.
    const world = givenDisobedience('ignores', 20).run(80);
    expect(told(world)).toEqual(['station maximum', 'remote stop', 'remote stop']);
    expect(world.view('A1').reason).toMatchObject({ kind: 'not obeying', rung: 'alarm' });
  });
});

describe('a station that draws too much and refuses whatever it is told', () => {
  it('is asked to end its session, whatever could not be tried before', () => {
    const world = givenDisobedience('obeys', 20).unplug('A1').run(10);
    // Somebody else cleared the profile that we count on.
    Object.assign(world.station('A1'), { manner: 'rejects', hasLied: true });
    world.real('A1').standingAmps = undefined;
    world.plugIn('A1').run(60);
    expect(told(world)).toEqual(['remote stop']);
    expect(world.real('A1').transactionId).toBeUndefined();
  });

  it.each<[string, 'total' | 'background']>([
    ['where the meter tells nothing any more', 'total'],
    ['where the meter tells the background alone', 'background'],
  ])('is asked to end its session %s', (_where, measures) => {
    const world = givenDisobedience('rejects', 20, measures);
    if (measures === 'total') world.silentMeters.add(circuitId('grid'));
    world.run(75);
    expect(told(world)).toEqual(['remote stop']);
    expect(world.real('A1').transactionId).toBeUndefined();
  });
});

describe('a station that ignores what is meant for one EVSE', () => {
  it('is under the limit within a minute by its maximum', () => {
    const world = givenDisobedience('ignores leases', 20).run(100);
    expect(world.overload().longestMs).toBeLessThan(60_000);
    expect(told(world)).toEqual(['station maximum']);
    expect(world.real('A1').transactionId).toBeDefined();
  });

  it('is forgiven when it obeys again, and its maximum ends by itself', () => {
    const world = givenDisobedience('ignores leases', 43).run(60);
    world.station('A1').manner = 'obeys';
    world.run(60);
    expect(world.view('A1').reason.kind).not.toBe('not obeying');
    for (const limit of world.state.limits()) world.endLimit(limit);
    world.run(150);
    expect(world.inForceAmps('A1')).toBe(13);
  });
});

describe('a station that obeys', () => {
  it('is never suspected, whatever its car takes and however late it hears', () => {
    const world = givenDisobedience('obeys', 43);
    world.station('A1').delayMs = 4_000;
    world.real('A1').takesShare = 1.08;
    for (const amps of [63, 30, 50, 36]) {
      world.setLimit({ amps });
      world.run(45);
    }
    for (const { views } of world.ticks) {
      for (const { evses } of views) {
        expect(evses.some(({ reason }) => reason.kind === 'not obeying')).toBe(false);
      }
    }
    expect(told(world)).toEqual([]);
  });
});
