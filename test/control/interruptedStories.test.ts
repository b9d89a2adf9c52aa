import { describe, expect, it } from 'vitest';
import { givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const names = ['A1', 'A2', 'A3', 'A4'];
const minutes = 60;

/** Four cars at 63 A with 11 A of background, 13 A each; then a limit of 20 A that the first one's station refuses. */
function givenStop(): World {
  const world = watch(new World({ sites: [givenSite({ evses: givenEvses(4) })] }))
    .setBackground(11)
    .connectAll()
    .run(3);
  for (const name of names) world.plugIn(name, 32, `driver of ${name}`).run(7);
  world.run(40);
  world.station('A1').manner = 'rejects';
  const { lease } = world.real('A1');
  if (lease !== undefined) lease.endsAtMs = Number.POSITIVE_INFINITY;
  const limit = world.setLimit({ amps: 20 });
  world.run(80);
  expect(world.real('A1').transactionId).toBeUndefined();
  world.endLimit(limit);
  return world.forgetOverloads();
}

const starts = (world: World): readonly number[] =>
  world.sent.flatMap(({ command, atMs }) => (command.kind === 'remote start' ? Math.round(atMs / 1000) : []));
const waitsS = (world: World): readonly number[] =>
  starts(world).flatMap((atS, index, all) => (index === 0 ? [] : atS - (all[index - 1] ?? 0)));

describe('a charge that we ended because its station refused to be lowered', () => {
  it('begins again two minutes later, for the same driver', () => {
    const world = givenStop();
    expect(world.view('A1').reason).toEqual({ kind: 'interrupted' });
    world.station('A1').manner = 'obeys';
    world.run(3 * minutes);
    expect(starts(world)).toHaveLength(1);
    expect(world.view('A1').session).toMatchObject({ tokenId: 'driver of A1' });
    expect(world.setpointAmps('A1')).toBe(13);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('begins again after a restart of the service too', () => {
    const world = givenStop().restart();
    world.station('A1').manner = 'obeys';
    world.connectAll().run(6 * minutes);
    expect(world.real('A1').transactionId).toBeDefined();
  });

  it.each([
    ['begins again where its station was away for a moment', 30, 1],
    ['does not begin again where another car may have come while its station was away', 4 * minutes, 0],
  ])('%s', (_, awayS, times) => {
    const world = givenStop();
    world.farSide.disconnect(world.station('A1'));
    world.run(awayS);
    world.station('A1').manner = 'obeys';
    world.connectAll().run(6 * minutes);
    expect(starts(world)).toHaveLength(times);
  });

  it('does not begin again where another car may have come while no process ran', () => {
    const world = givenStop()
      .kill()
      .run(4 * minutes)
      .restart();
    world.station('A1').manner = 'obeys';
    world.connectAll().run(6 * minutes);
    expect(starts(world)).toEqual([]);
  });

  it('is asked to less and less often where its station takes no start', () => {
    const world = givenStop();
    world.station('A1').manner = 'rejects all';
    world.run(4 * 60 * minutes);
    const waits = waitsS(world);
    expect(waits.slice(0, 4).map((waitS) => Math.round(waitS / minutes))).toEqual([4, 8, 16, 32]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(61 * minutes);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('does not begin again once its car has left', () => {
    const world = givenStop()
      .unplug('A1')
      .run(60 * minutes);
    expect(starts(world)).toEqual([]);
    expect(world.view('A1').reason).toEqual({ kind: 'no session' });
  });

  it('does not begin again while its site is stopped', () => {
    const world = givenStop().stopSite();
    world.station('A1').manner = 'obeys';
    world.run(20 * minutes);
    expect(starts(world)).toEqual([]);
    world.releaseSite().run(5 * minutes);
    expect(starts(world)).toHaveLength(1);
  });

  it('waits for room that leaves everybody else the minimum', () => {
    const world = givenStop();
    world.station('A1').manner = 'obeys';
    // 11 A of background and 6 A for each of the others: no 6 A are left.
    const limit = world.setLimit({ amps: 33 });
    world.run(30 * minutes);
    expect(starts(world)).toEqual([]);
    expect(names.slice(1).map((name) => (world.setpointAmps(name) ?? 0) >= 6)).toEqual([true, true, true]);
    world.endLimit(limit);
    world.run(5 * minutes);
    expect(world.real('A1').transactionId).toBeDefined();
  });
});

describe('a charge that we ended because its station said yes and did nothing', () => {
  /** Two cars at 63 A, and a limit of 25 A that the first one's station acknowledges and ignores. */
  function givenNeglect(): World {
    const world = watch(new World({ sites: [givenSite({ evses: givenEvses(2) })] }))
      .setBackground(11)
      .connectAll()
      .run(3);
    world.plugIn('A1', 32, 'driver of A1').plugIn('A2', 32, 'driver of A2').run(30);
    const id = world.view('A1').session?.id;
    if (id === undefined) throw new Error('no session');
    world.inputs.changeSession(id, { wantedEnergyWh: 20_000, departureAtMs: 9e12, priority: 3 });
    world.station('A1').manner = 'ignores profiles';
    const { lease } = world.real('A1');
    if (lease !== undefined) lease.endsAtMs = Number.POSITIVE_INFINITY;
    const limit = world.setLimit({ amps: 25 });
    world.run(90);
    expect(world.view('A1').reason).toEqual({ kind: 'interrupted' });
    world.endLimit(limit);
    return world.forgetOverloads();
  }

  it('begins again when there is room for what it took, and counts so much until it is seen to obey', () => {
    const world = givenNeglect();
    world.station('A1').manner = 'obeys';
    world.run(2 * minutes + 5);
    expect(world.exposureAmps('A1')).toBeGreaterThan(6);
    expect(world.setpointAmps('A2')).toBeLessThan(32);
    world.run(2 * minutes);
    // Of a higher class: it has all it can take, the other one the rest.
    expect(world.exposureAmps('A1')).toBe(32);
    expect(world.setpointAmps('A2')).toBe(20);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('goes on with what its driver wants, less the energy it has had', () => {
    const world = givenNeglect();
    world.station('A1').manner = 'obeys';
    world.run(2 * minutes + 5);
    const { session } = world.view('A1');
    expect(session).toMatchObject({ departureAtMs: 9e12, priority: 3 });
    expect(session?.wantedEnergyWh).toBeLessThan(20_000);
    expect(session?.wantedEnergyWh).toBeGreaterThan(18_000);
  });
});
