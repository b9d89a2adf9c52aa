import { describe, expect, it } from 'vitest';
import { missingRoom } from '../../src/control/priority.ts';
import { askForPriority } from '../../src/control/priorityGrant.ts';
import { evseId } from '../../src/domain/ids.ts';
import { givenEvses, givenSite } from './givenSite.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const names = ['A1', 'A2', 'A3'];
/** What is programmed at the stations for whoever presses the button. */
const priorityAmps = 32;

/** Three cars at 63 A with 15 A of background: 16 A each. */
function givenGarage(driverPriority: number | undefined): World {
  const sites = [{ ...givenSite({ evses: givenEvses(3) }), driverPriority }];
  const world = watch(new World({ sites })).setBackground(15).connectAll().run(3);
  for (const name of names) world.plugIn(name).run(7);
  return world.run(60).forgetOverloads();
}

const shared = [16, 16, 16];
const first = [32, 8, 8];

const press = (world: World, name = 'A1'): World => {
  world.farSide.askPriority(evseId(name), priorityAmps);
  return world;
};
const setpoints = (world: World) => names.map((name) => world.setpointAmps(name));
const asked = (world: World) => world.sent.filter(({ command }) => command.kind === 'end priority').length;
const isOurs = (world: World, name = 'A1') => world.real(name).priorityAmps === undefined;

describe('a driver who asks for priority at his station', () => {
  it('has it in the allocation, and his station goes on under its setpoint', () => {
    const world = givenGarage(1);
    expect(setpoints(world)).toEqual(shared);
    press(world).run(60);
    expect(isOurs(world)).toBe(true);
    expect(setpoints(world)).toEqual(first);
  });

  it('counts in full from the word of his station until its car has followed', () => {
    const world = press(givenGarage(1));
    world.run(1);
    expect(world.exposureAmps('A1')).toBe(32);
    // The circuit is over for no longer than the others take to follow.
    world.run(10).forgetOverloads().run(300);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('keeps his class until his session ends, however often he presses', () => {
    const world = press(press(givenGarage(1)).run(60)).run(60);
    expect(asked(world)).toBe(2);
    expect(setpoints(world)).toEqual(first);
    world.farSide.unplug(evseId('A1'));
    world.run(5).plugIn('A1').run(90);
    expect(setpoints(world)).toEqual(shared);
  });

  it('loses nothing of a class that a person gave him', () => {
    const world = givenGarage(1);
    const session = world.state.sessions().find((each) => each.evseId === evseId('A1'));
    if (session !== undefined) world.inputs.changeSession(session.id, { priority: 5 });
    press(world).run(60);
    expect(world.state.sessions().find(({ id }) => id === session?.id)?.priority).toBe(5);
  });

  it('shares with others who ask, and no limit is exceeded for that', () => {
    const world = press(press(givenGarage(1)), 'A2')
      .run(60)
      .forgetOverloads();
    expect(setpoints(world.run(60))).toEqual([24, 24, 0]);
    world.setBackground(39).run(20).forgetOverloads().run(60);
    expect(setpoints(world)).toEqual([12, 12, 0]);
    expect(world.overload().worstAmps).toBe(0);
  });

  it.each([
    ['refuses', 'rejects all'],
    ['never answers', 'silent'],
  ] as const)(
    'at a station that %s commands counts in full, and its end is asked for again',
    (_how, manner) => {
      const world = givenGarage(1);
      world.station('A1').manner = manner;
      press(world).run(200);
      expect(isOurs(world)).toBe(false);
      expect(asked(world)).toBeGreaterThan(5);
      expect(asked(world)).toBeLessThan(25);
      expect(world.exposureAmps('A1')).toBe(32);
      world.station('A1').manner = 'obeys';
      world.run(120);
      expect(isOurs(world)).toBe(true);
      expect(setpoints(world)).toEqual(first);
    },
  );

  it('counts in full while his station is away, and is asked as soon as it is back', () => {
    const world = givenGarage(1);
    world.station('A1').manner = 'silent';
    press(world).run(5);
    world.farSide.disconnect(world.station('A1'));
    world.run(600);
    expect(world.exposureAmps('A1')).toBe(32);
    world.station('A1').manner = 'obeys';
    world.farSide.connect(world.station('A1'));
    world.run(60);
    expect(isOurs(world)).toBe(true);
    expect(setpoints(world)).toEqual(first);
  });

  it('counts in full after a restart of ours, until his station was asked', () => {
    const world = givenGarage(1);
    world.station('A1').manner = 'silent';
    press(world).run(5).restart();
    for (const name of names) world.farSide.connect(world.station(name));
    world.run(300);
    expect(world.exposureAmps('A1')).toBe(32);
    world.station('A1').manner = 'obeys';
    world.run(120);
    expect(isOurs(world)).toBe(true);
    expect(setpoints(world)).toEqual(first);
  });

  it('who takes it back himself keeps what his site granted', () => {
    const world = givenGarage(1);
    world.station('A1').manner = 'silent';
    press(world).run(5);
    world.station('A1').manner = 'obeys';
    world.farSide.askPriority(evseId('A1'), undefined);
    world.run(60);
    expect(world.exposureAmps('A1')).toBe(32);
    expect(setpoints(world)).toEqual(first);
  });

  it('is left to his station where his site grants nothing, and counts in full', () => {
    const world = press(givenGarage(undefined)).run(120);
    expect(asked(world)).toBe(0);
    expect(isOurs(world)).toBe(false);
    expect(world.exposureAmps('A1')).toBe(32);
    expect(world.restart().run(1).exposureAmps('A1')).toBe(32);
  });

  it('leaves the others what they can keep beside him when nobody speaks to the stations any more', () => {
    const world = givenGarage(undefined).setBackground(25).run(60);
    press(world).run(30).forgetOverloads().kill().run(600);
    expect(isOurs(world)).toBe(false);
    expect(world.overload().worstAmps).toBe(0);
  });

  it('is taken back where his circuit could not carry it even if everybody else paused', () => {
    const world = press(givenGarage(undefined)).run(30);
    expect(isOurs(world)).toBe(false);
    world.setBackground(40).run(30);
    expect(isOurs(world)).toBe(true);
    expect(world.exposureAmps('A1')).toBeLessThanOrEqual(23);
  });

  it('is taken back when a person stops the site', () => {
    const world = press(givenGarage(undefined)).run(30).stopSite().run(30);
    expect(isOurs(world)).toBe(true);
    expect(setpoints(world)).toEqual([0, 0, 0]);
  });
});

describe('priority that is asked for from here', () => {
  type Answer = 'accepted' | 'refused' | 'never answered';

  /** Two cars at 63 A with 15 A of background, so that one of them may have all that its EVSE can give. */
  function givenPair() {
    const world = watch(new World({ sites: [givenSite({ evses: givenEvses(2) })] }));
    world.setBackground(15).connectAll().run(3);
    for (const name of ['A1', 'A2']) world.plugIn(name).run(7);
    return world.run(60).forgetOverloads();
  }

  const request = (world: World, ask: () => Promise<Answer>, keep = async (_isActive: boolean) => {}) => {
    const record = world.state.evse(evseId('A1'));
    const { stationId, transactionId = '' } = record.session ?? { stationId: record.evse.station };
    return askForPriority({
      record,
      ledger: world.ledger,
      tell: (isActive) =>
        world.inputs.applyStationEvent({
          ...{ kind: 'priority changed', stationId, transactionId, isActive },
          atMs: world.clock.nowMs(),
        }),
      keep,
      ask,
      isRefused: (answer) => answer === 'refused',
    });
  };

  const counted = ({ ledger, clock }: World) =>
    ledger.exposureAmps(evseId('A1'), { isOnline: true, hasSession: true }, clock.monotonicMs());

  it.each(['accepted', 'never answered'] as const)('counts in full when it is %s', async (answer) => {
    const world = givenPair();
    await request(world, async () => answer);
    expect(counted(world)).toBe(32);
  });

  it('counts in full, on disk, before the station is asked, and no longer when it refuses', async () => {
    const world = givenPair();
    const kept: boolean[] = [];
    const ask = async (): Promise<Answer> => {
      expect(kept).toEqual([true]);
      expect(counted(world)).toBe(32);
      return 'refused';
    };
    await request(world, ask, async (isActive) => void kept.push(isActive));
    expect(kept).toEqual([true, false]);
    expect(counted(world.run(60))).toBe(24);
  });

  it('is not asked for what cannot be kept', async () => {
    const world = givenPair();
    const ask = async (): Promise<Answer> => expect.fail('the station was asked');
    await expect(request(world, ask, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow(
      'disk',
    );
    expect(counted(world.run(60))).toBe(24);
  });

  it('counts on where the driver pressed the button while the station refused', async () => {
    const world = givenPair();
    await request(world, async () => {
      press(world);
      return 'refused';
    });
    expect(counted(world.run(60))).toBe(32);
  });

  it('counts where a stop of the site had it ended before the station gave it', async () => {
    const world = givenPair();
    await request(world, async () => {
      world.stopSite().run(5);
      expect(asked(world)).toBe(1);
      expect(world.ledger.isOverridden(evseId('A1'))).toBe(false);
      return 'accepted';
    });
    expect(counted(world)).toBe(32);
    expect(asked(world.run(30))).toBeGreaterThan(1);
  });
});

describe('room for the priority of one', () => {
  const missing = (world: World) => {
    const [plan] = world.loop.step('pace').plans;
    return plan && missingRoom(plan, evseId('A1'), priorityAmps);
  };

  it('is what the others may have in force leaves under every circuit', () => {
    const world = givenGarage(undefined);
    expect(missing(world)).toEqual({ node: 'grid', amps: expect.closeTo(16, 1) });
    world.farSide.unplug(evseId('A2'));
    world.farSide.unplug(evseId('A3'));
    expect(missing(world.run(60))).toBeUndefined();
  });

  it('is not what cars that come get without us', () => {
    const world = givenGarage(undefined);
    world.farSide.unplug(evseId('A2'));
    world.farSide.unplug(evseId('A3'));
    expect(missing(world.setBackground(25).run(60))).toEqual({ node: 'grid', amps: expect.closeTo(6, 1) });
  });
});
