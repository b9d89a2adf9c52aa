import type { Allocation, Bound, Pacing, Problem } from '../../solver/problem.ts';
import { type Background, background } from '../domain/background.ts';
import { drawRange } from '../domain/draw.ts';
import {
  circuitRating,
  type EffectiveLimit,
  effectiveLimit,
  lowestKnownLimit,
} from '../domain/effectiveLimit.ts';
import { type MeteredCurrent, meteredCurrent } from '../domain/meterState.ts';
import { addAmps, noAmps, type PhaseAmps, perPhase } from '../domain/phases.ts';
import { usableAmps } from '../domain/reclaim.ts';
import { type Capacity, isOver, loads, remaining, safeAllocation } from './capacity.ts';
import type { ExposureLedger } from './exposure.ts';
import type { EvseRecord, SiteState } from './siteState.ts';
import type { Node, Topology } from './topology.ts';

export interface PlanInput {
  readonly topology: Topology;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  /** Wall time, for the validity of limits. */
  readonly nowMs: number;
  /** For every age. */
  readonly monotonicMs: number;
  readonly options: PlanOptions;
  readonly allocate: (problem: Problem) => Allocation;
}

export interface PlanOptions {
  /** A car that leaves its offer unused this long lends the rest to others. */
  readonly reclaimAfterMs: number;
  /** Past this a station's measurement no longer tells what its car draws at least. */
  readonly drawMaxAgeMs: number;
  readonly pacing: Omit<Pacing, 'nowMs'>;
}

/** What one tick found and decided for one topology; arrays in its order. */
export interface Plan {
  readonly nodes: readonly NodePlan[];
  readonly evses: readonly EvsePlan[];
  /** What was solved, and the problem's EVSEs as indexes of the topology. */
  readonly problem: Problem;
  readonly plannedEvses: readonly number[];
  /** Why the solver's answer was refused and the safe allocation stands in its place. */
  readonly failure: string | undefined;
}

export interface NodePlan {
  readonly limit: EffectiveLimit;
  /** undefined on an area and on a circuit without a meter. */
  readonly metered: MeteredCurrent | undefined;
  readonly background: Background;
  /** Limit less background: what charging may have, negative when the background alone is over. */
  readonly capacity: Capacity;
}

export interface EvsePlan {
  readonly exposureAmps: number;
  /** It has a session and takes commands. Otherwise it counts as it is. */
  readonly isPlanned: boolean;
  readonly allocatedAmps: number;
  /** What it falls to when it no longer hears from us: safe under every limit known now. */
  readonly tailAmps: number;
  /** undefined when it is not planned. Indexes of nodes. */
  readonly bound: Bound | undefined;
  /** Lower than its own maximum when the car takes less or the site is starting. */
  readonly capAmps: number;
}

/** The allocation for this instant, and everything that explains it. Reads only. */
export function plan(input: PlanInput): Plan {
  const { topology, ledger, state, monotonicMs } = input;
  const records = topology.evses.map(({ evse }) => state.evse(evse.id));
  const exposures = records.map(({ evse }) =>
    ledger.exposureAmps(evse.id, state.presence(evse.id), monotonicMs),
  );
  const isPlanned = records.map((record) => canPlan(input, record));
  const nodes = planNodes(input, records, exposures);
  const reserved = loads(
    topology,
    exposures.map((amps, index) => (isPlanned[index] ? 0 : amps)),
  );
  const open = remaining(
    nodes.map(({ capacity }) => capacity),
    reserved,
  ).map(notNegative);
  const caps = records.map((record) => capAmps(input, record));
  const tails = tailAmps(input, records, exposures, isPlanned, reserved);

  const plannedEvses = records.flatMap((_, index) => (isPlanned[index] ? [index] : []));
  const problem = problemOf(input, records, plannedEvses, open, caps);
  const { amps, bounds, failure } = solve(input, problem, plannedEvses, open, tails);
  return {
    nodes,
    problem,
    plannedEvses,
    failure,
    evses: records.map((_, index) => ({
      exposureAmps: exposures[index] ?? 0,
      isPlanned: isPlanned[index] ?? false,
      allocatedAmps: amps[index] ?? 0,
      tailAmps: tails[index] ?? 0,
      bound: bounds[index],
      capAmps: caps[index] ?? 0,
    })),
  };
}

function canPlan({ state, monotonicMs }: PlanInput, record: EvseRecord): boolean {
  if (record.session === undefined || !state.isOnline(record.evse.station)) return false;
  return record.retryAtMs === undefined || monotonicMs >= record.retryAtMs;
}

function capAmps({ state, topology, options, monotonicMs }: PlanInput, record: EvseRecord): number {
  const { evse, draw, leftUnusedSinceMs } = record;
  const usable = usableAmps({
    evse,
    drawAmps: draw === undefined ? undefined : Math.max(...draw.amps),
    leftUnusedSinceMs,
    afterMs: options.reclaimAfterMs,
    nowMs: monotonicMs,
  });
  const site = topology.evses.find((at) => at.evse.id === evse.id)?.site;
  return site !== undefined && state.isStarting(site.id) ? Math.min(usable, evse.failsafeAmps) : usable;
}

// --- the tree: limits and background ---------------------------------------------------------------

function planNodes(
  input: PlanInput,
  records: readonly EvseRecord[],
  exposures: readonly number[],
): readonly NodePlan[] {
  const { topology, state, nowMs } = input;
  const planned: NodePlan[] = [];
  topology.nodes.forEach((node, index) => {
    if (node.kind === 'area') return;
    const limit = effectiveLimit(circuitRating(node.circuit), state.limitsOn(node.circuit.id), nowMs);
    const { metered, estimate } = circuitBackground(input, node, records, exposures);
    const watts = wattsOf(estimate.amps, node.site.supply.phaseVolts);
    planned[index] = { limit, metered, background: estimate, capacity: lessBackground(limit, estimate.amps, watts) };
  });
  topology.nodes.forEach((node, index) => {
    if (node.kind === 'area') planned[index] = planArea(input, node, planned);
  });
  return planned;
}

type CircuitNode = Extract<Node, { kind: 'circuit' }>;

function circuitBackground(
  input: PlanInput,
  { circuit, site, evses }: CircuitNode,
  records: readonly EvseRecord[],
  exposures: readonly number[],
): { readonly metered: MeteredCurrent | undefined; readonly estimate: Background } {
  const { state, monotonicMs } = input;
  if (circuit.meter === undefined) {
    const assumed = perPhase((phase) => (circuit.phases.includes(phase) ? circuit.assumedBackgroundAmps : 0));
    return { metered: undefined, estimate: { amps: assumed, basis: 'assumed' } };
  }
  const metered = meteredCurrent(
    state.meter(circuit.id),
    circuit.meter,
    site.supply.phaseVolts,
    monotonicMs,
  );
  let lowAmps = noAmps;
  let highAmps = noAmps;
  for (const index of evses) {
    const record = records[index];
    if (record === undefined) continue;
    const range = drawRange({
      evse: record.evse,
      draw: record.draw,
      exposureAmps: exposures[index] ?? 0,
      setpointAmpsMin: input.ledger.setpointAmpsMin(record.evse.id),
      settledAtMs: record.settledAtMs,
      meteredAtMs: metered.atMs,
      drawMaxAgeMs: input.options.drawMaxAgeMs,
      nowMs: monotonicMs,
    });
    lowAmps = addAmps(lowAmps, range.lowAmps);
    highAmps = addAmps(highAmps, range.highAmps);
  }
  const estimate = background({
    measures: circuit.meter.measures,
    metered,
    charging: { lowAmps, highAmps },
    previousAmps: state.background(circuit.id),
    assumedAmps: circuit.assumedBackgroundAmps,
  });
  return { metered, estimate };
}

/** An area's background is what its sites do not control, in watts. */
function planArea(input: PlanInput, node: Extract<Node, { kind: 'area' }>, planned: readonly NodePlan[]): NodePlan {
  const { topology, state, nowMs } = input;
  const { area } = node;
  const rating = { amps: Number.POSITIVE_INFINITY, watts: area.limitWatts };
  const limit = effectiveLimit(rating, state.limitsOn(area.id), nowMs);
  let watts = 0;
  let isMeasured = true;
  topology.nodes.forEach((child, index) => {
    const estimate = planned[index]?.background;
    if (child.kind !== 'circuit' || child.circuit.parent !== undefined || estimate === undefined) return;
    watts += wattsOf(estimate.amps, child.site.supply.phaseVolts);
    isMeasured &&= estimate.basis === 'measured';
  });
  const estimate: Background = { amps: noAmps, basis: isMeasured ? 'measured' : 'assumed' };
  return { limit, metered: undefined, background: estimate, capacity: lessBackground(limit, noAmps, watts) };
}

const wattsOf = (amps: PhaseAmps, phaseVolts: number): number => (amps[0] + amps[1] + amps[2]) * phaseVolts;

const lessBackground = (limit: EffectiveLimit, amps: PhaseAmps, watts: number): Capacity => ({
  amps: perPhase((phase) => limit.amps[phase] - amps[phase]),
  watts: limit.watts - watts,
});

const notNegative = ({ amps, watts }: Capacity): Capacity => ({
  amps: perPhase((phase) => Math.max(0, amps[phase])),
  watts: Math.max(0, watts),
});

// --- what the stations fall to ---------------------------------------------------------------------

/**
 * Failsafe where it fits under the lowest limit known for now and later, on the background we would have to assume
 * by then. An EVSE that takes no commands counts in full already, so its own tail changes nothing.
 */
function tailAmps(
  { topology, state, nowMs }: PlanInput,
  records: readonly EvseRecord[],
  exposures: readonly number[],
  isPlanned: readonly boolean[],
  reserved: readonly Capacity[],
): readonly number[] {
  let areaWatts = 0;
  const capacity: Capacity[] = [];
  topology.nodes.forEach((node, index) => {
    if (node.kind === 'area') return;
    const { circuit, site } = node;
    const assumed = perPhase((phase) =>
      Math.max(circuit.assumedBackgroundAmps, state.background(circuit.id)?.[phase] ?? 0),
    );
    const watts = wattsOf(assumed, site.supply.phaseVolts);
    if (circuit.parent === undefined) areaWatts += watts;
    const limit = lowestKnownLimit(circuitRating(circuit), state.limitsOn(circuit.id), nowMs);
    capacity[index] = lessBackground(limit, assumed, watts);
  });
  topology.nodes.forEach((node, index) => {
    if (node.kind !== 'area') return;
    const rating = { amps: Number.POSITIVE_INFINITY, watts: node.area.limitWatts };
    capacity[index] = lessBackground(lowestKnownLimit(rating, state.limitsOn(node.area.id), nowMs), noAmps, areaWatts);
  });
  const wanted = records.map(({ evse }, index) => (isPlanned[index] ? evse.failsafeAmps : 0));
  const fitting = safeAllocation(topology, wanted, remaining(capacity, reserved));
  return records.map(({ evse }, index) =>
    isPlanned[index] ? (fitting[index] ?? 0) : Math.min(evse.failsafeAmps, exposures[index] ?? 0),
  );
}

// --- the allocation --------------------------------------------------------------------------------

function problemOf(
  { topology, monotonicMs, options }: PlanInput,
  records: readonly EvseRecord[],
  plannedEvses: readonly number[],
  open: readonly Capacity[],
  caps: readonly number[],
): Problem {
  return {
    pacing: { nowMs: monotonicMs, ...options.pacing },
    circuits: topology.nodes.map((node, index) => ({
      name: node.kind === 'area' ? node.area.id : node.circuit.id,
      parent: node.parent,
      limitAmps: open[index]?.amps ?? noAmps,
      limitWatts: open[index]?.watts ?? 0,
    })),
    evses: plannedEvses.flatMap((index) => {
      const record = records[index];
      const at = topology.evses[index];
      const circuit = at?.path[0];
      if (record === undefined || at === undefined || circuit === undefined) return [];
      const { evse, session, isOn, sinceMs, waitingSinceMs } = record;
      return {
        name: evse.id,
        circuit,
        wiring: evse.wiring,
        phaseVolts: at.site.supply.phaseVolts,
        minAmps: evse.minAmps,
        maxAmps: caps[index] ?? 0,
        stepAmps: evse.traits.stepAmps,
        priority: session?.priority ?? evse.priority,
        weight: evse.weight,
        isOn,
        sinceMs,
        waitingMs: isOn ? sinceMs - monotonicMs : monotonicMs - waitingSinceMs,
      };
    }),
  };
}

interface Solved {
  readonly amps: readonly number[];
  readonly bounds: readonly (Bound | undefined)[];
  readonly failure: string | undefined;
}

/** The solver's answer when it keeps every limit, the safe allocation when it does not or when it failed. */
function solve(
  { topology, allocate }: PlanInput,
  problem: Problem,
  plannedEvses: readonly number[],
  open: readonly Capacity[],
  tails: readonly number[],
): Solved {
  const amps = topology.evses.map(() => 0);
  const bounds: (Bound | undefined)[] = topology.evses.map(() => undefined);
  const refuse = (failure: string): Solved => {
    const wanted = topology.evses.map((_, index) => (plannedEvses.includes(index) ? (tails[index] ?? 0) : 0));
    return { amps: safeAllocation(topology, wanted, open), bounds, failure };
  };
  let allocation: Allocation;
  try {
    allocation = allocate(problem);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  plannedEvses.forEach((index, order) => {
    amps[index] = allocation.evses[order]?.amps ?? Number.NaN;
    bounds[index] = allocation.evses[order]?.bound;
  });
  if (!amps.every((value) => value >= 0 && value <= Number.MAX_VALUE)) return refuse('an allocation is not a finite number');
  const left = remaining(open, loads(topology, amps));
  const overNode = left.findIndex(isOver);
  if (overNode >= 0) return refuse(`the allocation exceeds ${problem.circuits[overNode]?.name}`);
  return { amps, bounds, failure: undefined };
}
