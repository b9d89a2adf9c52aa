import { describe, expect, it } from 'vitest';
import { type Dispatched, dispatch } from '../../src/control/dispatch.ts';
import type { Rung } from '../../src/control/escalation.ts';
import type { EvsePlan, Plan } from '../../src/control/plan.ts';
import { topologies } from '../../src/control/topology.ts';
import { evseId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { leaseMs, loopOptions, World } from './world.ts';

/** Three cars that hold 10 A each for a second, on a connection with room for 40 A; nothing is on its way. */
function given(site = givenSite({ evses: givenEvses(3) })): {
  world: World;
  send(
    evses: readonly Partial<EvsePlan>[],
    change?: {
      readonly roomAmps?: number;
      readonly afterMs?: number;
      readonly rungs?: ReadonlyMap<number, Rung>;
    },
  ): string[];
  commands(): readonly Dispatched[];
} {
  const world = new World({ sites: [site] }).setBackground(0).connectAll().run(3);
  for (const { id } of site.evses) world.plugIn(id, 32);
  world.setLimit({ amps: 10 * site.evses.length });
  world.run(60);
  world.loop.stop();
  const [topology] = topologies(world.input.sites, []);
  if (topology === undefined) throw new Error('a site is a topology');
  let last: readonly Dispatched[] = [];
  return {
    world,
    commands: () => last,
    send(evses, { roomAmps = 40, afterMs = 0, rungs = new Map() } = {}) {
      last = dispatch({
        topology,
        plan: { ...givenPlan(evses, roomAmps), topology },
        state: world.state,
        ledger: world.ledger,
        monotonicMs: newestLeaseMs(world) + afterMs,
        rungs,
        ending: new Set(),
        epoch: 1,
        nextSequence: () => 1,
        options: loopOptions,
      });
      return last.map(({ command, cause }) =>
        command.kind === 'lease'
          ? `${command.evseId} ${cause} ${command.setpointAmps}`
          : `${command.evseId} ${cause}`,
      );
    },
  };
}

const newestLeaseMs = (world: World): number =>
  Math.max(
    ...world.input.sites.flatMap((site) => site.evses.map(({ id }) => world.ledger.lease(id)?.sentAtMs ?? 0)),
  );

/** Everybody at the 10 A that he holds. Each test changes what it is about. */
const givenPlan = (changes: readonly Partial<EvsePlan>[], roomAmps: number): Omit<Plan, 'topology'> => ({
  starting: new Set(),
  nodes: [
    {
      limit: {
        amps: everyPhase(roomAmps),
        watts: Number.POSITIVE_INFINITY,
        ampsOrigin: { kind: 'breaker' },
        wattsOrigin: { kind: 'rating' },
      },
      releases: new Map(),
      metered: undefined,
      finding: undefined,
      marginAmps: [0, 0, 0],
      background: { amps: everyPhase(0), basis: 'measured', doubtedSinceMs: undefined },
      capacity: { amps: everyPhase(roomAmps), watts: Number.POSITIVE_INFINITY },
    },
  ],
  evses: changes.map((change) => ({
    exposureAmps: 10,
    isPlanned: true,
    isHeld: false,
    beginAmps: undefined,
    standingAmps: 6,
    allocatedAmps: 10,
    tailAmps: 6,
    bound: { kind: 'maximum' },
    capAmps: 32,
    ...change,
  })),
  problem: { circuits: [], evses: [] },
  plannedEvses: changes.map((_, index) => index),
  failure: undefined,
});

const asBefore: Partial<EvsePlan> = {};

describe('what is sent', () => {
  it('is nothing while everybody holds what is planned', () => {
    expect(given().send([asBefore, asBefore, asBefore])).toEqual([]);
  });

  it('is a decrease at once, however small', () => {
    expect(given().send([{ allocatedAmps: 9 }, asBefore, asBefore])).toEqual(['A1 lower 9']);
    expect(given().send([{ allocatedAmps: 9.96 }, asBefore, asBefore])).toEqual([]);
  });

  it('is a decrease before any raise [P6]', () => {
    const plan = [{ allocatedAmps: 14 }, { allocatedAmps: 8 }, asBefore];
    expect(given().send(plan)).toEqual(['A2 lower 8', 'A1 raise 14']);
  });

  it('is a raise only into what is proven free: what a decrease will free is not', () => {
    const plan = [{ allocatedAmps: 20 }, { allocatedAmps: 0 }, asBefore];
    expect(given().send(plan, { roomAmps: 34 })).toEqual(['A2 lower 0', 'A1 raise 14']);
    expect(given().send(plan, { roomAmps: 30 })).toEqual(['A2 lower 0']);
  });

  it('is the lowest raised first', () => {
    const { world, send } = given();
    world.loop.start();
    world.setLimit({ amps: 22 });
    world.run(12).loop.stop();
    const held = ['A1', 'A2', 'A3'].map((name) => world.setpointAmps(name) ?? 0);
    const plan = held.map((amps) => ({ allocatedAmps: amps + 10, exposureAmps: amps }));
    const lowest = `A${held.indexOf(Math.min(...held)) + 1}`;
    expect(send(plan, { roomAmps: 24, afterMs: 11_000 })[0]).toMatch(new RegExp(`^${lowest} `));
  });

  it('is no raise below the deadband, unless it is the last bit to all the EVSE can use', () => {
    const small = { allocatedAmps: 10.4, capAmps: 32 };
    const site = givenSite({
      evses: givenEvses(1, { traits: { unit: 'A', stepAmps: 0.1, stackLevel: 0, leaseForm: 'tail' } }),
    });
    expect(given(site).send([small])).toEqual([]);
    expect(given(site).send([{ ...small, allocatedAmps: 10.5 }])).toEqual(['A1 raise 10.5']);
    expect(given(site).send([{ ...small, capAmps: 10.4 }])).toEqual(['A1 raise 10.4']);
  });

  it('is rounded down to a step, and to nothing below the minimum', () => {
    const { send } = given();
    expect(send([{ allocatedAmps: 14 }, asBefore, asBefore], { roomAmps: 32.9 })).toEqual(['A1 raise 12']);
    const { world, send: sendTo } = given();
    world.farSide.reboot(world.station('A1'), 'nothing');
    expect(sendTo([{ allocatedAmps: 14, exposureAmps: 0 }, asBefore, asBefore], { roomAmps: 25.9 })[0]).toBe(
      'A1 assert 0',
    );
  });

  it('is a refresh by half of the lease, a little earlier for some', () => {
    const { send } = given(givenSite({ evses: givenEvses(1) }));
    expect(send([asBefore], { afterMs: leaseMs / 2 - 1 })).toEqual([]);
    expect(send([asBefore], { afterMs: leaseMs / 2 })).toEqual(['A1 refresh 10']);
  });

  it('is told again when the lease runs out unrefreshed', () => {
    const { send } = given(givenSite({ evses: givenEvses(1) }));
    expect(send([asBefore], { afterMs: leaseMs })).toEqual(['A1 assert 10']);
  });

  it('is no more than a decrease it never answered, where nothing is free', () => {
    const { world, send } = given();
    world.station('A1').manner = 'deaf';
    world.setLimit({ amps: 27 });
    world.loop.start();
    world.run(6).loop.stop();
    expect(world.ledger.isSilent(evseId('A1'))).toBe(true);
    expect(world.inForceAmps('A1')).toBe(9);
    expect(world.setpointAmps('A1')).toBe(10);
    expect(send([asBefore, asBefore, asBefore], { roomAmps: 29 })[0]).toBe('A1 assert 9');
    expect(send([asBefore, asBefore, asBefore], { roomAmps: 40 })[0]).toBe('A1 assert 10');
  });

  it('is a lower tail at once, and a higher one with the next refresh', () => {
    expect(given().send([{ tailAmps: 0 }, asBefore, asBefore])).toEqual(['A1 tail 10']);
    const { send } = given();
    expect(send([{ tailAmps: 8 }, asBefore, asBefore])).toEqual([]);
  });

  it('is a lease twice as long where it ends in a rise', () => {
    const { send, commands } = given();
    send([{ allocatedAmps: 0 }, { allocatedAmps: 6 }, { allocatedAmps: 8 }]);
    expect(commands().map(({ command }) => command.kind === 'lease' && command.leaseMs)).toEqual([
      2 * leaseMs,
      leaseMs,
      leaseMs,
    ]);
  });

  it('is nothing to an EVSE that has not answered yet', () => {
    const { world, send } = given();
    world.station('A1').manner = 'silent';
    const session = world.state.evse(evseId('A1')).session?.transactionId ?? '';
    world.ledger.sent({
      ...(world.sent.at(-1)?.command ?? fail()),
      evseId: evseId('A1'),
      kind: 'lease',
      transactionId: session,
      setpointAmps: 10,
      tailAmps: 6,
      leaseMs,
      schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' },
    });
    expect(send([{ allocatedAmps: 6 }, asBefore, asBefore])).toEqual([]);
  });

  it('is nothing to a station that is offline', () => {
    const { world, send } = given();
    world.farSide.disconnect(world.station('A1'));
    expect(send([{ allocatedAmps: 6 }, asBefore, asBefore])).toEqual([]);
  });

  it('is a standing profile to an EVSE without a session that has none yet', () => {
    const { world, send } = given();
    world.unplug('A1');
    world.farSide.reboot(world.station('A1'), 'nothing');
    expect(send([{ isPlanned: false }, asBefore, asBefore])).toEqual(['A1 standing']);
  });

  it('is a standing profile beside a car only where it fits, as long as nobody knows of a lease above it', () => {
    const { world, send } = given();
    world.farSide.reboot(world.station('A1'), 'nothing');
    const failed = [{ isPlanned: false, exposureAmps: 32, standingAmps: 12 }, asBefore, asBefore];
    expect(send(failed, { roomAmps: 51 })).toEqual([]);
    expect(send(failed, { roomAmps: 52 })).toEqual(['A1 standing']);
  });

  it('is a standing profile to an EVSE that told nothing yet, which is above it or has no car', () => {
    const { world, send } = given();
    world.unplug('A1');
    world.farSide.reboot(world.station('A1'), 'nothing');
    world.state.evse(evseId('A1')).status = 'unknown';
    const untold = [{ isPlanned: false, exposureAmps: 32, standingAmps: 12 }, asBefore, asBefore];
    expect(send(untold, { roomAmps: 40 })).toEqual(['A1 standing']);
  });

  it('is one to an EVSE that told nothing yet only where it fits, as long as what an earlier process left may hold', () => {
    const { world, send } = given();
    world.unplug('A1').restart().loop.stop();
    const { id: stationId } = world.station('A1');
    world.state.applyStationEvent({ kind: 'connected', stationId, protocol: 'ocpp1.6', atMs: 0 });
    const untold = [{ isPlanned: false, exposureAmps: 32, standingAmps: 12 }, asBefore, asBefore];
    expect(send(untold, { roomAmps: 51 })).toEqual([]);
    expect(send(untold, { roomAmps: 52 })).toEqual(['A1 standing']);
    const afterMs = world.clock.monotonicMs() + 3 * leaseMs;
    expect(send(untold, { roomAmps: 51, afterMs })).toEqual(['A1 standing']);
  });

  describe('where setpoints take the place of the standing profile', () => {
    const traits = {
      unit: 'A',
      stepAmps: 1,
      stackLevel: 0,
      leaseForm: 'tail',
      rung: 'transaction default',
    } as const;
    const replacing = () => given(givenSite({ evses: givenEvses(1, { traits }) }));

    it('is no standing profile beside a session', () => {
      const { world, send } = replacing();
      world.farSide.reboot(world.station('A1'), 'nothing');
      expect(send([{ isPlanned: false, exposureAmps: 32 }], { roomAmps: 100 })).toEqual([]);
    });

    it('is one to an EVSE that told nothing yet only where it fits: its session may have been lost', () => {
      const { world, send } = replacing();
      world.unplug('A1');
      world.farSide.reboot(world.station('A1'), 'nothing');
      world.state.evse(evseId('A1')).status = 'unknown';
      const untold = [{ isPlanned: false, exposureAmps: 32, standingAmps: 12 }];
      expect(send(untold, { roomAmps: 31 })).toEqual([]);
      expect(send(untold, { roomAmps: 32 })).toEqual(['A1 standing']);
    });
  });

  it('carries all a station needs to know, in its own terms', () => {
    const site = givenSite({
      evses: [
        givenEvse({
          wiring: [1],
          number: 2,
          traits: { unit: 'W', stepAmps: 1, stackLevel: 3, leaseForm: 'tail' },
        }),
      ],
    });
    const { send, commands } = given(site);
    send([{ allocatedAmps: 8 }]);
    expect(commands()[0]?.command).toMatchObject({
      kind: 'lease',
      siteId: 'garage',
      stationId: 'CP-A1',
      evseId: 'A1',
      evseNumber: 2,
      epoch: 1,
      transactionId: 'T1',
      setpointAmps: 8,
      tailAmps: 6,
      leaseMs,
      schedule: { unit: 'W', phaseVolts: 230, phaseCount: 1, stackLevel: 3, leaseForm: 'tail' },
    });
  });
});

function fail(): never {
  throw new Error('something was sent before');
}

describe('a rung for a station that does not obey', () => {
  const asBefore = {};
  const first = (rung: Rung) => ({ rungs: new Map([[0, rung]]) });

  it('repeats the lease that it holds', () => {
    const { send } = given();
    expect(send([asBefore, asBefore, asBefore], first('repeat'))).toEqual(['A1 escalate 10']);
  });

  it('bounds its station to the setpoints of all its EVSEs, for one lease', () => {
    const { send, commands } = given();
    send([asBefore, asBefore, asBefore], first('station maximum'));
    expect(commands()[0]?.command).toMatchObject({ kind: 'station maximum', amps: 10, durationMs: leaseMs });
  });

  it.each([
    ['where it is told setpoints', asBefore],
    ['where it takes none', { isPlanned: false }],
    ['before a decrease, which would be in vain', { allocatedAmps: 6 }],
  ])('ends its session %s', (_where, planned) => {
    const { send, commands } = given();
    send([planned, asBefore, asBefore], first('remote stop'));
    expect(commands()[0]?.command).toMatchObject({ kind: 'remote stop', transactionId: 'T1' });
  });

  it('tells the station nothing when somebody is called', () => {
    const { send } = given();
    expect(send([asBefore, asBefore, asBefore], first('alarm'))).toEqual([]);
  });

  it('repeats nothing before a decrease', () => {
    const { send } = given();
    expect(send([{ allocatedAmps: 6 }, asBefore, asBefore], first('repeat'))).toEqual(['A1 lower 6']);
  });
});
