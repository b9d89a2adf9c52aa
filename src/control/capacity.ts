import { type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Topology } from './topology.ts';

/** What a node of the tree can carry, per phase and over all phases. `Infinity` where nothing limits it. */
export interface Capacity {
  readonly amps: PhaseAmps;
  readonly watts: number;
}

/** Rounding in sums of floating-point amps; far below any breaker's tolerance. */
const toleranceAmps = 1e-6;

/** The sum below every node when each EVSE has `evseAmps` on each of its conductors. One evaluation of the tree. */
export function loads(topology: Topology, evseAmps: readonly number[]): readonly Capacity[] {
  const sums = topology.nodes.map(() => ({ amps: [0, 0, 0] as [number, number, number], watts: 0 }));
  topology.evses.forEach(({ evse, site, path }, index) => {
    const amps = evseAmps[index] ?? 0;
    const watts = amps * evse.wiring.length * site.supply.phaseVolts;
    for (const node of path) {
      const sum = sums[node];
      if (sum === undefined) continue;
      for (const phase of evse.wiring) sum.amps[phase] += amps;
      sum.watts += watts;
    }
  });
  return sums;
}

/** What is left of every node's capacity. Its owner takes from it piece by piece. */
export type Remaining = readonly { readonly amps: [number, number, number]; watts: number }[];

/** What is left under a load. Negative where it is over. */
export const remaining = (capacity: readonly Capacity[], load: readonly Capacity[]): Remaining =>
  capacity.map(({ amps, watts }, node) => ({
    amps: [...perPhase((phase) => amps[phase] - (load[node]?.amps[phase] ?? 0))],
    watts: watts - (load[node]?.watts ?? 0),
  }));

/** A number that is none counts as over: nothing may be given out on it. */
export const isOver = (left: Capacity): boolean =>
  !(left.amps.every((amps) => amps >= -toleranceAmps) && left.watts >= -toleranceAmps);

/** The most an EVSE may rise by, under every node above it. 0 where a number is none. */
export function roomAmps(topology: Topology, evseIndex: number, left: Remaining): number {
  const at = topology.evses[evseIndex];
  if (at === undefined) return 0;
  const { evse, site, path } = at;
  let room = Number.POSITIVE_INFINITY;
  for (const node of path) {
    const free = left[node];
    if (free === undefined) continue;
    for (const phase of evse.wiring) room = Math.min(room, free.amps[phase]);
    room = Math.min(room, free.watts / (evse.wiring.length * site.supply.phaseVolts));
  }
  return room > 0 ? room : 0;
}

/** Takes `amps` of an EVSE out of what is left under every node above it. */
export function take(topology: Topology, evseIndex: number, amps: number, left: Remaining): void {
  const at = topology.evses[evseIndex];
  if (at === undefined) return;
  const { evse, site, path } = at;
  for (const node of path) {
    const free = left[node];
    if (free === undefined) continue;
    for (const phase of evse.wiring) free.amps[phase] -= amps;
    free.watts -= amps * evse.wiring.length * site.supply.phaseVolts;
  }
}

/**
 * The most of `wantedAmps` that fits, given whole or not at all, one after the other: no solver, no
 * rounding, nothing that could fail. What stations fall back to, and what is commanded when a plan is refused.
 */
export function safeAllocation(
  topology: Topology,
  wantedAmps: readonly number[],
  capacity: readonly Capacity[],
): readonly number[] {
  const left = remaining(capacity, []);
  return wantedAmps.map((amps, index) => {
    if (amps === 0 || roomAmps(topology, index, left) < amps - toleranceAmps) return 0;
    take(topology, index, amps, left);
    return amps;
  });
}
