import { describe, expect, it } from 'vitest';
import { layersOf } from '../../src/domain/deviceRecord.ts';
import { evseId, stationId } from '../../src/domain/ids.ts';
import { explainedTraits, mayPause, type StationTraits } from '../../src/domain/traits.ts';
import { type DeviceQuirkName, deviceQuirks } from '../../src/sim/deviceQuirks.ts';
import { DeviceWorld } from './deviceWorld.ts';
import { givenCircuit, givenEvse, givenSite } from './givenSite.ts';

/** Two cars that want 32 A each behind 40 A without a meter; the station of the first has the quirk. */
async function given(name: DeviceQuirkName, version: '1.6' | '2.0.1' = '1.6'): Promise<DeviceWorld> {
  const circuits = [givenCircuit({ breakerAmps: 40, assumedBackgroundAmps: 0, meter: undefined })];
  const evses = [givenEvse({ traits: {} }), givenEvse({ id: evseId('A2'), traits: {} })];
  const quirks = { 'CP-A1': deviceQuirks[name] };
  const world = await new DeviceWorld(givenSite({ circuits, evses }), quirks, version).run(150);
  world.plugIn('A1');
  world.plugIn('A2');
  return world.run(240);
}

const taught = 'station taught how it is to be told';
const calculates = 'station calculates otherwise than we do';

describe('a site with a device that takes setpoints in its own way', () => {
  it.each<[DeviceQuirkName, Partial<StationTraits>]>([
    ['Q3 station maximum only', { rung: 'station maximum' }],
    ['Q5 no relative schedules', { standingKind: 'absolute' }],
    ['Q5 relative schedules only', { kind: 'relative' }],
    ['Q6 lower stack level than announced', { stackLevelMax: 0 }],
    ['Q20 one period', { leaseForm: 'duration' }],
    ['Q9 watts only', { unit: 'W' }],
    ['Q32 direct current', { unit: 'W', phasesHonoured: false }],
  ])('%s: it learns how to tell it, shares with it, and stays under its limit', async (name, traits) => {
    const world = await given(name);
    expect(world.traits('A1')).toMatchObject(traits);
    world.worstAmps();
    await world.run(120);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    expect(world.drawAmps('A1')).toBeGreaterThanOrEqual(15);
    expect(world.drawAmps('A2')).toBeGreaterThanOrEqual(15);
  });

  it.each<[DeviceQuirkName, Partial<StationTraits>, number]>([
    // It gives the reason, so the first other way is the right one.
    ['Q6 lower stack level than announced', { stackLevelMax: 0 }, 1],
    // Its variables say so.
    ['Q9 watts only', { unit: 'W' }, 0],
    ['Q32 direct current', { unit: 'W', phasesHonoured: false }, 1],
  ])('%s: in 2.0.1 it is told at once as it wants to be', async (name, traits, lessons) => {
    const world = await given(name, '2.0.1');
    expect(world.traits('A1')).toMatchObject(traits);
    expect(world.told(taught)).toHaveLength(lessons);
    expect(world.totalAmps).toBeGreaterThan(38);
    expect(world.totalAmps).toBeLessThanOrEqual(40.01);
  });

  it('Q4 takes no relative maximum: the one it is given is absolute', async () => {
    const world = await given('Q3 station maximum only');
    expect(world.traits('A1')).toMatchObject({ rung: 'station maximum', kind: 'absolute' });
    expect(world.drawAmps('A1')).toBeGreaterThanOrEqual(15);
  });

  it('that refuses for a moment what it takes otherwise is told as before when the moment is over', async () => {
    const world = await given('Q13 needs startSchedule');
    world.become('CP-A1', { refusedPurposes: ['transaction', 'default', 'max'] });
    const trial = () => world.control.state.station(stationId('CP-A1'))?.device.trial;
    for (let steps = 0; steps < 1000 && trial() === undefined; steps += 1) await world.run(0.25);
    expect(trial()).toMatchObject({ isTaken: false });
    world.become('CP-A1', {});
    await world.run(240);
    expect(trial()).toBeUndefined();
    expect(world.told(taught)).toEqual([]);
    expect(world.traits('A1')).toMatchObject({ rung: 'transaction', stackLevelMax: 8, unit: 'A' });
    expect(world.drawAmps('A1')).toBeGreaterThanOrEqual(15);
  });

  it('that takes no setpoint for its transaction any more has what lies there cleared', async () => {
    const world = await given('Q13 needs startSchedule');
    expect(world.profiles('CP-A1', 'transaction')).toBe(1);
    world.become('CP-A1', { refusedPurposes: ['transaction'] });
    await world.run(240);
    expect(world.traits('A1')).toMatchObject({ rung: 'transaction default' });
    expect(world.profiles('CP-A1', 'transaction')).toBe(0);
    expect(world.drawAmps('A1')).toBeGreaterThanOrEqual(15);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
  });

  it('tells the operator what was learnt', async () => {
    const world = await given('Q6 lower stack level than announced');
    expect(world.told(taught)[0]).toMatchObject({ stationId: 'CP-A1', stackLevelMax: 0 });
  });

  it.each<DeviceQuirkName>([
    'Q6 stack level 0 only',
    'Q9 amps only',
    'Q13 needs startSchedule',
    'Q19 refuses duplicates',
    'Q33 digests the start of a transaction',
  ])('%s: nothing has to be learnt: it says so, or is told so by everybody', async (name) => {
    const world = await given(name);
    expect(world.told(taught)).toEqual([]);
    expect(world.totalAmps).toBeGreaterThan(38);
    expect(world.totalAmps).toBeLessThanOrEqual(40.01);
  });
});

describe('a site with a device that will not be told', () => {
  it.each<DeviceQuirkName>(['Q29 profiles fail in its RPC layer', 'Q30 no smart charging'])(
    '%s: counts it in full, gives the others the rest, and calls the operator',
    async (name) => {
      const world = await given(name);
      expect(world.told('station takes no setpoint in any form').length).toBeGreaterThan(0);
      world.worstAmps();
      await world.run(60);
      expect(world.drawAmps('A1')).toBeGreaterThan(30);
      expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    },
  );
});

describe('a pause of a device', () => {
  const paused = async (name: DeviceQuirkName): Promise<DeviceWorld> => {
    const world = await given(name);
    const [site] = world.control.state.sessions();
    expect(site).toBeDefined();
    world.control.state.stopSite({
      siteId: givenSite().id,
      atMs: world.clock.nowMs(),
      by: 'test',
      reason: 'pause',
    });
    return world.run(60);
  };

  it('Q7 refuses 0 A: it is told 1 A, which no cable can signal, and the operator hears of it', async () => {
    const world = await paused('Q7 refuses 0 A');
    expect(world.traits('A1').takesZero).toBe(false);
    expect(world.totalAmps).toBe(0);
    expect(world.told(taught)[0]).toMatchObject({ takesZero: false });
    world.control.state.releaseSite(givenSite().id);
    await world.run(120);
    expect(world.drawAmps('A1')).toBeGreaterThan(15);
  });

  it('Q8 stays paused: the others have what it leaves', async () => {
    const world = await paused('Q8 stays paused');
    world.control.state.releaseSite(givenSite().id);
    await world.run(240);
    expect(world.drawAmps('A1')).toBe(0);
    expect(world.drawAmps('A2')).toBeGreaterThan(25);
  });

  it('Q8 resumes at full power: it is held to its setpoint again within a minute', async () => {
    const world = await paused('Q8 resumes at full power');
    world.control.state.releaseSite(givenSite().id);
    await world.run(150);
    world.worstAmps();
    await world.run(60);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
  });
});

describe('a device whose cars do not come back from a pause', () => {
  const site = givenSite().id;
  /** The car of the first EVSE charges, is paused for a minute, offered current again, and leaves after a while. */
  const pausedSession = async (world: DeviceWorld, offeredS = 400): Promise<void> => {
    world.control.state.stopSite({ siteId: site, atMs: world.clock.nowMs(), by: 'test', reason: 'pause' });
    await world.run(60);
    world.control.state.releaseSite(site);
    await world.run(offeredS);
    world.unplug('A1');
    await world.run(30);
    world.plugIn('A1');
    await world.run(120);
  };
  const resumes = (world: DeviceWorld) => {
    const device = world.control.state.station(stationId('CP-A1'))?.device;
    return explainedTraits(device === undefined ? [] : layersOf(device)).find(
      ({ name }) => name === 'resumes',
    );
  };

  it('Q8 stays paused: it is known by the third session, with the reason, and told to the operator', async () => {
    const world = await given('Q8 stays paused');
    await pausedSession(world);
    await pausedSession(world);
    expect(resumes(world)).toMatchObject({ value: 'well', source: 'default' });
    await pausedSession(world);
    expect(resumes(world)).toEqual({
      ...{ name: 'resumes', value: 'stays paused', source: 'learnt' },
      why: '3 sessions one after the other never charged again after a pause',
    });
    expect(mayPause(world.traits('A1'))).toBe(false);
    expect(world.told(taught)).toMatchObject([{ stationId: 'CP-A1', resumes: 'stays paused' }]);
  });

  it('cars that leave before they could have begun teach nothing', async () => {
    const world = await given('Q8 stays paused');
    for (let session = 0; session < 4; session += 1) await pausedSession(world, 120);
    expect(world.told(taught)).toEqual([]);
  });

  it('one that comes back after each pause is never suspected', async () => {
    const world = await given('Q6 stack level 0 only');
    for (let session = 0; session < 4; session += 1) await pausedSession(world, 330);
    expect(world.traits('A1').resumes).toBe('well');
    expect(world.told(taught)).toEqual([]);
  });
});

describe('a device that restarts when it is configured', () => {
  it('Q27: is left alone after the third time, the operator is told, and it charges under its limit', async () => {
    const world = await given('Q27 restarts when it is configured');
    expect(world.restarts).toBe(3);
    const left = 'station restarts whenever it is configured: its meter settings are left as they are';
    expect(world.told(left)).toHaveLength(1);
    world.worstAmps();
    await world.run(60);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    expect(world.drawAmps('A1')).toBeGreaterThan(5);
  });
});

describe('a device that is hard to reach', () => {
  it.each<DeviceQuirkName>(['Q25 answers after 60 s', 'Q26 silent for minutes', 'Q28 no current at all'])(
    '%s: the site stays under its limit',
    async (name) => {
      const world = await given(name);
      world.worstAmps();
      await world.run(180);
      expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
      expect(world.drawAmps('A2')).toBeGreaterThan(5);
    },
  );

  it('Q15 forgets its lease offline: it falls to its standing profile, and has its share again when it is back', async () => {
    const world = await given('Q15 forgets its lease offline');
    world.worstAmps();
    await world.breakLine('CP-A1', 60);
    expect(world.drawAmps('A1')).toBeLessThanOrEqual(6);
    await world.run(120);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    expect(world.drawAmps('A1')).toBeGreaterThan(15);
  });
});

describe('a device that forgets', () => {
  it('Q15 forgets everything offline: it is held again as soon as it is back', async () => {
    const world = await given('Q15 forgets everything offline');
    await world.breakLine('CP-A1', 60);
    await world.run(30);
    world.worstAmps();
    await world.run(120);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    expect(world.drawAmps('A1')).toBeGreaterThan(5);
  });
});

describe('a device that says yes and does otherwise', () => {
  it.each<DeviceQuirkName>([
    'Q1 needs the transaction id',
    'Q2 default waits for the next transaction',
    'Q3 no station maximum',
    'Q9 watts without effect',
    'Q10 steps of its own',
    'Q11 ignores numberPhases',
    'Q12 slow clock',
    'Q14 wrong clock until it booted',
    'Q16 holds the first period for ever',
    'Q16 ignores the end of a schedule',
    'Q18 clear unknown',
    'Q18 clear without effect',
    'Q19 keeps finished profiles',
    'Q22 falls 30 s late',
    'Q24 station maximum for each connector',
    'Q22 no composite schedule',
    'Q23 a lower limit of its own',
    'Q26 never boots',
    'Q28 meters every 2 min',
    'Q28 no offered current',
    'Q28 phases in the wrong order',
    'Q31 hides its smart charging',
  ])('%s: the site stays under its limit and both cars charge', async (name) => {
    const world = await given(name);
    world.worstAmps();
    await world.run(60);
    expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
    expect(world.drawAmps('A1')).toBeGreaterThan(5);
    expect(world.drawAmps('A2')).toBeGreaterThan(5);
  });

  it.each<DeviceQuirkName>(['Q21 accepts and ignores leases', 'Q21 accepts and ignores everything'])(
    '%s: it is measured, the others make room, and the operator is told',
    async (name) => {
      const world = await given(name);
      world.worstAmps();
      await world.run(60);
      expect(world.worstAmps()).toBeLessThanOrEqual(40.01);
      // What is above its setpoint shows in the measurement, what is below in its own calculation.
      const shown = [...world.told('station does not obey'), ...world.told(calculates)];
      expect(shown.length).toBeGreaterThan(0);
    },
  );

  it('Q16: the operator sees that its calculation never falls, and it is told by schedules that end', async () => {
    const world = await given('Q16 holds the first period for ever');
    expect(world.told(calculates)[0]).toMatchObject({
      stationId: 'CP-A1',
      kind: 'above',
    });
  });

  it('Q23: the operator sees that the station has a limit of its own', async () => {
    const world = await given('Q23 a lower limit of its own');
    expect(world.drawAmps('A1')).toBeLessThanOrEqual(10);
    expect(world.drawAmps('A2')).toBeGreaterThan(25);
  });
});
