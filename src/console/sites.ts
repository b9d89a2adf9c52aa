import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { CircuitBody, CircuitSummaryBody, EvseBody, SiteBody } from '../http/schemas.ts';
import { askedSite } from './route.ts';

/** A whole site the first time, then what differs. */
export type SitePatch = Omit<SiteBody, 'circuit'> & {
  readonly circuit?: CircuitBody;
  readonly circuits?: readonly CircuitSummaryBody[];
  readonly evses?: readonly EvseBody[];
};

/** How the circuits hang together: changes only when the service starts with another config. */
export interface Branch {
  readonly circuit: Signal<CircuitSummaryBody>;
  readonly evses: readonly Signal<EvseBody>[];
  readonly branches: readonly Branch[];
}

export type SiteHead = Omit<SiteBody, 'circuit'>;

/** One site: every circuit and EVSE in a signal of its own, so that a change draws one row anew. */
export interface SiteStore {
  readonly head: Signal<SiteHead>;
  readonly root: Branch;
  /** By id; in the order of the tree. */
  readonly circuits: ReadonlyMap<string, Branch>;
  readonly evses: ReadonlyMap<string, Signal<EvseBody>>;
  /** Who shares a phase of a circuit, or its total: how many have current, and how much together. */
  share(circuit: string, phase: Phase | undefined): Share;
}

type Phase = 'L1' | 'L2' | 'L3';
interface Share {
  readonly count: ReadonlySignal<number>;
  readonly sumAmps: ReadonlySignal<number>;
}

export const sites = signal<ReadonlyMap<string, SiteStore>>(new Map());

/** The site of the address, else the first. */
export const site = computed<SiteStore | undefined>(
  () => sites.value.get(askedSite.value ?? '') ?? [...sites.value.values()][0],
);

export function takeSites(patches: readonly SitePatch[]): void {
  for (const patch of patches) {
    if (patch.circuit === undefined) change(patch);
    else plant(patch, patch.circuit);
  }
}

function change({ circuits = [], evses = [], ...head }: SitePatch): void {
  const known = sites.value.get(head.id);
  if (known === undefined) return;
  known.head.value = head;
  for (const circuit of circuits) {
    const branch = known.circuits.get(circuit.id);
    if (branch !== undefined) branch.circuit.value = circuit;
  }
  for (const evse of evses) {
    const row = known.evses.get(evse.id);
    if (row !== undefined) row.value = evse;
  }
}

/** A snapshot of the same tree changes its rows; another tree is planted anew. */
function plant({ circuit: _, circuits: __, evses: ___, ...head }: SitePatch, tree: CircuitBody): void {
  const known = sites.value.get(head.id);
  const flat = flatten(tree);
  const isSame =
    known !== undefined &&
    shapeOf(known) === flat.map((each) => `${each.id}:${each.evses.map(({ id }) => id)}`).join();
  if (isSame) {
    change({ ...head, circuits: flat, evses: flat.flatMap(({ evses }) => evses) });
    return;
  }
  const circuits = new Map<string, Branch>();
  const evses = new Map<string, Signal<EvseBody>>();
  const grow = (circuit: CircuitBody): Branch => {
    const rows = circuit.evses.map((evse) => {
      const row = signal(evse);
      evses.set(evse.id, row);
      return row;
    });
    const own: Branch = { circuit: signal(circuit), evses: rows, branches: [] };
    circuits.set(circuit.id, own);
    const branch = { ...own, branches: circuit.circuits.map(grow) };
    circuits.set(circuit.id, branch);
    return branch;
  };
  const root = grow(tree);
  sites.value = new Map(sites.value).set(head.id, {
    head: signal(head),
    root,
    circuits,
    evses,
    share: sharer(circuits),
  });
}

const shapeOf = ({ circuits }: SiteStore): string =>
  [...circuits.values()]
    .map(({ circuit, evses }) => `${circuit.peek().id}:${evses.map((row) => row.peek().id)}`)
    .join();

const flatten = (circuit: CircuitBody): readonly CircuitBody[] => [
  circuit,
  ...circuit.circuits.flatMap(flatten),
];

/** Every EVSE at or below a branch. */
export const evsesBelow = (branch: Branch): readonly Signal<EvseBody>[] => [
  ...branch.evses,
  ...branch.branches.flatMap(evsesBelow),
];

export const phaseIndex = (phase: Phase): 0 | 1 | 2 => (phase === 'L1' ? 0 : phase === 'L2' ? 1 : 2);

/** Sums that many rows read are made once for all of them, and only a change of the sum draws those rows anew. */
function sharer(circuits: SiteStore['circuits']): SiteStore['share'] {
  const made = new Map<string, Share>();
  return (circuit, phase) => {
    const key = `${circuit} ${phase}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const branch = circuits.get(circuit);
    const rows = branch === undefined ? [] : evsesBelow(branch);
    const given = computed(() =>
      rows.flatMap(({ value: { phases, setpointAmps } }) =>
        (phase === undefined || phases.includes(phase)) && setpointAmps !== null && setpointAmps > 0
          ? setpointAmps
          : [],
      ),
    );
    const share: Share = {
      count: computed(() => given.value.length),
      sumAmps: computed(() => given.value.reduce((sum, each) => sum + each, 0)),
    };
    made.set(key, share);
    return share;
  };
}
