import { type Capacity, isOver, loads, remaining } from './capacity.ts';
import type { Dispatched } from './dispatch.ts';
import { nodeName, type Topology } from './topology.ts';

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
    const amps =
      command.kind === 'lease' ? command.setpointAmps : command.kind === 'remote start' ? command.amps : 0;
    after[evseIndex] = Math.max(after[evseIndex] ?? 0, amps);
  }
  const left = remaining(capacity, loads(topology, after));
  const refused: Refused[] = [];
  const passed = dispatched.filter((each) => {
    const isRaise = (after[each.evseIndex] ?? 0) > (exposureAmps[each.evseIndex] ?? 0);
    const path = topology.evses[each.evseIndex]?.path ?? [];
    const over = isRaise ? path.find((index) => left[index] !== undefined && isOver(left[index])) : undefined;
    const node = over === undefined ? undefined : topology.nodes[over];
    if (node !== undefined) refused.push({ dispatched: each, node: nodeName(node) });
    return node === undefined;
  });
  return { passed, refused };
}
