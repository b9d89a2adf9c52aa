import { describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import { givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World, type WorldInput } from './world.ts';

/** Meter period 1 s, tick 1 s, command 0.1 s, and 5 s for the car: the bound of P2 in this world. */
const reactionMs = 7_200;
/** A limit needs no meter to be heard. */
const limitReactionMs = 5_400;

/** A garage of four that charge at 63 A with 11 A of background: 13 A each. */
function givenBusyGarage(change: Partial<WorldInput> = {}): World {
  const sites = [givenSite({ evses: givenEvses(4) })];
  const world = watch(new World({ sites, ...change }))
    .setBackground(11)
    .connectAll()
    .run(3);
  for (const name of names) world.plugIn(name).run(7);
  return world.run(40).forgetOverloads();
}

const names = ['A1', 'A2', 'A3', 'A4'];
const setpoints = (world: World): readonly (number | undefined)[] =>
  names.map((name) => world.setpointAmps(name));
const drawn = (world: World): number => names.reduce((sum, name) => sum + world.real(name).drawAmps, 0);

describe('a step of the background', () => {
  it('lowers the setpoints at the next tick and is under the limit within the reaction time', () => {
    const world = givenBusyGarage();
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    world.setBackground(31).run(2.1);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
    world.run(20);
    expect(world.overload().worstAmps).toBe(20);
    expect(world.overload().longestMs).toBeLessThanOrEqual(reactionMs);
  });

  it('wakes the loop: nobody waits for the pace', () => {
    const world = givenBusyGarage();
    world.setBackground(31).run(2.1);
    expect(world.ticks.slice(-4).map(({ tick }) => tick.cause)).toContain('drop');
  });

  it('is under the limit in time even when the cars take less than they are offered', () => {
    // What stations tell comes every 10 s and never at once, so a step may look like cars that ramp.
    const world = givenBusyGarage({ sites: [givenSite({ evses: givenEvses(4) })] });
    for (const name of names) world.real(name).wantsAmps = 5;
    world.run(60).forgetOverloads();
    expect(drawn(world)).toBe(20);
    world.setBackground(45).run(30);
    expect(world.overload().longestMs).toBeLessThanOrEqual(reactionMs);
    expect(world.circuit().backgroundAmps).toEqual([45, 45, 45]);
  });

  it('is believed although it stays under the limit, once every car has told its draw', () => {
    const world = givenBusyGarage();
    for (const name of names) world.real(name).wantsAmps = 5;
    world.run(60).setBackground(19).run(22);
    expect(world.circuit().backgroundAmps).toEqual([19, 19, 19]);
  });

  it('raises again after the delay when it goes, and not before', () => {
    const world = givenBusyGarage();
    world.setBackground(31).run(4).setBackground(11).run(6);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
    world.run(20);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('does not let the setpoints swing while cars follow a raise', () => {
    const world = givenBusyGarage();
    world.setBackground(31).run(20).setBackground(11).run(60);
    const changes = world.sent.filter(
      ({ command }) => command.kind === 'lease' && command.evseId === 'A1',
    ).length;
    world.run(40);
    const after = world.sent.filter(
      ({ command }) => command.kind === 'lease' && command.evseId === 'A1',
    ).length;
    // One refresh at the most.
    expect(after - changes).toBeLessThanOrEqual(1);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('is never under-estimated by a slow meter that was read before the cars ramped', () => {
    const world = givenBusyGarage({ meterMs: 10_000, measureMs: 2_000 });
    world.unplug('A4');
    for (let second = 0; second < 40; second++) {
      world.run(1);
      expect(world.circuit().backgroundAmps[0]).toBeGreaterThanOrEqual(11);
    }
    expect(
      setpoints(world)
        .slice(0, 3)
        .reduce<number>((sum, amps) => sum + (amps ?? 0), 0),
    ).toBe(52);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a meter that goes silent', () => {
  it('plans on the assumed background when the last one was lower', () => {
    const sites = [
      givenSite({ circuits: [givenCircuit({ assumedBackgroundAmps: 23 })], evses: givenEvses(4) }),
    ];
    const world = givenBusyGarage({ sites });
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    world.silentMeters.add(circuitId('grid'));
    world.run(15);
    expect(world.circuit().basis).toBe('measured');
    world.run(2);
    expect(world.circuit()).toMatchObject({ basis: 'assumed', backgroundAmps: [23, 23, 23] });
    expect(setpoints(world)).toEqual([10, 10, 10, 10]);
  });

  it('raises nobody when the last background was higher than the assumed one', () => {
    const world = givenBusyGarage();
    world.setBackground(43).run(20);
    const before = setpoints(world);
    world.silentMeters.add(circuitId('grid'));
    world.setBackground(0).run(60);
    expect(world.circuit().backgroundAmps).toEqual([43, 43, 43]);
    expect(setpoints(world)).toEqual(before);
  });

  it('goes on as before when it is back', () => {
    const world = givenBusyGarage();
    world.silentMeters.add(circuitId('grid'));
    world.run(60);
    world.silentMeters.clear();
    world.run(30);
    expect(world.circuit().basis).toBe('measured');
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('leaves the loop running for everybody else', () => {
    const world = givenBusyGarage();
    world.silentMeters.add(circuitId('grid'));
    world.setLimit({ amps: 40 });
    world.run(10);
    expect(drawn(world)).toBeLessThanOrEqual(29);
  });
});

describe('export by the sun', () => {
  it('counts as no background: a meter below what the cars draw lends nobody current', () => {
    const meter = { measures: 'total', maxAgeMs: 15_000, hasGeneration: true } as const;
    const sites = [givenSite({ circuits: [givenCircuit({ meter })], evses: givenEvses(4) })];
    const world = givenBusyGarage({ sites }).setBackground(-30).run(60);
    expect(world.circuit().backgroundAmps).toEqual([0, 0, 0]);
    expect([...setpoints(world)].sort()).toEqual([15, 16, 16, 16]);
  });
});

describe('a limit', () => {
  it('wakes the loop at once', () => {
    const world = givenBusyGarage().run(0.5);
    const beforeMs = world.clock.monotonicMs();
    world.setLimit({ amps: 43 });
    world.run(0.1);
    const lowered = world.sent.filter(({ atMs }) => atMs >= beforeMs);
    expect(lowered).toHaveLength(4);
    expect((lowered[0]?.atMs ?? 0) - beforeMs).toBeLessThanOrEqual(20);
    world.run(10);
    expect(world.overload().longestMs).toBeLessThanOrEqual(limitReactionMs);
  });

  it('binds by the lowest, whoever set it', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 51 });
    world.setLimit({ amps: 43 }, { source: 'site-operator' });
    world.run(20);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
    expect(world.view('A1').reason).toMatchObject({
      kind: 'circuit full',
      limitedBy: { kind: 'limit', source: 'site-operator' },
    });
  });

  it('in watts counts the sum of the phases', () => {
    const world = givenBusyGarage();
    // 3 x 230 V x (11 A + 4 x 8 A)
    world.setLimit({ watts: 29_670 });
    world.run(20);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
  });

  it('of zero pauses everybody', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 0 });
    world.run(10);
    expect(setpoints(world)).toEqual([0, 0, 0, 0]);
  });

  it('comes into force and ends at its instants', () => {
    const world = givenBusyGarage();
    const nowMs = world.clock.nowMs();
    world.setLimit({ amps: 43 }, { fromMs: nowMs + 30_000, untilMs: nowMs + 60_000 });
    world.run(29);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    world.run(3);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
    world.run(40);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    expect(world.state.limits()).toEqual([]);
  });

  it('below the sum of what stations fall to shrinks the tails, the ones to come as well', () => {
    const world = givenBusyGarage();
    const nowMs = world.clock.nowMs();
    expect(names.map((name) => world.ledger.lease(world.real(name).evse.id)?.tailAmps)).toEqual([6, 6, 6, 6]);
    world.setLimit({ amps: 25 }, { fromMs: nowMs + 600_000, untilMs: nowMs + 900_000 });
    world.run(2);
    // 25 A - 11 A of background: two fall to 6 A, two to nothing. Now, although the limit is not in force yet.
    expect(names.map((name) => world.ledger.lease(world.real(name).evse.id)?.tailAmps)).toEqual([6, 6, 0, 0]);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('survives us: when the service dies in a curtailment the load stays under it for ever', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 25 });
    world.run(20).kill().forgetOverloads().run(600);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a wall clock that is set', () => {
  it.each([3_600_000, -3_600_000])('by %d ms ends no lease and ages no meter', (byMs) => {
    const world = givenBusyGarage();
    const before = world.sent.length;
    world.clock.setWall(byMs);
    world.run(5);
    expect(world.circuit().basis).toBe('measured');
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
    // Nothing but refreshes.
    expect(world.sent.length - before).toBeLessThanOrEqual(4);
  });
});
