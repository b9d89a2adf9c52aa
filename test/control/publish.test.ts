import { describe, expect, it } from 'vitest';
import { circuitId, evseId, siteId } from '../../src/domain/ids.ts';
import { givenArea, givenCircuit, givenEvse, givenEvses, givenSite } from './givenSite.ts';
import { World } from './world.ts';

const hall = givenCircuit({
  id: circuitId('hall'),
  parent: circuitId('grid'),
  breakerAmps: 40,
  meter: undefined,
  assumedBackgroundAmps: 0,
});

/** A metered connection with 11 A of background, a hall without a meter below it, a car in the hall at 32 A. */
function given(): World {
  const evses = [givenEvse({ circuit: hall.id }), givenEvse({ id: evseId('A2') })];
  const world = new World({ sites: [givenSite({ circuits: [givenCircuit(), hall], evses })] });
  return world.setBackground(11).connectAll().run(3).plugIn('A1').run(20);
}

describe('what a tick shows of a circuit', () => {
  it('is what its meter shows, its background, its limit and what may be in force below it', () => {
    expect(given().circuit()).toMatchObject({
      parent: undefined,
      breakerAmps: 63,
      limitAmps: [63, 63, 63],
      limitedBy: { kind: 'breaker' },
      drawAmps: [43, 43, 43],
      backgroundAmps: [11, 11, 11],
      exposureAmps: [32, 32, 32],
      headroomAmps: [20, 20, 20],
      basis: 'measured',
    });
  });

  it('is the sum of what is known to flow where there is no meter', () => {
    expect(given().circuit('hall')).toMatchObject({
      parent: 'grid',
      drawAmps: [32, 32, 32],
      basis: 'unmetered',
      readingAgeMs: undefined,
    });
  });

  it('is the age of the oldest field in use', () => {
    expect(given().run(0.5).circuit().readingAgeMs).toBeLessThanOrEqual(1_000);
    const world = given();
    world.silentMeters.add(circuitId('grid'));
    expect(world.run(10).circuit().readingAgeMs).toBeGreaterThanOrEqual(9_000);
    expect(world.run(20).circuit().readingAgeMs).toBeUndefined();
  });

  it('is a limit in watts as the current it leaves when all phases carry the same', () => {
    const world = given();
    world.setLimit({ watts: 20_700 });
    expect(world.run(1).circuit()).toMatchObject({
      limitAmps: [30, 30, 30],
      limitedBy: { kind: 'limit', limitId: 'L1', source: 'grid-operator', reason: 'cold evening' },
    });
  });
});

describe('the load share of a circuit', () => {
  it('is what flows over what may, on the phase that is fullest', () => {
    const shares = given().setBackground([11, 20, 5]).run(5).circuit();
    expect(shares.loadShare).toBeCloseTo(52 / 63, 6);
  });

  it('is of all phases together where watts bind, however the phases differ', () => {
    const world = given().setBackground([18, 2, 4]);
    world.setLimit({ watts: 16_560 });
    const { drawAmps, limitAmps, loadShare } = world.run(30).circuit();
    expect(drawAmps[0]).toBeGreaterThan(limitAmps[0]);
    const watts = (drawAmps[0] + drawAmps[1] + drawAmps[2]) * 230;
    expect(loadShare).toBeCloseTo(watts / 16_560, 6);
    expect(loadShare).toBeLessThanOrEqual(1);
  });

  it('is above 1 as soon as more flows than may', () => {
    const world = given();
    world.setLimit({ amps: 20 });
    expect(world.run(1).circuit().loadShare).toBeGreaterThan(1);
    expect(world.run(30).circuit().loadShare).toBeLessThanOrEqual(1);
  });
});

describe('what a tick shows of an EVSE', () => {
  it('is its setpoint, draw, session and why it has no more', () => {
    expect(given().view('A1')).toMatchObject({
      stationId: 'CP-A1',
      circuit: 'hall',
      state: 'charging',
      setpointAmps: 32,
      allocatedAmps: 32,
      drawAmps: [32, 32, 32],
      session: { transactionId: 'T1' },
      reason: { kind: 'own maximum', amps: 32 },
    });
  });

  it('is nothing but its state where nobody is', () => {
    expect(given().view('A2')).toMatchObject({
      state: 'available',
      setpointAmps: undefined,
      session: undefined,
      reason: { kind: 'no session' },
    });
  });

  it('is no draw that was told too long ago', () => {
    const world = given();
    world.farSide.disconnect(world.station('A1'));
    expect(world.run(10).view('A1')).toMatchObject({ state: 'offline', drawAmps: [32, 32, 32] });
    expect(world.run(30).view('A1').drawAmps).toEqual([0, 0, 0]);
  });

  it('names the rating of a transformer that is full', () => {
    const circuits = [givenCircuit({ ratedWatts: 20_700, assumedBackgroundAmps: 0, meter: undefined })];
    const world = new World({ sites: [givenSite({ circuits })] }).connectAll().run(3).plugIn('A1').run(20);
    expect(world.view('A1').reason).toEqual({
      kind: 'circuit full',
      circuit: 'grid',
      phase: undefined,
      limitedBy: { kind: 'rating' },
    });
  });

  it('says that capacity is planned for it but not proven free yet', () => {
    const world = given().plugIn('A2').run(2);
    expect(world.view('A2').reason).toEqual({ kind: 'waiting for others' });
    expect(world.view('A2').allocatedAmps).toBeGreaterThan(world.setpointAmps('A2') ?? 0);
  });
});

describe('the sites of an area', () => {
  it('are shown each for itself', () => {
    const sites = ['north', 'south'].map((name) =>
      givenSite({
        id: siteId(name),
        name,
        circuits: [givenCircuit({ id: circuitId(`${name}-grid`) })],
        evses: givenEvses(1, { id: evseId(`${name}-1`), circuit: circuitId(`${name}-grid`) }),
      }),
    );
    const area = givenArea({ sites: sites.map(({ id }) => id) });
    const world = new World({ sites, areas: [area] }).connectAll().run(2);
    expect(
      world.tick.views.map(({ siteId: id, circuits, evses }) => [id, circuits[0]?.id, evses[0]?.id]),
    ).toEqual([
      ['north', 'north-grid', 'north-1'],
      ['south', 'south-grid', 'south-1'],
    ]);
    expect(world.tick.views.map(({ circuits, evses }) => [circuits.length, evses.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
