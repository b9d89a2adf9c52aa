import { describe, expect, it } from 'vitest';
import type { PlanProblem } from '../../solver/planProblem.ts';
import { areaId, circuitId, evseId, siteId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import type { Site } from '../../src/domain/site.ts';
import { circuitView, siteView } from '../views.ts';
import { type PlannedWorld, plannedWorld } from './givenHorizon.ts';
import { givenArea, givenCircuit, givenEvse, givenSite } from './givenSite.ts';
import type { WorldInput } from './world.ts';

const hourMs = 3_600_000;

/** A world whose plans are asked for and never answered: the problems are what counts. */
function given(site: Partial<Site> = {}, change: Partial<WorldInput> = {}) {
  const problems: PlanProblem[] = [];
  const made: PlannedWorld = plannedWorld(
    ({ onAnswer }) => ({
      request: (problem) => {
        problems.push(problem);
        onAnswer({ status: 'failed', reason: 'nobody plans here' }, problem);
      },
      counts: () => ({ requested: 0, planned: 0, failed: 0, superseded: 0 }),
      coldReason: () => undefined,
      stop: async () => {},
    }),
    { circuits: [givenCircuit({ assumedBackgroundAmps: 0 })], ...site },
    change,
  );
  const last = (): PlanProblem => {
    const problem = problems.at(-1);
    if (problem === undefined) throw new Error('nothing was asked for');
    return problem;
  };
  return { ...made, problems, last };
}

/** What charging may have of a circuit in the slot of an instant: L1, L2, L3, watts. */
function limitAt({ slotMs, limit, parent }: PlanProblem, atMs: number, circuit = 0): readonly number[] {
  const slot = slotMs.findLastIndex((fromMs) => fromMs <= atMs);
  const from = 4 * (slot * parent.length + circuit);
  return [...limit.subarray(from, from + 4)];
}

describe('the problem of a plan', () => {
  it('is not asked while no driver told both departure and energy', () => {
    const { world, problems } = given();
    world.setBackground(0).connectAll().run(10).plugIn('A1').run(120);
    expect(problems).toEqual([]);
  });

  it('has the sessions with their wishes, and what is left of them', () => {
    const { world, wish, last } = given();
    world.setBackground(0).connectAll().run(10).plugIn('A1').plugIn('A2').run(10);
    wish('A1', { kwh: 30, withinHours: 4 });
    world.run(30);
    const { needKwh, maxAmps, departureMs, wiring } = last();
    expect([...wiring]).toHaveLength(1);
    expect(needKwh[0]).toBeGreaterThan(29.5);
    expect(needKwh[0]).toBeLessThan(30);
    expect([maxAmps[0], (departureMs[0] ?? 0) - world.clock.nowMs() < 4 * hourMs]).toEqual([32, true]);
  });

  it('leaves out of the limits what the others would have fairly, for as long as they may stay', () => {
    const { world, wish, last } = given({
      circuits: [givenCircuit({ breakerAmps: 40, assumedBackgroundAmps: 0 })],
    });
    world.setBackground(0).connectAll().run(10).plugIn('A1').plugIn('A2').run(10);
    wish('A1', { kwh: 100, withinHours: 10 });
    world.run(30);
    expect(limitAt(last(), world.clock.nowMs())).toEqual([20, 20, 20, Number.POSITIVE_INFINITY]);
    expect(limitAt(last(), world.clock.nowMs() + 6 * hourMs).slice(0, 3)).toEqual([40, 40, 40]);
  });

  it('knows limits that are announced for later', () => {
    const { world, wish, last } = given();
    world.setBackground(0).connectAll().run(10).plugIn('A1').run(10);
    const fromMs = world.clock.nowMs() + 2 * hourMs;
    world.setLimit({ amps: 16 }, { fromMs, untilMs: fromMs + hourMs });
    wish('A1', { kwh: 30, withinHours: 6 });
    world.run(30);
    const at = (ms: number): number => limitAt(last(), fromMs + ms)[0] ?? -1;
    expect([at(-1), at(0), at(hourMs - 1), at(hourMs)]).toEqual([63, 16, 16, 63]);
  });

  it('expects the background now, and later that of earlier weeks', () => {
    const { world, wish, last, memory } = given();
    world.setBackground(20).connectAll().run(10).plugIn('A1').run(10);
    learn(memory, world.clock.nowMs() - 168 * hourMs + 2 * hourMs, 33);
    wish('A1', { kwh: 30, withinHours: 6 });
    world.run(30);
    const at = (hours: number): number => limitAt(last(), world.clock.nowMs() + hours * hourMs)[0] ?? -1;
    expect(at(0)).toBeCloseTo(43, 0);
    expect(at(2.2)).toBeCloseTo(30, 0);
    expect(at(4)).toBeCloseTo(43, 0);
  });

  it('sees of its area what the fair shares of the other sites leave', () => {
    const site = (name: string): Site =>
      givenSite({
        id: siteId(name),
        circuits: [givenCircuit({ id: circuitId(`${name}-grid`), assumedBackgroundAmps: 0 })],
        evses: [givenEvse({ id: evseId(name), circuit: circuitId(`${name}-grid`) })],
      });
    const sites = [site('north'), site('south')];
    const areas = [givenArea({ id: areaId('feeder'), limitWatts: 30_000, sites: sites.map(({ id }) => id) })];
    const { world, wish, last } = given({}, { sites, areas });
    for (const name of ['north', 'south']) world.setBackground(0, `${name}-grid`);
    world.connectAll().run(10).plugIn('north').plugIn('south').run(10);
    wish('north', { kwh: 30, withinHours: 4 });
    world.run(30);
    expect([...last().parent]).toEqual([-1, 0]);
    expect(limitAt(last(), world.clock.nowMs())[3]).toBeCloseTo(15_000);
  });

  it('says on which supply a circuit is', () => {
    const { world, wish, last } = given({
      supply: { system: 'IT', phaseVolts: 230, powerFactorMin: 1 },
      evses: [givenEvse({ wiring: [0, 1] })],
    });
    world.setBackground(0).connectAll().run(10).plugIn('A1').run(10);
    wish('A1', { kwh: 10, withinHours: 4 });
    world.run(30);
    expect([[...(last().supply ?? [])], Math.round(last().phaseVolts[0] ?? 0)]).toEqual([[1], 133]);
  });

  it('plans a car with what it was seen to take at most', () => {
    const { world, wish, last } = given();
    world.setBackground(0).connectAll().run(10).plugIn('A1', 16).run(90);
    wish('A1', { kwh: 10, withinHours: 4 });
    world.run(30);
    expect(last().maxAmps[0]).toBe(16);
  });

  it('plans a car on the conductors it was seen to draw on', () => {
    const { world, wish, last } = given();
    world.setBackground(0).connectAll().run(10).plugIn('A1').run(30);
    const { session } = world.state.evse(evseId('A1'));
    world.state.applyStationEvent({
      kind: 'measured',
      stationId: world.station('A1').id,
      atMs: world.clock.nowMs(),
      evseNumber: 1,
      transactionId: session?.transactionId,
      takenAtMs: world.clock.nowMs(),
      amps: [0, 32, 0],
      isPerPhase: true,
      powerWatts: undefined,
      energyWh: undefined,
      offeredAmps: undefined,
      stateOfChargePercent: undefined,
    });
    wish('A1', { kwh: 10, withinHours: 4 });
    world.run(3);
    expect([...last().wiring]).toEqual([2]);
  });
});

/** An hour of the past with this background on every phase of the grid connection. */
function learn(memory: PlannedWorld['memory'], atMs: number, amps: number): void {
  const fromMs = Math.floor(atMs / hourMs) * hourMs;
  for (let ms = fromMs; ms <= fromMs + hourMs; ms += 30_000) {
    const circuit = { ...circuitView('grid'), basis: 'measured' as const, backgroundAmps: everyPhase(amps) };
    memory.follow([siteView({ state: 'normal', circuits: [circuit], evses: [] })], ms);
  }
}
