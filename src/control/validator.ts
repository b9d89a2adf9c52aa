import { type Capacity, isOver, loads, remaining } from './capacity.ts';
import type { Dispatched } from './dispatch.ts';
import type { Topology } from './topology.ts';

export interface Refused {
  readonly dispatched: Dispatched;
  /** The circuit or area that would be over. */
  readonly node: string;
}

/**
 * The last check before anything leaves [P1]: with all commands in force beside what may already be, no
 * raise stands below a node that is over. It knows nothing of how the plan was made. What a node is over by
 * without any raise (a cut limit, a risen background) is no command's fault, and decreases pass always.
 */
export function validate(input: {
  readonly topology: Topology;
  readonly capacity: readonly Capacity[];
  readonly exposureAmps: readonly number[];
  readonly dispatched: readonly Dispatched[];
}): { readonly passed: readonly Dispatched[]; readonly refused: readonly Refused[] } {
  const { topology, capacity, exposureAmps, dispatched } = input;
  const after = [...exposureAmps];
  for (const { evseIndex, command } of dispatched) {
    if (command.kind === 'lease') after[evseIndex] = Math.max(after[evseIndex] ?? 0, command.setpointAmps);
  }
  const left = remaining(capacity, loads(topology, after));
  const refused: Refused[] = [];
  const passed = dispatched.filter((each) => {
    const isRaise = (after[each.evseIndex] ?? 0) > (exposureAmps[each.evseIndex] ?? 0);
    const path = topology.evses[each.evseIndex]?.path ?? [];
    const over = isRaise ? path.find((node) => isOver(left[node] ?? { amps: [0, 0, 0], watts: 0 })) : undefined;
    if (over === undefined) return true;
    refused.push({ dispatched: each, node: nodeName(topology, over) });
    return false;
  });
  return { passed, refused };
}

export function nodeName({ nodes }: Topology, index: number): string {
  const node = nodes[index];
  if (node === undefined) return 'unknown';
  return node.kind === 'area' ? node.area.id : node.circuit.id;
}
