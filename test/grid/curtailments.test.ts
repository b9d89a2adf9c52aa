import { describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import { curtailments, measurement } from '../../src/grid/curtailments.ts';
import type { Evidence } from '../../src/grid/evidenceQueue.ts';
import type { GridProgress } from '../../src/grid/gridPorts.ts';
import { minuteMeans } from '../../src/grid/minuteMeans.ts';
import { givenConnection } from '../control/givenConnection.ts';
import { World } from '../control/world.ts';

/** Two cars that want 32 A each beside 20 A of background under 63 A, and whoever follows what becomes of limits. */
function given() {
  const world = new World({
    connections: [givenConnection({ heartbeatTimeoutMs: undefined })],
  }).setBackground(20);
  const evidence: Evidence[] = [];
  const progress: GridProgress[] = [];
  const follower = curtailments({
    grid: world.state.grid,
    evsesBelow: () => new Set(world.input.sites.flatMap(({ evses }) => evses.map(({ id }) => id))),
    isConfirmed: (evseId) => world.ledger.inFlight(evseId) === undefined,
    onEvidence: (entry) => evidence.push(entry),
  });
  follower.onProgress((step) => progress.push(step));
  const means = minuteMeans(world.state.grid, (entry) => evidence.push(entry));
  world.checks.push({
    tick({ sent }) {
      follower.follow({ nowMs: world.clock.nowMs(), sent: sent.map(({ command }) => command) });
      means.follow(world.clock.nowMs());
    },
    step: () => {},
  });
  world.connectAll().plugIn('A1').plugIn('A2');
  const contract = world.hear({ amps: 63 }, { externalId: 'contract', kind: 'baseline' });
  world.run(180);
  const phases = () => progress.map(({ phase }) => phase);
  const summary = () => evidence.find(({ kind }) => kind === 'curtailment')?.body;
  return { world, follower, evidence, progress, phases, summary, contract };
}

describe('an event of a grid operator', () => {
  it('is followed from the commands to the meter, and summed up when it is over', () => {
    const { world, follower, progress, phases, summary } = given();
    const event = world.hear({ watts: 3 * 230 * 40 }, { externalId: 'event-1', complyWithinS: 30 });
    const heardAtMs = world.clock.nowMs();
    follower.acknowledged('dso', ['event-1'], heardAtMs + 5);
    world.run(60);
    // The meter shows it before it is proven: what stations held counts until their cars had time to follow.
    expect(phases()).toEqual(['effective', 'applied']);
    expect(follower.running).toBe(1);
    expect(progress.at(-1)).toMatchObject({
      connectionId: 'dso',
      externalId: 'event-1',
      measuredWatts: 3 * 230 * 40,
    });
    world.endLimit(event);
    world.run(2);
    expect(phases()).toEqual(['effective', 'applied', 'released']);
    expect(summary()).toMatchObject({
      receivedAtMs: heardAtMs,
      acknowledgedAtMs: heardAtMs + 5,
      violatedAtMs: null,
      worstExcessWatts: 0,
      energyOverWh: 0,
      stationsCommanded: 2,
      stationsConfirmed: 2,
      beforeWatts: expect.closeTo(3 * 230 * 63, -3),
      timeToComplyS: expect.closeTo(8, -1),
    });
  });

  it('below the building is infeasible, and is over by what the building takes', () => {
    const { world, phases, summary } = given();
    const event = world.hear({ watts: 3 * 230 * 15 });
    world.run(120);
    expect(phases()).toContain('infeasible');
    expect(phases()).not.toContain('effective');
    world.endLimit(event);
    world.run(2);
    expect(summary()).toMatchObject({ worstExcessWatts: expect.any(Number), effectiveAtMs: null });
    expect((summary() as { energyOverWh: number }).energyOverWh).toBeGreaterThan((3 * 230 * 5 * 90) / 3600);
  });

  it('that stations do not obey is violated once it is due, and told once', () => {
    const { world, phases } = given();
    world.station('A1').manner = 'ignores';
    world.station('A2').manner = 'ignores';
    world.hear({ watts: 3 * 230 * 40 }, { complyWithinS: 20 });
    world.run(19);
    expect(phases()).not.toContain('violated');
    world.run(5);
    expect(phases().filter((phase) => phase === 'violated')).toHaveLength(1);
  });

  it('that allows more than there is bound is effective at once', () => {
    const { world, phases } = given();
    world.hear({ watts: 100_000 });
    world.run(1);
    expect(phases()).toEqual(['applied', 'effective']);
  });

  it('that comes to an end by itself is released at that moment', () => {
    const { world, progress } = given();
    const untilMs = world.clock.nowMs() + 30_000;
    world.hear({ watts: 3 * 230 * 40 }, {}, { untilMs });
    world.run(40);
    const released = progress.find(({ phase }) => phase === 'released');
    expect(released?.atMs).toBeGreaterThanOrEqual(untilMs);
    expect(released?.atMs).toBeLessThan(untilMs + 1_100);
  });
});

describe('what is measured at a target', () => {
  it('is kept as the mean of every whole minute', () => {
    const { world, evidence } = given();
    world.run(120);
    const minutes = evidence.filter(({ kind }) => kind === 'minute');
    expect(minutes.length).toBeGreaterThanOrEqual(4);
    expect(minutes.at(-1)).toMatchObject({
      connectionId: 'dso',
      node: 'grid',
      body: {
        meanWatts: expect.closeTo(3 * 230 * 63, -2.5),
        carMeanWatts: expect.closeTo(3 * 230 * 43, -2.5),
        limitWatts: 3 * 230 * 63,
        quality: 'measured',
      },
    });
  });

  it('is told to reports: power, energy that only rises, and how good it is', () => {
    const { world } = given();
    const now = () => measurement(world.state.grid, circuitId('grid'), world.clock.nowMs());
    const before = now();
    world.run(60);
    expect(now()).toMatchObject({
      watts: 3 * 230 * 63,
      carWatts: 3 * 230 * 43,
      activeSessions: 2,
      quality: 'measured',
    });
    expect((now().energyWh ?? 0) - (before.energyWh ?? 0)).toBeCloseTo((3 * 230 * 63) / 60, -1);
    world.silentMeters.add(circuitId('grid'));
    world.run(30);
    expect(now().quality).toBe('assumed');
    expect(measurement(world.state.grid, circuitId('other'), 0)).toMatchObject({
      watts: undefined,
      quality: 'missing',
    });
  });
});
