import type { Node, Topology } from '../../control/topology.ts';
import { addAmps, everyPhase } from '../../domain/phases.ts';
import { starVolts } from '../../domain/supply.ts';
import { takeableAmps } from '../car.ts';
import { findEvse } from '../stationState.ts';
import { idealAmps, type NodeTruth } from './oracle.ts';
import type { TwinJoints, TwinPlace } from './ports.ts';
import type { World } from './world.ts';

/**
 * Whether the cars are offered 99 % of what a service without faults gives them: what the true background leaves, less the
 * most that it may keep free for steps of the background, in the steps that can be set.
 */
export function isRecovered(
  world: World,
  { marginAmps }: Pick<TwinPlace, 'marginAmps'>,
  joints: Pick<TwinJoints, 'createAllocator'>,
): boolean {
  let offered = 0;
  let due = 0;
  for (const scene of world.scenes) {
    const { topology } = scene;
    const takeable = new Map(
      topology.evses.flatMap(({ evse }) => {
        const car = findEvse(world.stations.of(evse).station, evse.number);
        return car?.car === undefined || car.transaction === undefined || takeableAmps(car.car) === 0
          ? []
          : [[evse.id, takeableAmps(car.car)] as const];
      }),
    );
    const nodes = world.truthOf(scene).map((truth, index) => less(truth, topology, index, marginAmps));
    const amps = idealAmps(topology, nodes, takeable, joints.createAllocator());
    for (const { evse } of topology.evses) {
      const most = takeable.get(evse.id);
      if (most === undefined) continue;
      due += Math.min(most, Math.floor(amps.get(evse.id) ?? 0));
      offered += Math.min(most, findEvse(world.stations.of(evse).station, evse.number)?.offeredAmps ?? 0);
    }
  }
  return offered >= 0.99 * due;
}

/** The margin as if it flowed: at a circuit with a meter, and above the sites of an area. */
function less(truth: NodeTruth, { nodes }: Topology, index: number, marginAmps: number): NodeTruth {
  const node = nodes[index];
  const { limit, background } = truth;
  const circuits = node?.kind === 'area' ? nodes.filter(({ parent }) => parent === index) : [node];
  const watts = circuits.reduce((sum, each) => sum + 3 * marginAmps * meteredVolts(each), 0);
  const amps = node?.kind === 'circuit' && meteredVolts(node) > 0 ? everyPhase(marginAmps) : everyPhase(0);
  return { limit, background: { amps: addAmps(background.amps, amps), watts: background.watts + watts } };
}

const meteredVolts = (node: Node | undefined): number =>
  node?.kind === 'circuit' && node.circuit.meter !== undefined ? starVolts(node.site.supply) : 0;
