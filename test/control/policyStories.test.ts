import { describe, expect, it } from 'vitest';
import type { SharingPolicy } from '../../src/domain/site.ts';
import { givenEvses, givenSite } from './givenSite.ts';
import { World } from './world.ts';

/** Three cars that could each take 32 A share 36 A; the second came first, the third must leave soon. */
function setpoints(policy: SharingPolicy): readonly (number | undefined)[] {
  const site = givenSite({ policy, evses: givenEvses(3) });
  const world = new World({ sites: [site] }).setBackground(0).connectAll().run(3);
  const [first, second, third] = site.evses;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('there are three EVSEs');
  for (const { id } of [second, first, third]) {
    world.plugIn(id, 32);
    world.run(2);
  }
  const session = world.state.evse(third.id).session;
  if (session === undefined) throw new Error('the third car has a session');
  const inAnHour = world.clock.nowMs() + 3_600_000;
  world.inputs.changeSession(session.id, { wantedEnergyWh: 20_000, departureAtMs: inAnHour });
  world.setLimit({ amps: 36 });
  world.run(60);
  return site.evses.map(({ id }) => world.ledger.lease(id)?.setpointAmps);
}

describe('a site shares what is left', () => {
  it('evenly where its policy is fair', () => {
    expect(setpoints('fair')).toEqual([12, 12, 12]);
  });

  it('with the earliest first where it is first-come, and nobody else without the minimum', () => {
    expect(setpoints('first-come')).toEqual([6, 24, 6]);
  });

  it('with the most urgent first where it is deadline: who told no departure waits', () => {
    expect(setpoints('deadline')).toEqual([0, 0, 32]);
  });
});
