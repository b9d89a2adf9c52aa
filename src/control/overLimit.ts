import type { SiteId } from '../domain/ids.ts';
import { type PhaseName, phaseName, phases } from '../domain/phases.ts';
import { starVolts } from '../domain/supply.ts';
import type { Load } from './capacity.ts';
import { type NodePlan, wattsOf } from './nodePlan.ts';
import type { Plan } from './plan.ts';
import { type Node, nodeName, type Topology } from './topology.ts';

/** A circuit or an area that is over its limit at a tick. */
export interface OverLimit {
  /** What its meter shows, or what may be in force beside the background. */
  readonly kind: 'measured' | 'exposure';
  readonly node: string;
  /** undefined for an area. */
  readonly siteId: SiteId | undefined;
  /** `sum`: over all phases, in watts. */
  readonly on: PhaseName | 'sum';
  readonly amount: number;
  readonly limit: number;
  readonly unit: 'A' | 'W';
  /** Whether an EVSE of ours may draw there: what the building takes alone nobody can answer. */
  readonly isOurs: boolean;
}

/** Two meters of one class may differ by this without anybody being over anything. */
const toleranceAmps = 0.5;
/** The same on three phases of 230 V. */
const toleranceWatts = 345;

/** Everything that is over its limit now; `load` is what may be in force at the EVSEs. */
export function overLimits(topology: Topology, plan: Plan, load: readonly Load[]): readonly OverLimit[] {
  const found: OverLimit[] = [];
  topology.nodes.forEach((node, index) => {
    const [planned, ours] = [plan.nodes[index], load[index]];
    if (planned !== undefined && ours !== undefined) judge(node, planned, ours, found);
  });
  return found;
}

/** Whether more flows at a node than may, by its meter; where none tells it, or is believed, whether it may flow. */
export function isOverNow(topology: Topology, plan: Plan, load: readonly Load[], index: number): boolean {
  const [node, planned, ours] = [topology.nodes[index], plan.nodes[index], load[index]];
  if (node === undefined || planned === undefined || ours === undefined) return false;
  const found: OverLimit[] = [];
  judge(node, planned, ours, found);
  return found.some(({ kind, on }) => kind === 'measured' || !isMetered(node, planned, on));
}

/** Whether a meter that is believed tells all that flows there. */
function isMetered(node: Node, { metered }: NodePlan, on: OverLimit['on']): boolean {
  if (node.kind !== 'circuit' || node.circuit.meter?.measures !== 'total') return false;
  const asked = phases.filter((phase) => on === 'sum' || on === phaseName(phase));
  return asked.every((phase) => metered?.amps[phase] !== undefined);
}

/** Adds what is over at one node. Most never is, so nothing is made before that is known. */
function judge(node: Node, planned: NodePlan, ours: Load, found: OverLimit[]): void {
  const { limit, metered, marginAmps, capacity } = planned;
  const supply = node.kind === 'circuit' ? node.site.supply : undefined;
  const note = (
    kind: OverLimit['kind'],
    on: OverLimit['on'],
    about: Pick<OverLimit, 'amount' | 'limit' | 'isOurs'>,
  ): void => {
    const siteId = node.kind === 'circuit' ? node.site.id : undefined;
    found.push({ kind, node: nodeName(node), siteId, on, unit: on === 'sum' ? 'W' : 'A', ...about });
  };
  let meteredSumAmps = 0;
  for (const phase of phases) {
    const limitAmps = limit.amps[phase];
    const isOurs = ours.amps[phase] > 0;
    const meteredAmps = metered?.amps[phase] ?? 0;
    meteredSumAmps += meteredAmps;
    if (meteredAmps > limitAmps + toleranceAmps)
      note('measured', phaseName(phase), { amount: meteredAmps, limit: limitAmps, isOurs });
    // The margin is ours to use up.
    const exposedAmps = limitAmps - (capacity.amps[phase] - ours.amps[phase]) - marginAmps[phase];
    if (exposedAmps > limitAmps + toleranceAmps)
      note('exposure', phaseName(phase), { amount: exposedAmps, limit: limitAmps, isOurs });
  }
  const isOurs = ours.watts > 0;
  const meteredWatts = supply === undefined ? 0 : meteredSumAmps * starVolts(supply);
  if (meteredWatts > limit.watts + toleranceWatts)
    note('measured', 'sum', { amount: meteredWatts, limit: limit.watts, isOurs });
  const marginWatts = supply === undefined ? 0 : wattsOf(marginAmps, supply);
  const exposedWatts = limit.watts - (capacity.watts - ours.watts) - marginWatts;
  if (exposedWatts > limit.watts + toleranceWatts)
    note('exposure', 'sum', { amount: exposedWatts, limit: limit.watts, isOurs });
}
