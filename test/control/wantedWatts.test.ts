import { beforeAll, describe, expect, it } from 'vitest';
import { createPlanner, type Planner } from '../../solver/planner.ts';
import type { HorizonView } from '../../src/control/horizonView.ts';
import { siteId } from '../../src/domain/ids.ts';
import { onThisThread, plannedWorld } from './givenHorizon.ts';
import { givenCircuit, givenEvses } from './givenSite.ts';

let planner: Planner;
beforeAll(async () => {
  planner = await createPlanner();
});

/** At 13:00 a car of 22 kW comes and wants so much within three hours, where the connection gives 6.9 kW. */
function givenPlan(kwh: number): HorizonView {
  const made = plannedWorld(onThisThread(planner), {
    circuits: [givenCircuit({ assumedBackgroundAmps: 0 })],
    evses: givenEvses(1),
  });
  const { world } = made;
  world.setBackground(0).connectAll().run(10).setLimit({ amps: 10 });
  world.plugIn('A1').run(10);
  made.wish('A1', { kwh, withinHours: 3 });
  world.run(10);
  const plan = world.horizon?.view(siteId('garage'));
  if (plan === undefined) throw new Error('the garage has a plan');
  return plan;
}

const kilowattHours = ({ slots }: HorizonView, bySlot: readonly number[], nowMs: number): number =>
  slots.reduce(
    (sum, { fromMs, untilMs }, slot) =>
      sum + ((bySlot[slot] ?? 0) * (untilMs - Math.max(fromMs, nowMs))) / 3_600_000_000,
    0,
  );

describe('what a car of the plan would have if nothing were short', () => {
  it('is what it is planned to have where that is enough', () => {
    const { sessions } = givenPlan(12);
    expect(sessions[0]?.shortfallWh).toBeLessThan(1);
    expect(sessions[0]?.wantedWatts).toEqual(sessions[0]?.amps.map((amps) => expect.closeTo(amps * 690, 0)));
  });

  it('is all that its driver wants where the plan cannot give it', () => {
    const plan = givenPlan(40);
    const [session] = plan.sessions;
    expect(session?.shortfallWh).toBeGreaterThan(15_000);
    expect(kilowattHours(plan, session?.wantedWatts ?? [], plan.madeAtMs ?? 0)).toBeCloseTo(
      (session?.needsWh ?? 0) / 1000,
      1,
    );
  });

  it('is never above what its EVSE gives', () => {
    const [session] = givenPlan(200).sessions;
    expect(Math.max(...(session?.wantedWatts ?? []))).toBeCloseTo(32 * 690, 0);
  });
});
