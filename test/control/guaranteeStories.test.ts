import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import { givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { World } from './world.ts';

/** 12.42 kW are 18 A on three phases. */
const bookedWatts = 18 * 3 * 230;
const hourMs = 3_600_000;

/** A garage of 63 A and 13 A of background: 50 A for five cars, 10 A each. The first takes so much. */
function given({ evses = givenEvses(5), takesAmps = 32 } = {}): World {
  const world = new World({ sites: [givenSite({ evses })] }).setBackground(13).connectAll().run(3);
  for (const [index, { id }] of evses.entries()) world.plugIn(id, index === 0 ? takesAmps : 32).run(1);
  return world.run(40);
}

function guarantee(world: World, name: string, watts = bookedWatts, forMs = hourMs): void {
  const session = world.state.evse(evseId(name)).session;
  if (session === undefined) throw new Error(`nobody charges at ${name}`);
  const untilMs = world.clock.nowMs() + forMs;
  world.state.changeSession(session.id, { guaranteedWatts: watts, guaranteedUntilMs: untilMs });
}

const setpoints = (world: World, names = ['A1', 'A2', 'A3', 'A4', 'A5']) =>
  names.map((name) => world.setpointAmps(name));

describe('a session that was guaranteed power', () => {
  it('has it before the others, who share the rest, until it is over', () => {
    const world = given();
    expect(setpoints(world)).toEqual([10, 10, 10, 10, 10]);
    guarantee(world, 'A1', bookedWatts, 120_000);
    world.run(60);
    expect(setpoints(world)).toEqual([18, 8, 8, 8, 8]);
    world.run(120);
    expect(setpoints(world)).toEqual([10, 10, 10, 10, 10]);
    expect(world.broken).toEqual([]);
  });

  it('has its share where that is more', () => {
    const world = given({ evses: givenEvses(2) });
    guarantee(world, 'A1');
    world.run(60);
    expect(setpoints(world, ['A1', 'A2'])).toEqual([25, 25]);
  });

  it('comes before a higher class, and before whoever has waited longer', () => {
    const world = given({ evses: [givenEvse(), givenEvse({ id: evseId('A2'), priority: 5 })] });
    world.setLimit({ amps: 37 });
    world.run(60);
    expect(setpoints(world, ['A1', 'A2'])).toEqual([0, 24]);
    guarantee(world, 'A1');
    world.run(90);
    expect(setpoints(world, ['A1', 'A2'])).toEqual([18, 6]);
  });

  it('has less where a limit leaves less, and no limit is ever exceeded', () => {
    const world = given();
    for (const name of ['A1', 'A2', 'A3']) guarantee(world, name);
    world.run(60);
    expect(setpoints(world)).toEqual([16, 17, 17, 0, 0]);
    world.setLimit({ amps: 40 });
    world.run(60);
    expect(setpoints(world)).toEqual([9, 9, 9, 0, 0]);
    expect(world.broken).toEqual([]);
  });

  it('leaves to others what its car does not take', () => {
    const world = given({ takesAmps: 8 });
    guarantee(world, 'A1');
    world.run(120);
    const [one = 0, ...others] = setpoints(world);
    expect(one).toBeLessThan(18);
    expect(others.every((amps = 0) => amps >= 10)).toBe(true);
  });
});
