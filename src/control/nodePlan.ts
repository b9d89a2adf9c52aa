import { type Background, background } from '../domain/background.ts';
import { addRanges, drawRange, noDraw } from '../domain/drawRange.ts';
import { circuitRating, type EffectiveLimit, effectiveLimit } from '../domain/effectiveLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import { type MeteredCurrent, meteredCurrent } from '../domain/meterState.ts';
import { everyPhase, noAmps, type Phase, type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Area } from '../domain/site.ts';
import type { Capacity } from './capacity.ts';
import type { EvseNow } from './evseNow.ts';
import type { SiteState } from './siteState.ts';
import type { Node, Topology } from './topology.ts';

export interface NodePlanInput {
  readonly topology: Topology;
  readonly state: SiteState;
  /** Wall time, for the validity of limits. */
  readonly nowMs: number;
  /** For every age. */
  readonly monotonicMs: number;
  readonly drawMaxAgeMs: number;
  readonly starting: ReadonlySet<SiteId>;
  /** In the order of the topology. */
  readonly evses: readonly EvseNow[];
}

/** What a tick found about a circuit or an area. */
export interface NodePlan {
  readonly limit: EffectiveLimit;
  /** undefined on an area and on a circuit without a meter. */
  readonly metered: MeteredCurrent | undefined;
  readonly background: Background;
  /** Limit less background: what charging may have, negative when the background alone is over. */
  readonly capacity: Capacity;
}

/** Whether the meter itself shows more on a phase than the limit allows. */
export const isMeteredOver = ({ metered, limit }: NodePlan, phase: Phase): boolean =>
  (metered?.amps[phase] ?? 0) > limit.amps[phase];

/** Limit and background of every node, in the order of the topology. */
export function planNodes(input: NodePlanInput): readonly NodePlan[] {
  const { nodes } = input.topology;
  const planned: NodePlan[] = [];
  nodes.forEach((node, index) => {
    if (node.kind === 'circuit') planned[index] = planCircuit(input, node);
  });
  nodes.forEach((node, index) => {
    if (node.kind === 'area') planned[index] = planArea(input, node.area, planned);
  });
  return planned;
}

type CircuitNode = Extract<Node, { kind: 'circuit' }>;

function planCircuit(input: NodePlanInput, node: CircuitNode): NodePlan {
  const { circuit, site } = node;
  const limit = effectiveLimit(circuitRating(circuit), input.state.limitsOn(circuit.id), input.nowMs);
  const metered =
    circuit.meter &&
    meteredCurrent(input.state.meter(circuit.id), circuit.meter, site.supply.phaseVolts, input.monotonicMs);
  const estimate = circuitBackground(input, node, limit, metered);
  const watts = wattsOf(estimate.amps, site.supply.phaseVolts);
  return { limit, metered, background: estimate, capacity: lessBackground(limit, estimate.amps, watts) };
}

function circuitBackground(
  { state, monotonicMs, drawMaxAgeMs, starting, evses }: NodePlanInput,
  { circuit, site, evses: below }: CircuitNode,
  limit: EffectiveLimit,
  metered: MeteredCurrent | undefined,
): Background {
  if (circuit.meter === undefined || metered === undefined) {
    const assumed = perPhase((phase) => (circuit.phases.includes(phase) ? circuit.assumedBackgroundAmps : 0));
    return unmeasured(assumed);
  }
  // Cars that charged before we started tell their draw later than the meter. To take it all for background
  // would pause them; as nobody is raised meanwhile, the assumed background stands in.
  const prior = starting.has(site.id) ? unmeasured(everyPhase(circuit.assumedBackgroundAmps)) : undefined;
  let charging = noDraw;
  for (const index of below) {
    const evse = evses[index];
    if (evse === undefined) continue;
    const { record, exposureAmps, leastAllowedAmps } = evse;
    const range = drawRange({
      evse: record.evse,
      draw: record.draw,
      exposureAmps,
      leastAllowedAmps,
      settledAtMs: record.settledAtMs,
      meteredAtMs: metered.atMs,
      drawMaxAgeMs,
      nowMs: monotonicMs,
    });
    charging = addRanges(charging, range);
  }
  return background({
    measures: circuit.meter.measures,
    metered,
    charging,
    previous: state.background(circuit.id) ?? prior,
    assumedAmps: circuit.assumedBackgroundAmps,
    limitAmps: limit.amps,
    nowMs: monotonicMs,
  });
}

const unmeasured = (amps: PhaseAmps): Background => ({ amps, basis: 'assumed', doubtedSinceMs: undefined });

/** An area's background is what its sites do not control, in watts. */
function planArea(
  { topology, state, nowMs }: NodePlanInput,
  area: Area,
  circuits: readonly NodePlan[],
): NodePlan {
  const limit = effectiveLimit(areaRating(area), state.limitsOn(area.id), nowMs);
  let watts = 0;
  let isMeasured = true;
  topology.nodes.forEach((child, index) => {
    const estimate = circuits[index]?.background;
    if (child.kind !== 'circuit' || child.circuit.parent !== undefined || estimate === undefined) return;
    watts += wattsOf(estimate.amps, child.site.supply.phaseVolts);
    isMeasured &&= estimate.basis === 'measured';
  });
  const basis = isMeasured ? 'measured' : 'assumed';
  return {
    limit,
    metered: undefined,
    background: { amps: noAmps, basis, doubtedSinceMs: undefined },
    capacity: lessBackground(limit, noAmps, watts),
  };
}

/** An area is limited in watts alone. */
export const areaRating = ({ limitWatts }: Area): { amps: number; watts: number } => ({
  amps: Number.POSITIVE_INFINITY,
  watts: limitWatts,
});

export const wattsOf = (amps: PhaseAmps, phaseVolts: number): number =>
  (amps[0] + amps[1] + amps[2]) * phaseVolts;

/** What a limit leaves for charging. */
export const lessBackground = (limit: EffectiveLimit, amps: PhaseAmps, watts: number): Capacity => ({
  amps: perPhase((phase) => limit.amps[phase] - amps[phase]),
  watts: limit.watts - watts,
});
