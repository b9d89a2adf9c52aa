import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import type { Evse } from '../../src/domain/site.ts';
import type { LeaseForm } from '../../src/domain/traits.ts';
import { givenCircuit, givenEvse, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { leaseMs, World } from './world.ts';

/** Two cars at 63 A with 11 A of background, 26 A each; the station of the first ends its setpoints in another way. */
function givenGarage(leaseForm: LeaseForm, first: Partial<Evse> = {}, second: Partial<Evse> = {}): World {
  const traits = { unit: 'A', stepAmps: 1, stackLevel: 0, leaseForm } as const;
  const evses = [givenEvse({ traits, ...first }), givenEvse({ id: evseId('A2'), ...second })];
  const circuits = [givenCircuit({ assumedBackgroundAmps: 11 })];
  const world = watch(new World({ sites: [givenSite({ circuits, evses })] }))
    .setBackground(11)
    .connectAll()
    .run(3);
  return world.plugIn('A1').plugIn('A2').run(60).forgetOverloads();
}

describe('a station that honours no end of a setpoint', () => {
  it('is used like any other, and shown for what it is', () => {
    const world = givenGarage('none');
    expect([world.setpointAmps('A1'), world.setpointAmps('A2')]).toEqual([26, 26]);
    expect([world.view('A1').isNonLeasing, world.view('A2').isNonLeasing]).toEqual([true, false]);
  });

  it('counts its last value when it is offline, for days', () => {
    const world = givenGarage('none');
    world.farSide.disconnect(world.station('A1'));
    world.run(3_600);
    expect(world.inForceAmps('A1')).toBe(26);
    expect(world.exposureAmps('A1')).toBe(26);
    expect(world.setpointAmps('A2')).toBe(26);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('keeps its value when we die, and the others fall to what that leaves under a curtailment', () => {
    const world = givenGarage('none');
    world.setLimit({ amps: 30 });
    world.run(60);
    const keptAmps = world.inForceAmps('A1');
    world.kill().forgetOverloads().run(600);
    expect(world.inForceAmps('A1')).toBe(keptAmps);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('counts its maximum after a restart until it is back, and the site does not wait for it', () => {
    const world = givenGarage('none').restart();
    world.farSide.connect(world.station('A2'));
    world.run(600);
    expect(world.exposureAmps('A1')).toBe(32);
    expect(world.tick.views[0]?.state).toBe('normal');
    world.farSide.connect(world.station('A1'));
    world.run(60);
    expect([world.setpointAmps('A1'), world.setpointAmps('A2')]).toEqual([26, 26]);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a station whose setpoints only end', () => {
  it('falls to its standing profile, which is what the tail would be', () => {
    const world = givenGarage('duration')
      .kill()
      .run(leaseMs / 1000 + 20);
    expect([world.inForceAmps('A1'), world.inForceAmps('A2')]).toEqual([6, 6]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('falls under a curtailment too: its standing profile is lowered with it', () => {
    const world = givenGarage('duration');
    world.setLimit({ amps: 16 });
    world.run(30).kill().forgetOverloads().run(600);
    expect(world.inForceAmps('A1') + world.inForceAmps('A2')).toBeLessThanOrEqual(5);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('a car that is paused at a station whose setpoints only end', () => {
  it('is told first for how long it stays paused, so that it does not wake into what others hold when we die', () => {
    const world = givenGarage('duration', { priority: 0 }, { priority: 1 });
    const night = world.setLimit({ amps: 16 });
    world.run(90).endLimit(night);
    // There is room for one again, and the standing profile of the other comes back.
    world.setLimit({ amps: 22 });
    world.run(20).forgetOverloads();
    expect([world.inForceAmps('A1'), world.inForceAmps('A2')]).toEqual([0, 11]);
    expect(world.real('A1').standingAmps).toBe(6);
    world.kill().run(600);
    expect([world.inForceAmps('A1'), world.inForceAmps('A2')]).toEqual([6, 0]);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('what was sent in the last moments before a crash and never reached the database', () => {
  it.each(['tail', 'duration', 'none'] as const)('is counted all the same, for leases by %s', (leaseForm) => {
    const world = givenGarage(leaseForm).stopSite().run(60);
    // From 0 A and a standing profile of 0 A up to all there is, and nothing of it is kept.
    world.keepsLeases = false;
    world.releaseSite().run(40);
    expect(world.inForceAmps('A1')).toBe(26);
    world.restart();
    world.keepsLeases = true;
    // The ledger is checked against what is really in force at every step, while the stations stay away.
    world.run(600);
    for (const name of ['A1', 'A2']) {
      expect(world.exposureAmps(name)).toBeGreaterThanOrEqual(world.inForceAmps(name));
      world.unplug(name);
    }
    world.run(60).plugIn('A1').run(60);
    expect(world.exposureAmps('A1')).toBeGreaterThanOrEqual(world.inForceAmps('A1'));
    expect(world.overload().worstAmps).toBe(0);
  });
});
