import type { Topology, TopologyEvse } from '../../control/topology.ts';
import type { CircuitId } from '../../domain/ids.ts';
import { noAmps, type PhaseAmps, phases } from '../../domain/phases.ts';
import type { Circuit } from '../../domain/site.ts';
import type { Supply } from '../../domain/supply.ts';
import type { Background } from '../building.ts';
import { flowParts, lineAmps } from '../lines.ts';
import { drawnAmps, findEvse } from '../stationState.ts';
import type { Flow } from './excess.ts';
import type { TwinStation } from './twinStation.ts';

/** Currents that add up as numbers: on each phase of a star, between the lines of a delta. */
type Parts = [number, number, number];

interface NodeFlow {
  readonly supply: Supply | undefined;
  readonly total: Parts;
  readonly background: Parts;
  totalWatts: number;
  backgroundWatts: number;
}

/** What really flows through every node of a topology. */
export class Flows {
  readonly #topology: Topology;
  readonly #backgrounds: ReadonlyMap<CircuitId, Background>;
  readonly #flows: readonly NodeFlow[];
  readonly #indexOf: ReadonlyMap<CircuitId, number>;

  constructor(topology: Topology, backgrounds: ReadonlyMap<CircuitId, Background>) {
    this.#topology = topology;
    this.#backgrounds = backgrounds;
    this.#flows = topology.nodes.map((node) => ({
      supply: node.kind === 'circuit' ? node.site.supply : undefined,
      total: [0, 0, 0],
      background: [0, 0, 0],
      totalWatts: 0,
      backgroundWatts: 0,
    }));
    this.#indexOf = new Map(
      topology.nodes.flatMap((node, index) => (node.kind === 'circuit' ? [[node.circuit.id, index]] : [])),
    );
  }

  /** On each line. */
  total(node: number): PhaseAmps {
    return onLines(this.#flows[node], 'total');
  }

  background(node: number): PhaseAmps {
    return onLines(this.#flows[node], 'background');
  }

  totalWatts(node: number): number {
    return this.#flows[node]?.totalWatts ?? 0;
  }

  backgroundWatts(node: number): number {
    return this.#flows[node]?.backgroundWatts ?? 0;
  }

  indexOf(id: CircuitId): number | undefined {
    return this.#indexOf.get(id);
  }

  measure(nowMs: number, stationOf: (index: number) => TwinStation): void {
    for (const flow of this.#flows) {
      flow.total.fill(0);
      flow.background.fill(0);
      flow.totalWatts = 0;
      flow.backgroundWatts = 0;
    }
    const { nodes, evses } = this.#topology;
    nodes.forEach((node, index) => {
      if (node.kind !== 'circuit') return;
      const own = this.#backgrounds.get(node.circuit.id)?.(nowMs);
      if (own !== undefined) this.#add(index, own, node.site.supply.phaseVolts, true);
    });
    evses.forEach((at, index) => {
      const parts = drawnParts(at, stationOf(index));
      if (parts !== undefined) this.#add(at.path[0] ?? -1, parts, at.site.supply.phaseVolts, false);
    });
  }

  /** What would flow through a node if each EVSE below it drew this share of what it does, up to 1. */
  withShares(
    node: number,
    stationOf: (index: number) => TwinStation,
    shareOf: (twin: TwinStation, evseNumber: number) => number,
  ): Flow {
    const flow = this.#flows[node];
    if (flow === undefined) return { amps: noAmps, watts: 0 };
    const parts: Parts = [...flow.background];
    let watts = flow.backgroundWatts;
    for (const index of this.#topology.nodes[node]?.evses ?? []) {
      const at = this.#topology.evses[index];
      const share = at === undefined ? 0 : shareOf(stationOf(index), at.evse.number);
      const drawn = at && share > 0 ? drawnParts(at, stationOf(index)) : undefined;
      if (at === undefined || drawn === undefined) continue;
      for (const phase of phases) parts[phase] += drawn[phase] * share;
      watts += (drawn[0] + drawn[1] + drawn[2]) * share * at.site.supply.phaseVolts;
    }
    return { amps: flow.supply === undefined ? parts : lineAmps(flow.supply, parts), watts };
  }

  /** Through a node and all above it. */
  #add(node: number, parts: PhaseAmps, phaseVolts: number, isBackground: boolean): void {
    const watts = (parts[0] + parts[1] + parts[2]) * phaseVolts;
    for (let at = node; at >= 0; at = this.#topology.nodes[at]?.parent ?? -1) {
      const flow = this.#flows[at];
      if (flow === undefined) return;
      for (const phase of phases) flow.total[phase] += parts[phase];
      flow.totalWatts += watts;
      if (!isBackground) continue;
      for (const phase of phases) flow.background[phase] += parts[phase];
      flow.backgroundWatts += watts;
    }
  }
}

/** What its car draws now; undefined when that is nothing. */
function drawnParts({ evse, site }: TopologyEvse, twin: TwinStation): PhaseAmps | undefined {
  const state = findEvse(twin.station, evse.number);
  if (state?.car === undefined || state.car.drawAmps === 0) return undefined;
  const drawn = drawnAmps(state).map((amps) => amps * twin.drawFactor);
  return flowParts(site.supply, evse.wiring, drawn);
}

/** Above several sites amps say nothing: their supplies may differ. */
function onLines(flow: NodeFlow | undefined, which: 'total' | 'background'): PhaseAmps {
  if (flow === undefined) return noAmps;
  return flow.supply === undefined ? [...flow[which]] : [...lineAmps(flow.supply, flow[which])];
}

/** What a meter of a circuit sees. */
export function measuredAmps(
  scenes: readonly { readonly flows: Flows }[],
  { id, meter }: Pick<Circuit, 'id' | 'meter'>,
): PhaseAmps {
  for (const { flows } of scenes) {
    const index = flows.indexOf(id);
    if (index === undefined) continue;
    return meter?.measures === 'background' ? flows.background(index) : flows.total(index);
  }
  throw new Error(`the twin has no circuit ${id}`);
}

/** An area's watts are told in the amps of its first site. */
export const supplyOf = ({ sites }: Topology, node: Topology['nodes'][number]): Supply =>
  (node.kind === 'circuit' ? node.site.supply : sites[0]?.supply) ?? { system: 'TN', phaseVolts: 230 };
