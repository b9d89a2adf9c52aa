import type { AreaId, CircuitId } from '../domain/ids.ts';
import type { Phase } from '../domain/phases.ts';
import type { Area, Circuit, Evse, Site } from '../domain/site.ts';
import { type LineShares, lineShares, loadCount } from '../domain/supply.ts';

/**
 * Sites that share limits, as one forest in index form: a site alone, or an area with its sites. What one tick
 * solves at once. Every array of the plan is indexed like `nodes` or `evses` here.
 */
export interface Topology {
  /** Parents before children. */
  readonly nodes: readonly Node[];
  readonly evses: readonly TopologyEvse[];
  readonly sites: readonly Site[];
}

/** A circuit, or the area above several grid connections. */
export type Node = {
  /** Index into `nodes`; -1 at the top. */
  readonly parent: number;
  /** Indexes of all EVSEs below. */
  readonly evses: readonly number[];
} & (
  | { readonly kind: 'area'; readonly area: Area }
  | { readonly kind: 'circuit'; readonly circuit: Circuit; readonly site: Site }
);

export interface TopologyEvse {
  readonly evse: Evse;
  readonly site: Site;
  /** Indexes of the nodes above it, its own circuit first, the top last. */
  readonly path: readonly number[];
  /** What an ampere of its setpoint puts on the lines, and how many watts it is at most. */
  readonly shares: LineShares;
  readonly wattsPerAmp: number;
  /** Phases its car does not use now and may begin to use: of all below a node, one is counted. */
  readonly spare: readonly Phase[];
  readonly spareWattsPerAmp: number;
}

/** One topology for each area and for each site that is in none. */
export function topologies(sites: readonly Site[], areas: readonly Area[]): readonly Topology[] {
  const inArea = new Set(areas.flatMap((area) => area.sites));
  return [
    ...areas.map((area) =>
      topology(
        sites.filter((site) => area.sites.includes(site.id)),
        area,
      ),
    ),
    ...sites.filter((site) => !inArea.has(site.id)).map((site) => topology([site], undefined)),
  ];
}

function topology(sites: readonly Site[], area: Area | undefined): Topology {
  const indexOf = new Map<CircuitId | AreaId, number>();
  const bare: ({ parent: number } & (
    | { kind: 'area'; area: Area }
    | { kind: 'circuit'; circuit: Circuit; site: Site }
  ))[] = [];
  if (area !== undefined) {
    bare.push({ kind: 'area', area, parent: -1 });
    indexOf.set(area.id, 0);
  }
  for (const site of sites) {
    for (const circuit of site.circuits) {
      const above = circuit.parent ?? area?.id;
      indexOf.set(circuit.id, bare.length);
      bare.push({
        kind: 'circuit',
        circuit,
        site,
        parent: above === undefined ? -1 : (indexOf.get(above) ?? -1),
      });
    }
  }

  const path = (circuit: CircuitId): number[] => {
    const found: number[] = [];
    for (let node = indexOf.get(circuit) ?? -1; node >= 0; node = bare[node]?.parent ?? -1) found.push(node);
    return found;
  };
  const evses = sites.flatMap((site) =>
    site.evses.map((evse) => ({
      evse,
      site,
      path: path(evse.circuit),
      shares: lineShares(site.supply, evse.wiring),
      wattsPerAmp: loadCount(site.supply, evse.wiring) * site.supply.phaseVolts,
      spare: [],
      spareWattsPerAmp: 0,
    })),
  );

  const below = bare.map((): number[] => []);
  evses.forEach((evse, index) => {
    for (const node of evse.path) below[node]?.push(index);
  });
  return { nodes: bare.map((node, index) => ({ ...node, evses: below[index] ?? [] })), evses, sites };
}

/** The same with the phases that cars do not use counted as spare; `spareOf` is in the order of the EVSEs. */
export function withSpare(topology: Topology, spareOf: readonly (readonly Phase[])[]): Topology {
  if (spareOf.every((spare) => spare.length === 0)) return topology;
  const evses = topology.evses.map((at, index): TopologyEvse => {
    const spare = spareOf[index] ?? [];
    if (spare.length === 0) return at;
    const { supply } = at.site;
    const inUse = at.evse.wiring.filter((phase) => !spare.includes(phase));
    return {
      ...at,
      shares: lineShares(supply, inUse),
      wattsPerAmp: inUse.length * supply.phaseVolts,
      spare,
      spareWattsPerAmp: spare.length * supply.phaseVolts,
    };
  });
  return { ...topology, evses };
}

export const nodeName = (node: Node): string => (node.kind === 'area' ? node.area.id : node.circuit.id);
