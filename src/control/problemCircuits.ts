import type { ProblemCircuit } from '../../solver/problem.ts';
import { noAmps } from '../domain/phases.ts';
import type { Capacity } from './capacity.ts';
import { type Node, nodeName, type Topology } from './topology.ts';

/** The tree as the solver sees it, with what charging may have of each node. */
export const problemCircuits = (topology: Topology, open: readonly Capacity[]): readonly ProblemCircuit[] =>
  topology.nodes.map((node, index) => ({
    name: nodeName(node),
    parent: node.parent,
    limitAmps: open[index]?.amps ?? noAmps,
    limitWatts: open[index]?.watts ?? 0,
    ...supplyOf(node),
  }));

const supplyOf = (node: Node): Pick<ProblemCircuit, 'supply' | 'powerFactorMin'> | undefined =>
  node.kind === 'circuit' && node.site.supply.system === 'IT'
    ? { supply: 'IT', powerFactorMin: node.site.supply.powerFactorMin }
    : undefined;
