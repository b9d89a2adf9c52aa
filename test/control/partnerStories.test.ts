import { describe, expect, it } from 'vitest';
import { givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

/** Two cars at 63 A with 11 A of background. */
function givenGarage(): World {
  const world = watch(new World({ sites: [givenSite({ evses: givenEvses(2) })] }))
    .setBackground(11)
    .connectAll()
    .run(3);
  return world.plugIn('A1').plugIn('A2').run(40);
}

/** The partner whose driver charges at A1 lets him take so much. */
function bound(world: World, amps: number | undefined): World {
  const session = world.state.sessions().find(({ evseId }) => evseId === 'A1');
  if (session === undefined) throw new Error('a car charges at A1');
  const { stationId, transactionId } = session;
  const atMs = world.clock.nowMs();
  world.state.applyStationEvent({ kind: 'bounded by a partner', stationId, atMs, transactionId, amps });
  return world;
}

describe('a session that a partner bounds', () => {
  it('gets no more, which is told, and leaves the rest to the others', () => {
    const world = bound(givenGarage(), 10).run(60);
    expect([world.setpointAmps('A1'), world.setpointAmps('A2')]).toEqual([10, 32]);
    expect(world.view('A1').reason).toEqual({ kind: 'bound by a partner', amps: 10 });
  });

  it('is paused below what a car can charge with', () => {
    const world = bound(givenGarage(), 5).run(60);
    expect(world.setpointAmps('A1')).toBe(0);
    expect(world.view('A1').reason).toEqual({ kind: 'bound by a partner', amps: 5 });
  });

  it('has its share of what there is where the bound is above it, and again once it is lifted', () => {
    const world = bound(givenGarage(), 30).run(60);
    const shareAmps = world.setpointAmps('A1');
    expect(shareAmps).toBeGreaterThan(20);
    expect(world.view('A1').reason.kind).toBe('circuit full');
    bound(world, 10).run(60);
    bound(world, undefined).run(120);
    expect(world.setpointAmps('A1')).toBe(shareAmps);
  });
});
