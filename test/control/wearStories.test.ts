import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import { givenEvse, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

/** Two cars under a building that goes up and down every two minutes for half an hour. */
function restlessBuilding(): World {
  const worn = { rung: 'transaction default', persistentPerHour: 6 } as const;
  const evses = [givenEvse({ traits: worn }), givenEvse({ id: evseId('A2'), traits: {} })];
  const world = watch(new World({ sites: [givenSite({ evses })] }))
    .setBackground(11)
    .connectAll()
    .run(180);
  world.plugIn('A1').plugIn('A2').run(60);
  world.sent.length = 0;
  for (let times = 0; times < 8; times += 1) world.setBackground(31).run(120).setBackground(11).run(120);
  return world;
}

describe('a device that writes each setpoint to flash memory', () => {
  it('Q17: is raised no oftener than its memory lasts, is lowered at once, and the others have what it leaves', () => {
    const world = restlessBuilding();
    const told = (id: string) =>
      world.sent.filter(({ command }) => command.kind === 'lease' && command.evseId === id).length;
    // Six raises in any hour, as many renewals at most, and decreases, of which there are none without raises.
    expect(told('A1')).toBeLessThanOrEqual(12);
    expect(told('A2')).toBeGreaterThan(30);
    // Meter period, tick, command and car: no step of the building lasts longer.
    expect(world.overload().longestMs).toBeLessThanOrEqual(10_000);
    expect(world.setpointAmps('A1')).toBeGreaterThanOrEqual(6);
  });

  it('Q17: says why it is not raised, and lets a car on that stands', () => {
    const world = restlessBuilding();
    expect(world.view('A1').reason).toEqual({ kind: 'memory spared' });
    // Nobody may charge, and then everybody.
    world.setBackground(63).run(60);
    expect(world.setpointAmps('A1')).toBe(0);
    world.setBackground(11).run(60);
    expect(world.setpointAmps('A1')).toBeGreaterThanOrEqual(6);
  });
});
