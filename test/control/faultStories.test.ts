import { describe, expect, it } from 'vitest';
import { leaseSlackMs } from '../../src/app/options.ts';
import { evseId, stationId } from '../../src/domain/ids.ts';
import { givenCircuit, givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { leaseMs, World, type WorldInput } from './world.ts';

const names = ['A1', 'A2', 'A3', 'A4'];

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

const setpoints = (world: World): readonly (number | undefined)[] =>
  names.map((name) => world.setpointAmps(name));
const commandsTo = (world: World, name: string): number =>
  world.sent.filter(({ command }) => command.evseId === name).length;

describe('a station that goes offline', () => {
  it('counts its lease at first, and the others keep theirs', () => {
    const world = givenBusyGarage();
    world.farSide.disconnect(world.station('A1'));
    world.run(1);
    expect(world.exposureAmps('A1')).toBe(13);
    expect(world.view('A1').reason).toEqual({ kind: 'offline' });
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('counts its tail once the lease has surely ended, and the others take the rest', () => {
    const world = givenBusyGarage();
    world.farSide.disconnect(world.station('A1'));
    // Sent at any time in the last half lease, on the wire up to 10 s later, the station's clock 10 s behind.
    world.run((leaseMs + 10_000 + leaseSlackMs) / 1000 + 20);
    expect(world.exposureAmps('A1')).toBe(6);
    expect(setpoints(world).slice(1).sort()).toEqual([15, 15, 16]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('counts its standing profile when nobody was there, as soon as it is offline', () => {
    const world = givenBusyGarage();
    world.unplug('A4').run(40);
    expect(world.exposureAmps('A4')).toBe(0);
    world.farSide.disconnect(world.station('A4'));
    world.run(20);
    expect(world.exposureAmps('A4')).toBe(6);
    // Somebody comes, and nobody tells us.
    world.plugIn('A4').run(60);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('is told its setpoint again as soon as it is back', () => {
    const world = givenBusyGarage();
    world.farSide.disconnect(world.station('A1'));
    world.run(20);
    const before = commandsTo(world, 'A1');
    world.farSide.connect(world.station('A1'));
    world.run(0.1);
    expect(commandsTo(world, 'A1')).toBe(before + 1);
  });

  it('gets everything back within two leases', () => {
    const world = givenBusyGarage();
    world.farSide.disconnect(world.station('A1'));
    world.run(300);
    world.farSide.connect(world.station('A1'));
    world.run(60);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('that was silent for days falls to its failsafe current by itself', () => {
    const world = givenBusyGarage();
    world.farSide.disconnect(world.station('A1'));
    world.run(leaseMs / 1000 + 10);
    expect(world.inForceAmps('A1')).toBe(6);
  });
});

describe('a station that does not take commands', () => {
  it.each(['rejects', 'silent', 'deaf'] as const)(
    'and %s keeps what it may have, and the others make room',
    (manner) => {
      const world = givenBusyGarage();
      world.station('A1').manner = manner;
      world.setLimit({ amps: 43 });
      // Call timeout 5 s, then the others follow.
      world.run(20);
      expect(world.exposureAmps('A1')).toBe(13);
      const others = setpoints(world).slice(1);
      // 43 A - 11 A - 13 A
      expect(others.reduce<number>((sum, amps) => sum + (amps ?? 0), 0)).toBeLessThanOrEqual(19);
      expect(world.view('A1').reason).toEqual({ kind: 'not answering' });
      expect(world.overload().longestMs).toBeLessThanOrEqual(5_000 + 1_000 + 5_500);
    },
  );

  it('has its session ended within 45 s where the others cannot make room, and not before it refused three times', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'rejects';
    // 11 A of background and 13 A of its own, where 20 A may flow.
    world.setLimit({ amps: 20 });
    world.run(25);
    expect(world.real('A1').transactionId).toBeDefined();
    expect(world.view('A1').reason).toEqual({ kind: 'not answering' });
    world.run(20);
    expect(world.real('A1').transactionId).toBeUndefined();
    expect(world.overload().longestMs).toBeLessThanOrEqual(45_000);
    expect(world.sent.filter(({ command }) => command.kind === 'remote stop')).toHaveLength(1);
  });

  it('and refuses to end its session too is asked twice a minute and told of, until its lease has run out', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'rejects all';
    world.setLimit({ amps: 20 });
    world.run(70);
    const stops = (): number => world.sent.filter(({ command }) => command.kind === 'remote stop').length;
    expect(stops()).toBe(2);
    expect(world.view('A1').reason).toEqual({ kind: 'not answering', rung: 'alarm' });
    world.run(120);
    expect(stops()).toBe(2);
    expect(world.view('A1').reason).toEqual({ kind: 'not answering' });
  });

  it('is left in its session while it takes what it is told within half a minute', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'rejects';
    world.setLimit({ amps: 20 });
    world.run(28);
    world.station('A1').manner = 'obeys';
    world.run(60);
    expect(world.real('A1').transactionId).toBeDefined();
    expect(world.sent.filter(({ command }) => command.kind === 'remote stop')).toHaveLength(0);
  });

  it('is asked in every way there is once, then every ten seconds, and not at every tick', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'rejects';
    world.setLimit({ amps: 43 });
    world.run(60);
    const before = commandsTo(world, 'A1');
    world.run(60);
    expect(commandsTo(world, 'A1') - before).toBeGreaterThanOrEqual(5);
    expect(commandsTo(world, 'A1') - before).toBeLessThanOrEqual(7);
  });

  it('falls to its tail when its lease ends unrenewed, and then counts no more', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'silent';
    world.run(leaseMs / 1000 + 5);
    expect(world.inForceAmps('A1')).toBe(6);
    // Any of the lost refreshes might have arrived, the last of them half a lease later.
    expect(world.exposureAmps('A1')).toBe(13);
    world.run((leaseMs + 10_000 + leaseSlackMs) / 1000 + 20);
    expect(world.exposureAmps('A1')).toBe(6);
  });

  it('shares as before when it obeys again', () => {
    const world = givenBusyGarage();
    world.station('A1').manner = 'rejects';
    const limit = world.setLimit({ amps: 43 });
    world.run(30).endLimit(limit);
    world.station('A1').manner = 'obeys';
    world.run(40);
    expect(setpoints(world)).toEqual([13, 13, 13, 13]);
  });

  it('only of the standing kind is commanded by leases all the same', () => {
    const world = watch(new World({ sites: [givenSite()] })).setBackground(11);
    const { farSide } = world;
    const send = farSide.send.bind(farSide);
    // Some stations refuse a TxDefaultProfile for a single connector.
    farSide.send = (command) => {
      world.station('A1').manner =
        command.evseId === 'A1' && command.kind === 'standing' ? 'rejects' : 'obeys';
      send(command);
    };
    world.connectAll().run(3).plugIn('A1').run(30);
    expect(world.ledger.standingAmps(evseId('A1'))).toBeUndefined();
    expect(world.setpointAmps('A1')).toBe(32);
    world.setLimit({ amps: 31 });
    world.run(2);
    expect(world.setpointAmps('A1')).toBe(20);
  });
});

describe('a station that says yes and does nothing', () => {
  it('costs the others capacity as soon as its draw is told, not the circuit its breaker', () => {
    const world = givenBusyGarage();
    ignoreEverything(world, 'A1');
    world.setLimit({ amps: 43 });
    world.run(40).forgetOverloads().run(60);
    expect(world.real('A1').drawAmps).toBe(13);
    expect(world.exposureAmps('A1')).toBeGreaterThanOrEqual(13);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('does so on a circuit without a meter too', () => {
    const sites = [givenSite({ circuits: [givenCircuit({ meter: undefined })], evses: givenEvses(4) })];
    const world = givenBusyGarage({ sites }).setBackground(10);
    ignoreEverything(world, 'A1');
    world.setLimit({ amps: 43 });
    world.run(40).forgetOverloads().run(60);
    expect(world.overload().worstAmps).toBe(0);
  });
});

/** What is in force there stays for ever. */
function ignoreEverything(world: World, name: string): void {
  world.station(name).manner = 'ignores';
  const { lease } = world.real(name);
  if (lease !== undefined) lease.endsAtMs = Number.POSITIVE_INFINITY;
}

describe('cars that take a little more than they may', () => {
  it('are planned for with what they take', () => {
    const world = givenBusyGarage();
    for (const name of names) world.real(name).takesShare = 1.05;
    world.run(60).forgetOverloads().run(120);
    expect(world.overload().worstAmps).toBe(0);
    expect(setpoints(world).every((amps) => (amps ?? 0) >= 12)).toBe(true);
  });
});

describe('a station that boots', () => {
  it('is told its setpoint again, and its standing profile too: some come back without any', () => {
    const world = givenBusyGarage();
    world.farSide.reboot(world.station('A1'), 'nothing');
    world.run(3);
    expect(world.real('A1').lease?.setpointAmps).toBe(13);
    expect(world.real('A1').standingAmps).toBe(6);
  });

  it('counts its maximum when it is gone again before it took its profiles', () => {
    const world = givenBusyGarage();
    const station = world.station('A1');
    station.manner = 'silent';
    world.farSide.reboot(station, 'nothing');
    world.farSide.disconnect(station);
    world.run(1);
    expect(world.exposureAmps('A1')).toBe(32);
  });
});

describe('a session that ends while a command is on its way', () => {
  it('leaves nothing of the old command to the next car', () => {
    const world = givenBusyGarage();
    world.station('A1').delayMs = 2_000;
    world.setLimit({ amps: 31 });
    world.run(0.5).unplug('A1').run(0.2).plugIn('A1').run(0.2);
    expect(world.ledger.lease(evseId('A1'))).toBeUndefined();
    expect(world.exposureAmps('A1')).toBe(6);
    world.run(20);
    expect(world.ledger.lease(evseId('A1'))?.transactionId).toBe('T5');
  });

  it('frees its capacity for the others', () => {
    const world = givenBusyGarage();
    world.unplug('A1').run(20);
    expect(setpoints(world).slice(1).sort()).toEqual([17, 17, 18]);
  });
});

describe('an answer that never comes', () => {
  it('does not keep an EVSE from ever being told anything again', () => {
    // Whoever carries commands lost this one: no answer, no timeout.
    const world = givenBusyGarage({ callTimeoutMs: 3_600_000 });
    const { farSide } = world;
    const send = farSide.send.bind(farSide);
    farSide.send = (command) => (command.evseId === 'A1' ? undefined : send(command));
    world.setLimit({ amps: 43 });
    world.run(100);
    farSide.send = send;
    world.run(120);
    expect(setpoints(world)).toEqual([8, 8, 8, 8]);
  });
});

describe('two EVSEs of one station', () => {
  it('go offline and come back together', () => {
    const station = stationId('CP-1');
    const evses = [givenEvse({ station }), givenEvse({ id: evseId('A2'), station, number: 2 })];
    const world = watch(new World({ sites: [givenSite({ evses })] }))
      .setBackground(11)
      .connectAll()
      .run(3);
    world.plugIn('A1').plugIn('A2').run(30);
    expect([world.setpointAmps('A1'), world.setpointAmps('A2')]).toEqual([26, 26]);
    world.farSide.disconnect(world.station('A1'));
    world.run(160);
    expect([world.exposureAmps('A1'), world.exposureAmps('A2')]).toEqual([6, 6]);
  });
});

describe('leases', () => {
  it('are refreshed by half of their time, and not all at once', () => {
    const sites = [givenSite({ circuits: [givenCircuit({ breakerAmps: 400 })], evses: givenEvses(40) })];
    const world = watch(new World({ sites })).setBackground(10).connectAll().run(3);
    for (let index = 1; index <= 40; index++) world.plugIn(`A${index}`);
    world.run(300);
    const fromMs = world.clock.monotonicMs();
    world.run(60);
    const refreshes = world.sent.filter(({ atMs }) => atMs > fromMs);
    for (let index = 1; index <= 40; index++) {
      expect(refreshes.filter(({ command }) => command.evseId === `A${index}`).length).toBeGreaterThanOrEqual(
        1,
      );
    }
    const perSecond = new Map<number, number>();
    for (const { atMs } of refreshes) {
      const second = Math.floor((atMs - fromMs) / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(12);
  });

  it('that end in a rise end after all that end in a fall, so that no order of ends overloads anything', () => {
    // 17 A hold two failsafe currents and 5 A of background; with 10 A of background one car has 7 A and one waits.
    const circuits = [givenCircuit({ breakerAmps: 17, assumedBackgroundAmps: 5 })];
    for (let secondsBefore = 0; secondsBefore <= 70; secondsBefore += 5) {
      const world = watch(new World({ sites: [givenSite({ circuits })] }))
        .setBackground(10)
        .connectAll()
        .run(3);
      world
        .plugIn('A2')
        .run(17)
        .plugIn('A1')
        .run(120 + secondsBefore);
      const nowMs = world.clock.nowMs();
      // The building goes quiet just before we die: what is assumed then is what was there.
      world.kill().forgetOverloads().run(600);
      expect(world.overload().worstAmps, `killed at ${nowMs}`).toBe(0);
    }
  });
});
