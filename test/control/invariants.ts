import { expect } from 'vitest';
import type { TickResult } from '../../src/control/controlLoop.ts';
import type { Plan } from '../../src/control/plan.ts';
import { type Topology, topologies } from '../../src/control/topology.ts';
import { phases } from '../../src/domain/phases.ts';
import { worstLineAmps } from './deltaLines.ts';
import type { World } from './world.ts';

const toleranceAmps = 1e-6;

/** What must hold at every tick and at every instant of any story. Throws when it does not. */
export function watch(world: World): World {
  const all = topologies(world.input.sites, world.input.areas);
  world.checks.push({
    tick(result) {
      for (const [index, topology] of all.entries()) checkTick(result, topology, result.plans[index]);
    },
    step(each) {
      // What a tick's check throws ends the loop, as a fault of ours would.
      if (each.broken.length > 0) throw each.broken[0];
      checkLedger(each);
    },
  });
  return world;
}

/** P1: what may be in force fits beside the background, or else nobody below was just given more. */
function checkTick(result: TickResult, topology: Topology, plan: Plan | undefined): void {
  if (plan === undefined) throw new Error('every topology has a plan');
  expect(plan.failure).toBeUndefined();
  const afterAmps = plan.evses.map(({ exposureAmps }) => exposureAmps);
  const raised = new Set<number>();
  for (const { command } of result.sent) {
    const index = topology.evses.findIndex(({ evse }) => evse.id === command.evseId);
    const evse = topology.evses[index]?.evse;
    if (evse === undefined || command.kind !== 'lease') continue;
    const { setpointAmps, tailAmps } = command;
    for (const amps of [setpointAmps, tailAmps]) {
      expect(amps === 0 || (amps >= evse.minAmps && amps <= evse.maxAmps), `${amps} A at ${evse.id}`).toBe(
        true,
      );
    }
    if (setpointAmps <= (afterAmps[index] ?? 0)) continue;
    afterAmps[index] = setpointAmps;
    raised.add(index);
  }
  for (const [index, node] of topology.nodes.entries()) {
    const raises = node.evses.filter((evse) => raised.has(evse));
    const limit = plan.nodes[index]?.limit;
    const background = plan.nodes[index]?.background;
    if (raises.length === 0 || limit === undefined || background === undefined) continue;
    let watts = 0;
    let carWatts = 0;
    for (const phase of phases) {
      const onPhase = node.evses.filter((evse) => topology.evses[evse]?.evse.wiring.includes(phase));
      const isDelta = node.kind === 'circuit' && node.site.supply.system === 'IT';
      const cars = onPhase.map((evse) => ({
        wiring: topology.evses[evse]?.evse.wiring ?? [],
        amps: afterAmps[evse] ?? 0,
      }));
      const isSpare = (evse: number): boolean => plan.topology.evses[evse]?.spare.includes(phase) === true;
      const usedAmps = onPhase.reduce((sum, evse) => sum + (isSpare(evse) ? 0 : (afterAmps[evse] ?? 0)), 0);
      const spareAmps = Math.max(0, ...onPhase.filter(isSpare).map((evse) => afterAmps[evse] ?? 0));
      const sumAmps = isDelta ? worstLineAmps(phase, cars) : usedAmps + spareAmps;
      if (!isDelta) watts += (usedAmps + background.amps[phase]) * 230;
      if (!isDelta) carWatts += usedAmps * 230;
      const carsAmps = limit.cars?.amps[phase] ?? Number.POSITIVE_INFINITY;
      expect(sumAmps, `cars with a raise on L${phase + 1}`).toBeLessThanOrEqual(carsAmps + toleranceAmps);
      const name = `${node.kind === 'area' ? node.area.id : node.circuit.id} L${phase + 1}`;
      expect(sumAmps + background.amps[phase], `${name} with a raise`).toBeLessThanOrEqual(
        limit.amps[phase] + toleranceAmps,
      );
    }
    const spareWatts = node.evses.map(
      (evse) => (plan.topology.evses[evse]?.spare.length ?? 0) * (afterAmps[evse] ?? 0) * 230,
    );
    const mostSpareWatts = Math.max(0, ...spareWatts);
    watts += mostSpareWatts;
    carWatts += mostSpareWatts;
    expect(carWatts).toBeLessThanOrEqual((limit.cars?.watts ?? Number.POSITIVE_INFINITY) + toleranceAmps);
    if (node.kind === 'circuit') expect(watts).toBeLessThanOrEqual(limit.watts + toleranceAmps);
  }
}

/** The ledger never counts less than what is really in force. */
function checkLedger(world: World): void {
  const nowMs = world.clock.monotonicMs();
  for (const { evses, hasLied } of world.farSide.stations) {
    if (hasLied) continue;
    for (const real of evses) {
      const { id } = real.evse;
      const countedAmps = world.ledger.exposureAmps(id, world.state.presence(id), nowMs);
      const inForceAmps = world.farSide.inForceAmps(real);
      // Not an expectation: it would be most of the time a story takes.
      if (countedAmps < inForceAmps)
        throw new Error(`${countedAmps} A count for ${id}, where ${inForceAmps} A is in force`);
    }
  }
}
