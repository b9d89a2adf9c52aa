import { describe, expect, it } from 'vitest';
import { effectiveLimit } from '../../src/domain/effectiveLimit.ts';
import { circuitId, evseId, limitId } from '../../src/domain/ids.ts';
import { limitFromRequest } from '../../src/domain/limitRequest.ts';
import { givenCircuit, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { leaseMs, World, type WorldInput } from './world.ts';

// How other energy managers failed in the field, by name, and that we do not. The failures that lie in a protocol are
// told where it is spoken: two sockets of one station (OpenEMS #2906) in test/ocpp/connection.test.ts, a retained or
// repeated old reading (evcc #15736) in test/meters/mqttMeters.test.ts.

const names = ['A1', 'A2', 'A3', 'A4'];

/** Four cars at 63 A with 11 A of background: 13 A each. Without a meter 30 A are to be assumed. */
function givenBusyGarage(change: Partial<WorldInput> = {}): World {
  const circuits = [givenCircuit({ assumedBackgroundAmps: 30 })];
  const world = watch(new World({ sites: [givenSite({ circuits, evses: givenEvses(4) })], ...change }))
    .setBackground(11)
    .connectAll()
    .run(3);
  for (const name of names) world.plugIn(name).run(7);
  return world.run(40).forgetOverloads();
}
const setpoints = (world: World): readonly number[] => names.map((name) => world.setpointAmps(name) ?? 0);
const total = (world: World): number => setpoints(world).reduce((sum, amps) => sum + amps, 0);

describe('evcc #14248: the grid meter was lost and charging went on at the last current', () => {
  it('falls to what the assumed background leaves', () => {
    const world = givenBusyGarage();
    world.silentMeters.add(circuitId('grid'));
    world.run(20);
    expect(total(world)).toBe(33);
  });
});

describe('evcc #22839: the grid currents became unreadable and the charge power rose', () => {
  it('raises nobody when the meter goes, whatever is assumed', () => {
    const circuits = [givenCircuit({ assumedBackgroundAmps: 0 })];
    const world = givenBusyGarage({ sites: [givenSite({ circuits, evses: givenEvses(4) })] });
    world.silentMeters.add(circuitId('grid'));
    world.run(60);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('raises nobody when its messages come without numbers', () => {
    const world = givenBusyGarage();
    world.distortMeter(() => Number.NaN);
    world.run(60);
    expect(setpoints(world).every((amps) => amps <= 13)).toBe(true);
    expect(world.broken).toEqual([]);
  });
});

describe('evcc #15736: a value that was told once lived for ever', () => {
  it('doubts a meter that repeats itself while our own cars change', () => {
    const world = givenBusyGarage();
    world.distortMeter(() => 63).run(10);
    world.unplug('A1').unplug('A2').run(60);
    expect(world.circuit()).toMatchObject({ basis: 'assumed', meterVerdict: { kind: 'frozen' } });
  });
});

describe('evcc #33395 and #15733: one failing meter blocked the whole loop', () => {
  it('ticks at its pace while a meter is silent', () => {
    const world = givenBusyGarage();
    world.silentMeters.add(circuitId('grid'));
    const before = world.ticks.length;
    world.run(60);
    expect(world.ticks.length - before).toBeGreaterThanOrEqual(60);
  });
});

describe('evcc #20717: a negative import held the chargers back', () => {
  it('gives cars all the breaker has while the sun feeds in', () => {
    const meter = { measures: 'total', maxAgeMs: 15_000, hasGeneration: true } as const;
    const circuits = [givenCircuit({ meter })];
    const world = givenBusyGarage({ sites: [givenSite({ circuits, evses: givenEvses(4) })] });
    world.setBackground(-20).run(90);
    expect(total(world)).toBe(63);
  });
});

describe('evcc #29705: a failsafe ended in no limit at all', () => {
  it('falls to the breaker when a limit ends, and never to nothing', () => {
    const world = givenBusyGarage();
    const nowMs = world.clock.nowMs();
    world.setLimit({ amps: 31 }, { untilMs: nowMs + 30_000 });
    world.run(200);
    expect(world.circuit().limitAmps).toEqual([63, 63, 63]);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });
});

describe('evcc #32492: a limit without an end was over at the next tick', () => {
  it('keeps a standing limit until somebody ends it', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 35 });
    world.run(3 * 3_600);
    expect(world.circuit().limitAmps).toEqual([35, 35, 35]);
    expect(total(world)).toBe(24);
  });
});

describe('evcc #25545: a negative limit was taken', () => {
  it('is refused, and leaves what was', () => {
    const site = givenSite();
    const outcome = limitFromRequest({
      body: { site: 'garage', circuit: 'grid', amps: -16, standing: true, reason: 'wrong' },
      source: 'grid-operator',
      setBy: 'dso',
      sites: [site],
      areas: [],
      id: limitId('L1'),
      nowMs: 0,
    });
    expect(outcome.status).toBe('refused');
    expect(effectiveLimit({ amps: 63, watts: Number.POSITIVE_INFINITY }, [], 0).amps).toEqual([63, 63, 63]);
  });
});

describe('openWB #3959: every meter but one kept its last value for ever', () => {
  it('judges the age of every circuit by itself', () => {
    const circuits = [
      givenCircuit({ assumedBackgroundAmps: 20 }),
      givenCircuit({
        id: circuitId('hall'),
        parent: circuitId('grid'),
        breakerAmps: 40,
        assumedBackgroundAmps: 16,
      }),
    ];
    const evses = givenEvses(4, { circuit: circuitId('hall') });
    const world = watch(new World({ sites: [givenSite({ circuits, evses })] }))
      .connectAll()
      .run(3);
    for (const name of names) world.plugIn(name).run(7);
    world.run(40);
    expect(total(world)).toBe(40);
    world.silentMeters.add(circuitId('hall'));
    world.run(20);
    expect([world.circuit('grid').basis, world.circuit('hall').basis]).toEqual(['measured', 'assumed']);
    expect(total(world)).toBe(24);
  });
});

describe('openWB #3277: the failsafe was as high as the limit it stood in for', () => {
  it('falls under the curtailed limit when we die, not to the failsafe current of fair weather', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 42 });
    world.run(40).kill().forgetOverloads().run(600);
    // 42 A less the 30 A to be assumed: two of the four keep 6 A.
    expect(names.map((name) => world.inForceAmps(name)).sort()).toEqual([0, 0, 6, 6]);
    expect(world.overload().worstAmps).toBe(0);
  });
});

describe('EVerest #51: a limit is a lease', () => {
  it('ends at every station by itself within one lease', () => {
    const world = givenBusyGarage()
      .kill()
      .run(leaseMs / 1000 + 1);
    expect(names.map((name) => world.inForceAmps(name)).every((amps) => amps <= 6)).toBe(true);
  });
});

describe('OpenEMS #2906: the end of an old connection removed the new one', () => {
  it('goes on with a station that connects again before its old connection ended', () => {
    const world = givenBusyGarage();
    world.farSide.connect(world.station('A1'));
    world.run(20);
    expect(world.view('A1').state).toBe('charging');
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });
});

describe('Easee: only TxProfiles, only while online, and a TxDefaultProfile that stays', () => {
  it('counts at its maximum when it is gone without having taken a standing profile', () => {
    const world = givenBusyGarage();
    const station = world.station('A1');
    const send = world.farSide.send.bind(world.farSide);
    world.farSide.send = (command) => {
      station.manner = command.evseId === 'A1' && command.kind === 'standing' ? 'rejects' : 'obeys';
      send(command);
    };
    world.farSide.reboot(station, 'nothing');
    world.run(10);
    expect(world.setpointAmps('A1')).toBeDefined();
    world.unplug('A1').run(20);
    world.farSide.disconnect(station);
    world.run(20);
    expect(world.ledger.standingAmps(evseId('A1'))).toBeUndefined();
    expect(world.exposureAmps('A1')).toBe(32);
  });
});

describe('MicroOcpp #360: a station told another schedule than the one it was given', () => {
  it('rests on what the station acknowledged and drew: its own account is never asked for', () => {
    const world = givenBusyGarage();
    world.setLimit({ amps: 43 });
    world.run(300);
    const kinds = new Set(world.sent.map(({ command }) => command.kind));
    expect([...kinds].sort()).toEqual(['lease', 'standing']);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
  });
});
