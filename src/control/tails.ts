import { circuitRating, type EffectiveLimit, type Fixed } from '../domain/effectiveLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';
import { noAmps, perPhase } from '../domain/phases.ts';
import { type Capacity, loads, safeAllocation } from './capacity.ts';
import { lowestLimitKnown } from './limitNow.ts';
import { areaRating, lessBackground, type NodePlanInput, wattsOf } from './nodePlan.ts';

type TailsInput = Pick<NodePlanInput, 'topology' | 'state' | 'nowMs' | 'evses'>;

/**
 * What every EVSE falls to when it no longer hears from us: its failsafe current where that fits under the lowest
 * limit known for now and later, on the background we would have to assume by then. An EVSE that takes no commands
 * falls to what it was told before, whether that fits or not, and the others make room for it.
 */
export function tailAmps(input: TailsInput): readonly number[] {
  const { topology, evses } = input;
  const holds = evses.map(({ isPlanned, record }) => !isPlanned || record.traits.leaseForm === 'none');
  const fixed = evses.map(({ isPlanned, fallbackAmps, exposureAmps }, index) => {
    if (holds[index] !== true) return 0;
    // One that honours no end keeps what it has now.
    return isPlanned ? exposureAmps : fallbackAmps;
  });
  const wanted = evses.map(({ isStopped, record }, index) =>
    holds[index] === true || isStopped ? 0 : record.evse.failsafeAmps,
  );
  const fitting = safeAllocation(topology, wanted, capacityWithoutUs(input), loads(topology, fixed));
  return evses.map((_, index) => (holds[index] === true ? (fixed[index] ?? 0) : (fitting[index] ?? 0)));
}

/** What charging may have once nobody reads the meters any more. */
function capacityWithoutUs({ topology, state, nowMs }: TailsInput): readonly Capacity[] {
  const lowestLimit = (node: CircuitId | AreaId, fixed: Fixed): EffectiveLimit =>
    lowestLimitKnown({ grid: state.grid, node, limits: state.limitsOn(node), fixed, nowMs });
  let areaWatts = 0;
  const capacity: Capacity[] = [];
  topology.nodes.forEach((node, index) => {
    if (node.kind === 'area') return;
    const { circuit, site } = node;
    const assumed = perPhase((phase) =>
      Math.max(circuit.assumedBackgroundAmps, state.meters.background(circuit.id)?.amps[phase] ?? 0),
    );
    const watts = wattsOf(assumed, site.supply);
    if (circuit.parent === undefined) areaWatts += watts;
    const limit = lowestLimit(circuit.id, circuitRating(circuit));
    capacity[index] = lessBackground(limit, assumed, watts);
  });
  topology.nodes.forEach((node, index) => {
    if (node.kind !== 'area') return;
    const limit = lowestLimit(node.area.id, areaRating(node.area));
    capacity[index] = lessBackground(limit, noAmps, areaWatts);
  });
  return capacity;
}
