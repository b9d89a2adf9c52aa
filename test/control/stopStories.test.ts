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
const setpoints = (world: World) => ['A1', 'A2'].map((name) => world.setpointAmps(name));

describe('a site that a person stops', () => {
  it('sets every EVSE to 0 at once, and says who stopped it', () => {
    const world = givenGarage().stopSite().run(2);
    expect(setpoints(world)).toEqual([0, 0]);
    expect(world.tick.views[0]?.state).toBe('stopped');
    expect(world.view('A1').reason).toEqual({ kind: 'stopped', by: 'office', why: 'smoke in the hall' });
  });

  it('stays at 0 when we die, and whoever comes gets nothing', () => {
    const world = givenGarage().stopSite().run(5).unplug('A2').run(5).kill().run(600);
    expect(world.inForceAmps('A1')).toBe(0);
    world.plugIn('A2').run(60);
    expect(world.inForceAmps('A2')).toBe(0);
  });

  it('is still stopped after a restart', () => {
    const world = givenGarage().stopSite().run(5).restart().run(1).connectAll().run(200);
    expect(world.tick.views[0]?.state).toBe('stopped');
    expect(setpoints(world)).toEqual([0, 0]);
  });

  it('charges as before when it is released, and its stations have their failsafe current back', () => {
    const world = givenGarage().stopSite().run(30).releaseSite().run(60);
    expect(world.tick.views[0]?.state).toBe('normal');
    expect(setpoints(world)).toEqual([26, 26]);
    expect(world.real('A1').standingAmps).toBe(6);
  });

  it('is counted with every state it was in', () => {
    const world = givenGarage().stopSite().run(5).releaseSite().run(5).stopSite().run(5);
    expect(world.loop.transitions()).toEqual([
      { siteId: 'garage', to: 'starting', count: 1 },
      { siteId: 'garage', to: 'normal', count: 2 },
      { siteId: 'garage', to: 'stopped', count: 2 },
    ]);
  });
});
