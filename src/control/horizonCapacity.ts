import { circuitRating, type EffectiveLimit, type Fixed } from '../domain/effectiveLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';
import { noAmps, type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Capacity } from './capacity.ts';
import type { HorizonMemory } from './horizonMemory.ts';
import { limitAhead } from './limitNow.ts';
import { areaRating, lessBackground, wattsOf } from './nodePlan.ts';
import type { Plan } from './plan.ts';
import type { SiteState } from './siteState.ts';
import type { Node, Topology } from './topology.ts';

/** A node in one slot: what it may carry, what of that is not ours, and what that leaves. */
export interface NodeAhead {
  readonly limit: Capacity;
  readonly backgroundAmps: PhaseAmps;
  readonly capacity: Capacity;
}

export interface CapacityInput {
  readonly topology: Topology;
  /** Of the last tick. */
  readonly plan: Plan;
  readonly state: SiteState;
  readonly memory: HorizonMemory;
  readonly nowMs: number;
}

/** So long what is measured now is a better forecast than any. */
const nearMs = 1_800_000;
/** Background stays below what is planned on in this share of the hours: too little capacity is planned, not too much. */
const quantile = 0.75;

/** Every node of a topology at an instant ahead: limits that are known now, and the background expected then. */
export function nodesAhead(input: CapacityInput, atMs: number): readonly NodeAhead[] {
  const { topology, state } = input;
  const background = topology.nodes.map((node, index) => expectedAmps(input, node, index, atMs));
  const limitOf = (fixed: Fixed, node: AreaId | CircuitId): EffectiveLimit =>
    limitAhead({ grid: state.grid, node, limits: state.limitsOn(node), fixed, nowMs: atMs });
  return topology.nodes.map((node, index): NodeAhead => {
    if (node.kind === 'circuit') {
      const limit = limitOf(circuitRating(node.circuit), node.circuit.id);
      const amps = background[index] ?? noAmps;
      const left = lessBackground(limit, amps, wattsOf(amps, node.site.supply));
      return { limit, backgroundAmps: amps, capacity: notNegative(left) };
    }
    const limit = limitOf(areaRating(node.area), node.area.id);
    const watts = topology.nodes.reduce((sum, below, at) => {
      if (below.kind !== 'circuit' || below.parent !== index) return sum;
      return sum + wattsOf(background[at] ?? noAmps, below.site.supply);
    }, 0);
    return { limit, backgroundAmps: noAmps, capacity: notNegative(lessBackground(limit, noAmps, watts)) };
  });
}

/** Background of a node at an instant; without experience of that hour, what there is now. */
export function expectedAmps(
  { plan, memory, nowMs }: CapacityInput,
  node: Node,
  index: number,
  atMs: number,
  share = quantile,
): PhaseAmps {
  if (node.kind === 'area') return noAmps;
  const now = plan.nodes[index];
  const present = perPhase((phase) => (now?.background.amps[phase] ?? 0) + (now?.marginAmps[phase] ?? 0));
  if (atMs < nowMs + nearMs) return present;
  return memory.background(node.circuit.id, atMs, share) ?? present;
}

const notNegative = ({ amps, watts }: Capacity): Capacity => ({
  amps: perPhase((phase) => Math.max(0, amps[phase])),
  watts: Math.max(0, watts),
});
