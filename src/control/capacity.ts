import { type Phase, type PhaseAmps, perPhase } from '../domain/phases.ts';
import { turnedAmps, turnedRoomAmps } from '../domain/supply.ts';
import type { Topology, TopologyEvse } from './topology.ts';

/** What a node of the tree can carry, per phase and over all phases. `Infinity` where nothing limits it. */
export interface Capacity {
  readonly amps: PhaseAmps;
  readonly watts: number;
}

/** Rounding in sums of floating-point amps; far below any breaker's tolerance. */
const toleranceAmps = 1e-6;

/** What flows below a node. On a delta its amps are the most that its parts can make together. */
export interface Load extends Capacity {
  readonly turned: Turned | undefined;
}

/** The parts of line currents that do not add up as numbers, one way and the other. */
interface Turned {
  readonly ahead: [number, number, number];
  readonly behind: [number, number, number];
}

const noTurned = (topology: Topology): Turned | undefined =>
  topology.sites.some(({ supply }) => supply.system === 'IT')
    ? { ahead: [0, 0, 0], behind: [0, 0, 0] }
    : undefined;

/** The load below every node when each EVSE has `evseAmps` on each of its conductors. One evaluation of the tree. */
export function loads(topology: Topology, evseAmps: readonly number[]): readonly Load[] {
  const sums = topology.nodes.map(() => ({
    amps: [0, 0, 0] as [number, number, number],
    watts: 0,
    turned: noTurned(topology),
  }));
  topology.evses.forEach((at, index) => {
    const amps = evseAmps[index] ?? 0;
    for (const node of at.path) {
      const sum = sums[node];
      if (sum === undefined) continue;
      addLines(at, amps, sum.turned, (line, more) => {
        sum.amps[line] += more;
      });
      sum.watts += amps * at.wattsPerAmp;
    }
  });
  return sums;
}

/** Tells by how much each line's current grows when an EVSE has `amps` more beside what is `turned` already. */
function addLines(
  { evse, site, shares }: TopologyEvse,
  amps: number,
  turned: Turned | undefined,
  onLine: (line: Phase, more: number) => void,
): void {
  for (const line of evse.wiring) {
    // Where nobody counts the angles all adds up as numbers, which is more.
    let more = (shares.straight[line] + shares.ahead[line] + shares.behind[line]) * amps;
    if (turned !== undefined && shares.straight[line] === 0) {
      const before = turnedAmps(site.supply, turned.ahead[line], turned.behind[line]);
      turned.ahead[line] += shares.ahead[line] * amps;
      turned.behind[line] += shares.behind[line] * amps;
      more = turnedAmps(site.supply, turned.ahead[line], turned.behind[line]) - before;
    }
    onLine(line, more);
  }
}

/** What is left of a node's capacity. Its owner takes from it piece by piece. */
interface Left {
  readonly amps: [number, number, number];
  watts: number;
  /** What was there when it was counted: the next piece adds to it by its angle. */
  readonly turned?: Turned | undefined;
}

export type Remaining = readonly Left[];

/** What is left under a load. Negative where it is over. */
export const remaining = (capacity: readonly Capacity[], load: readonly Load[]): Remaining =>
  capacity.map(({ amps, watts }, node) => ({
    amps: [...perPhase((phase) => amps[phase] - (load[node]?.amps[phase] ?? 0))],
    watts: watts - (load[node]?.watts ?? 0),
    turned: copied(load[node]?.turned),
  }));

const copied = (turned: Turned | undefined): Turned | undefined =>
  turned && { ahead: [...turned.ahead], behind: [...turned.behind] };

/** A number that is none counts as over: nothing may be given out on it. */
export const isOver = (left: Capacity): boolean =>
  !(left.amps.every((amps) => amps >= -toleranceAmps) && left.watts >= -toleranceAmps);

/** The most an EVSE may rise by, under every node above it. 0 where a number is none. */
export function roomAmps(topology: Topology, evseIndex: number, left: Remaining): number {
  const at = topology.evses[evseIndex];
  if (at === undefined) return 0;
  let room = Number.POSITIVE_INFINITY;
  for (const node of at.path) {
    const free = left[node];
    if (free === undefined) continue;
    for (const line of at.evse.wiring) room = Math.min(room, roomOnLine(at, line, free));
    room = Math.min(room, free.watts / at.wattsPerAmp);
  }
  return room > 0 ? room : 0;
}

function roomOnLine({ site, shares }: TopologyEvse, line: Phase, { amps, turned }: Left): number {
  const freeAmps = amps[line];
  if (shares.straight[line] > 0) return freeAmps / shares.straight[line];
  // An area has no limit in amps.
  if (freeAmps === Number.POSITIVE_INFINITY) return freeAmps;
  const ahead = turned?.ahead[line] ?? 0;
  const behind = turned?.behind[line] ?? 0;
  return shares.ahead[line] > 0
    ? turnedRoomAmps(site.supply, ahead, behind, freeAmps)
    : turnedRoomAmps(site.supply, behind, ahead, freeAmps);
}

/** Takes `amps` of an EVSE out of what is left under every node above it. */
export function take(topology: Topology, evseIndex: number, amps: number, left: Remaining): void {
  const at = topology.evses[evseIndex];
  if (at === undefined) return;
  for (const node of at.path) {
    const free = left[node];
    if (free === undefined) continue;
    addLines(at, amps, free.turned, (line, more) => {
      free.amps[line] -= more;
    });
    free.watts -= amps * at.wattsPerAmp;
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
  load: readonly Load[] = loads(topology, []),
): readonly number[] {
  const left = remaining(capacity, load);
  return wantedAmps.map((amps, index) => {
    if (amps === 0 || roomAmps(topology, index, left) < amps - toleranceAmps) return 0;
    take(topology, index, amps, left);
    return amps;
  });
}
