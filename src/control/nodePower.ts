import type { CarLimit } from '../domain/effectiveLimit.ts';
import { meteredCurrent, meteredWatts } from '../domain/meterState.ts';
import { addAmps, everyPhase, noAmps, type PhaseAmps, perPhase } from '../domain/phases.ts';
import { mostOnLines, starVolts } from '../domain/supply.ts';
import { type NodePlan, wattsOf } from './nodePlan.ts';
import type { EvsePlan } from './plan.ts';
import type { SiteState } from './siteState.ts';
import type { Node, Topology } from './topology.ts';

export interface NodePowerInput {
  readonly topology: Topology;
  readonly state: SiteState;
  readonly nodes: readonly NodePlan[];
  readonly evses: readonly Pick<EvsePlan, 'exposureAmps'>[];
  readonly monotonicMs: number;
  readonly drawMaxAgeMs: number;
}

/** What flows at a node: import positive, building and cars together, and the cars alone. */
export interface NodeFlow {
  readonly watts: number;
  readonly amps: PhaseAmps;
  readonly carWatts: number;
  readonly carAmps: PhaseAmps;
  /** The most that may be in force at its EVSEs. */
  readonly exposureWatts: number;
  /** `assumed`: no fresh meter, so the background is what is planned on and the cars what they may take. */
  readonly quality: 'measured' | 'assumed';
  readonly activeSessions: number;
  /** What may flow at most, building and cars together. */
  readonly limitWatts: number;
  /** What of it the cars may have, where they are limited alone. */
  readonly carLimitWatts: number | undefined;
  /** Nominal; of the first site of an area. */
  readonly phaseVolts: number;
}

/** What flows at a node as far as can be told: what its meter shows, else an upper bound. */
export function nodeFlow(input: NodePowerInput, index: number): NodeFlow {
  const node = input.topology.nodes[index];
  const cars = carsBelow(input, node?.evses ?? []);
  const total =
    node === undefined
      ? undefined
      : node.kind === 'area'
        ? areaTotal(input)
        : circuitTotal(input, node, index, cars.carAmps);
  const { supply } = (node?.kind === 'circuit' ? node.site : input.topology.sites[0]) ?? {};
  const phaseVolts = supply === undefined ? 230 : starVolts(supply);
  const limit = input.nodes[index]?.limit;
  return {
    ...cars,
    ...(total ?? { watts: cars.carWatts, amps: cars.carAmps, quality: 'assumed' }),
    limitWatts: limit === undefined ? Number.POSITIVE_INFINITY : powerUnder(limit, phaseVolts),
    carLimitWatts: limit?.cars && powerUnder(limit.cars, phaseVolts),
    phaseVolts,
  };
}

const powerUnder = ({ amps, watts }: CarLimit, phaseVolts: number): number =>
  Math.min(watts, sum(amps) * phaseVolts);

type Cars = Pick<NodeFlow, 'carWatts' | 'carAmps' | 'exposureWatts' | 'activeSessions'>;
type Total = Pick<NodeFlow, 'watts' | 'amps' | 'quality'>;

function carsBelow(input: NodePowerInput, below: readonly number[]): Cars {
  let carAmps = noAmps;
  let [carWatts, exposureWatts, activeSessions] = [0, 0, 0];
  for (const index of below) {
    const at = input.topology.evses[index];
    const planned = input.evses[index];
    if (at === undefined || planned === undefined) continue;
    const { evse, site } = at;
    const { draw, session } = input.state.evse(evse.id);
    const isFresh = draw !== undefined && input.monotonicMs - draw.arrivedAtMs <= input.drawMaxAgeMs;
    const lines = mostOnLines(at.shares);
    const most = perPhase((phase) => lines[phase] * planned.exposureAmps);
    const amps = session === undefined && planned.exposureAmps === 0 ? noAmps : isFresh ? draw.amps : most;
    carAmps = addAmps(carAmps, amps);
    carWatts += wattsOf(amps, site.supply);
    exposureWatts += planned.exposureAmps * at.wattsPerAmp;
    if (session !== undefined) activeSessions += 1;
  }
  return { carAmps, carWatts, exposureWatts, activeSessions };
}

function circuitTotal(
  { state, nodes, monotonicMs }: NodePowerInput,
  { circuit, site }: Extract<Node, { kind: 'circuit' }>,
  index: number,
  carAmps: PhaseAmps,
): Total {
  const { supply } = site;
  const planned = nodes[index];
  const { meter } = circuit;
  const isBelieved = meter !== undefined && planned?.background.basis === 'measured';
  if (isBelieved && meter.measures === 'total') {
    const told = state.meters.state(circuit.id);
    const { amps } = meteredCurrent(told, meter, supply, monotonicMs);
    const onPhases = perPhase((phase) => amps[phase] ?? 0);
    const watts = meteredWatts(told, meter, supply, monotonicMs) ?? wattsOf(onPhases, supply);
    return { watts, amps: onPhases, quality: 'measured' };
  }
  const amps = addAmps(planned?.background.amps ?? everyPhase(0), carAmps);
  return { watts: wattsOf(amps, supply), amps, quality: isBelieved ? 'measured' : 'assumed' };
}

/** The sum over its grid connections. Phases of different sites are not the same conductors. */
function areaTotal(input: NodePowerInput): Total {
  let watts = 0;
  let quality: NodeFlow['quality'] = 'measured';
  input.topology.nodes.forEach((node, index) => {
    if (node.kind === 'area' || node.circuit.parent !== undefined) return;
    const { carAmps } = carsBelow(input, node.evses);
    const total = circuitTotal(input, node, index, carAmps);
    watts += total.watts;
    if (total.quality === 'assumed') quality = 'assumed';
  });
  return { watts, amps: noAmps, quality };
}

const sum = (amps: PhaseAmps): number => amps[0] + amps[1] + amps[2];
