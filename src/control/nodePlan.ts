import { type Background, background } from '../domain/background.ts';
import { type DrawRange, drawRange, togetherOnLines } from '../domain/drawRange.ts';
import { circuitRating, type EffectiveLimit, type Fixed } from '../domain/effectiveLimit.ts';
import type { Caps } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, SiteId } from '../domain/ids.ts';
import { type MarginOptions, withBackground } from '../domain/margin.ts';
import { type MeteredCurrent, meteredCurrent, meteredVolts } from '../domain/meterState.ts';
import { watchMeter } from '../domain/meterWatch.ts';
import { phaseSuspicion, watchPhases } from '../domain/phaseSwap.ts';
import { addAmps, everyPhase, noAmps, type Phase, type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Area, Circuit } from '../domain/site.ts';
import { type LineShares, partsFactor, type Supply, starVolts } from '../domain/supply.ts';
import { addDraws, compared, nothingDrawn, type SureDraw } from '../domain/sureDraw.ts';
import type { Capacity } from './capacity.ts';
import type { EvseNow } from './evseNow.ts';
import { surelyDrawn } from './evseRecord.ts';
import type { Releases } from './gridBook.ts';
import { type LimitNow, limitNow } from './limitNow.ts';
import { type MeterFinding, noFinding } from './meterBook.ts';
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
  readonly margin: MarginOptions;
  readonly starting: ReadonlySet<SiteId>;
  /** In the order of the topology. */
  readonly evses: readonly EvseNow[];
}

/** What a tick found about a circuit or an area. */
export interface NodePlan {
  readonly limit: EffectiveLimit;
  /** undefined on an area, on a circuit without a meter, and where the meter is not believed. */
  readonly metered: MeteredCurrent | undefined;
  /** undefined on an area and on a circuit without a meter. */
  readonly finding: MeterFinding | undefined;
  readonly background: Background;
  /** Kept free for the next step of the background. */
  readonly marginAmps: PhaseAmps;
  /** How far the limits of grid operators were let go. */
  readonly releases: Releases;
  /** Limit less background and margin: what charging may have, negative when the background alone is over. */
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
  const top = circuitTop(circuit, starVolts(site.supply));
  const { limit, releases } = nodeLimit(input, circuit.id, circuitRating(circuit), top);
  const { metered, finding, estimate } = meteredBackground(input, node, limit);
  const isLive = estimate.basis === 'measured' && !input.starting.has(site.id);
  const { steps: before } = input.state.meters.finding(circuit.id) ?? {};
  const now = { amps: estimate.amps, atMs: input.monotonicMs };
  const steps = isLive ? withBackground(before, now, input.margin) : before;
  const marginAmps = isLive && steps !== undefined ? steps.marginAmps : noAmps;
  const taken = addAmps(estimate.amps, marginAmps);
  const volts = site.supply.phaseVolts / measuredVolts(input, node);
  return {
    limit,
    releases,
    metered,
    finding: finding && { ...finding, steps },
    background: estimate,
    marginAmps,
    capacity: lessBackground(atVolts(limit, volts), taken, wattsOf(taken, site.supply)),
  };
}

const nodeLimit = (
  { state, nowMs, monotonicMs }: NodePlanInput,
  node: CircuitId | AreaId,
  fixed: Fixed,
  top: Caps,
): LimitNow =>
  limitNow({ grid: state.grid, node, limits: state.limitsOn(node), fixed, top, nowMs, monotonicMs });

/** What its own wiring can carry, in finite numbers. */
const circuitTop = ({ breakerAmps, phases: conductors, ratedWatts }: Circuit, phaseVolts: number): Caps => ({
  amps: everyPhase(breakerAmps),
  watts: Math.min(ratedWatts ?? Number.POSITIVE_INFINITY, breakerAmps * conductors.length * phaseVolts),
});

/** What its meter tells, else the meter of the grid connection, else the nominal voltage. */
function measuredVolts({ state, monotonicMs }: NodePlanInput, { circuit, site }: CircuitNode): number {
  const { phaseVolts } = site.supply;
  const of = ({ id, meter }: Circuit) =>
    meter && meteredVolts(state.meters.state(id), meter, phaseVolts, monotonicMs);
  const [root] = site.circuits;
  return of(circuit) ?? (root && of(root)) ?? phaseVolts;
}

/**
 * A limit in watts as the sum of amps times nominal volts, which is how all watts are counted here: at 240 V the
 * same power is less current than at 230 V.
 */
function atVolts(limit: EffectiveLimit, nominalPerMeasured: number): EffectiveLimit {
  const { cars } = limit;
  return {
    ...limit,
    watts: limit.watts * nominalPerMeasured,
    ...(cars && { cars: { ...cars, watts: cars.watts * nominalPerMeasured } }),
  };
}

function meteredBackground(
  input: NodePlanInput,
  node: CircuitNode,
  limit: EffectiveLimit,
): Pick<NodePlan, 'metered' | 'finding'> & { readonly estimate: Background } {
  const { state, monotonicMs } = input;
  const { circuit, site } = node;
  if (circuit.meter === undefined) {
    const assumed = perPhase((phase) => (circuit.phases.includes(phase) ? circuit.assumedBackgroundAmps : 0));
    return { metered: undefined, finding: undefined, estimate: unmeasured(assumed) };
  }
  const told = meteredCurrent(state.meters.state(circuit.id), circuit.meter, site.supply, monotonicMs);
  const charging = chargingBelow(input, node, told);
  const finding = findingAbout(input, node, told);
  const metered = finding.watch?.verdict === undefined ? told : silent;
  // Cars that charged before we started tell their draw later than the meter. To take it all for background
  // would pause them; as nobody is raised meanwhile, the assumed background stands in.
  const prior = input.starting.has(site.id)
    ? unmeasured(everyPhase(circuit.assumedBackgroundAmps))
    : undefined;
  const estimate = background({
    measures: circuit.meter.measures,
    metered,
    charging,
    partsFactor: partsFactor(site.supply),
    previous: state.meters.background(circuit.id) ?? prior,
    assumedAmps: circuit.assumedBackgroundAmps,
    limitAmps: limit.amps,
    nowMs: monotonicMs,
  });
  return { metered, finding, estimate };
}

/** A meter that contradicts our EVSEs counts as one that says nothing. */
const silent: MeteredCurrent = { amps: [undefined, undefined, undefined], atMs: undefined };

/** What our EVSEs below may have drawn when the meter was read. */
function chargingBelow(
  { monotonicMs, drawMaxAgeMs, evses }: NodePlanInput,
  node: CircuitNode,
  metered: MeteredCurrent,
): DrawRange {
  const parts: { readonly range: DrawRange; readonly shares: LineShares }[] = [];
  for (const index of node.evses) {
    const evse = evses[index];
    if (evse === undefined) continue;
    const { record, exposureAmps, leastAllowedAmps } = evse;
    const range = drawRange({
      evse: record.evse,
      supply: record.supply,
      draw: record.draw,
      exposureAmps,
      former: record.former,
      leastAllowedAmps,
      settledAtMs: record.settledAtMs,
      meteredAtMs: metered.atMs,
      drawMaxAgeMs,
      nowMs: monotonicMs,
    });
    parts.push({ range, shares: evse.at.shares });
  }
  return togetherOnLines(node.site.supply, parts);
}

function findingAbout(input: NodePlanInput, node: CircuitNode, metered: MeteredCurrent): MeterFinding {
  const { meters } = input.state;
  const { circuit, site } = node;
  const before = meters.finding(circuit.id);
  const refusal = meters.refusal(circuit.id);
  // Of cars that charged before we started too little is known to contradict anybody.
  const isComparable = circuit.meter?.measures === 'total' && !input.starting.has(site.id);
  if (circuit.meter === undefined || !isComparable)
    return { ...noFinding, steps: before?.steps, verdict: refusal };
  const { pending, comparison } = compared(before?.pending, {
    metered,
    drawnAt: (atMs) => drawnBelow(input, node, atMs),
    nowMs: input.monotonicMs,
    waitMs: input.drawMaxAgeMs,
  });
  const watch = watchMeter(before?.watch, circuit.meter, metered, comparison, partsFactor(site.supply));
  // On IT a car's step shows on two lines, and on neither in full.
  const canCompare = comparison !== undefined && site.supply.system === 'TN';
  const phaseWatch = canCompare ? watchPhases(before?.phaseWatch, comparison) : before?.phaseWatch;
  const verdict = refusal ?? watch?.verdict ?? phaseSuspicion(phaseWatch);
  return { pending, watch, phaseWatch, steps: before?.steps, verdict };
}

const drawnBelow = ({ state, evses }: NodePlanInput, node: CircuitNode, atMs: number): SureDraw =>
  node.evses.reduce((sum, index) => {
    const record = evses[index]?.record;
    if (record === undefined) return sum;
    return addDraws(sum, surelyDrawn(record, state.presence(record.evse.id), atMs));
  }, nothingDrawn);

const unmeasured = (amps: PhaseAmps): Background => ({ amps, basis: 'assumed', doubtedSinceMs: undefined });

/** An area's background is what its sites do not control, in watts. */
function planArea(input: NodePlanInput, area: Area, circuits: readonly NodePlan[]): NodePlan {
  const { topology } = input;
  const top = { amps: everyPhase(Number.POSITIVE_INFINITY), watts: area.limitWatts };
  const { limit, releases } = nodeLimit(input, area.id, areaRating(area), top);
  let watts = 0;
  let isMeasured = true;
  let volts = 1;
  topology.nodes.forEach((child, index) => {
    const estimate = circuits[index]?.background;
    if (child.kind !== 'circuit' || child.circuit.parent !== undefined || estimate === undefined) return;
    watts += wattsOf(estimate.amps, child.site.supply);
    isMeasured &&= estimate.basis === 'measured';
    // The highest voltage of its sites: no site's amps are counted for less than they are.
    volts = Math.min(volts, child.site.supply.phaseVolts / measuredVolts(input, child));
  });
  const basis = isMeasured ? 'measured' : 'assumed';
  return {
    limit,
    releases,
    metered: undefined,
    finding: undefined,
    background: { amps: noAmps, basis, doubtedSinceMs: undefined },
    marginAmps: noAmps,
    capacity: lessBackground(atVolts(limit, volts), noAmps, watts),
  };
}

/** An area is limited in watts alone. */
export const areaRating = ({ limitWatts }: Area): Fixed => ({
  amps: Number.POSITIVE_INFINITY,
  watts: limitWatts,
});

/** The most that line currents can carry. */
export const wattsOf = (amps: PhaseAmps, supply: Supply): number =>
  (amps[0] + amps[1] + amps[2]) * starVolts(supply);

/** What a limit leaves for charging: a limit on the cars alone knows no background. */
export const lessBackground = (limit: EffectiveLimit, amps: PhaseAmps, watts: number): Capacity => ({
  amps: perPhase((phase) =>
    Math.min(limit.amps[phase] - amps[phase], limit.cars?.amps[phase] ?? Number.POSITIVE_INFINITY),
  ),
  watts: Math.min(limit.watts - watts, limit.cars?.watts ?? Number.POSITIVE_INFINITY),
});
