import { describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
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

/** The token of the car at A1 was judged. */
function judge(world: World, isRefused: boolean): World {
  const session = world.state.sessions().find(({ evseId }) => evseId === 'A1');
  if (session === undefined) throw new Error('a car charges at A1');
  const { transactionId } = session;
  const about = { stationId: stationId(session.stationId), atMs: world.clock.nowMs(), evseNumber: 1 };
  world.state.applyStationEvent({
    ...{ kind: 'session changed', ...about, transactionId, state: 'charging', isRefused },
  });
  return world;
}

describe('a session whose token is refused', () => {
  it('gets nothing, which is told, and leaves its share to the others', () => {
    const world = judge(givenGarage(), true).run(60);
    expect(world.setpointAmps('A1')).toBe(0);
    expect(world.view('A1').reason).toEqual({ kind: 'token refused' });
    expect(world.setpointAmps('A2')).toBe(32);
  });

  it('charges once another token is accepted for it', () => {
    const world = judge(judge(givenGarage(), true).run(60), false).run(120);
    expect(world.setpointAmps('A1')).toBeGreaterThan(6);
  });
});
