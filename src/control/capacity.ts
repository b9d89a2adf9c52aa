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

/** What flows below a node. Its amps are the most that its parts can make together. */
export interface Load extends Capacity {
  readonly parts: Parts | undefined;
}

/** Parts of a load that do not add up as numbers. undefined where all do. */
interface Parts {
  /** Line currents of a delta, one way and the other. */
  readonly ahead: [number, number, number];
  readonly behind: [number, number, number];
  /** The most that any one car can begin with on a phase it does not use, and in watts: counted once for all of them. */
  readonly spare: [number, number, number];
  spareWatts: number;
}

const hasParts = ({ sites, evses }: Topology): boolean =>
  sites.some(({ supply }) => supply.system === 'IT') || evses.some(({ spare }) => spare.length > 0);

const noParts = (): Parts => ({ ahead: [0, 0, 0], behind: [0, 0, 0], spare: [0, 0, 0], spareWatts: 0 });

export const notNegative = ({ amps, watts }: Capacity): Capacity => ({
  amps: perPhase((phase) => Math.max(0, amps[phase])),
  watts: Math.max(0, watts),
});

/** The load below every node when each EVSE has `evseAmps` on each of its conductors. One evaluation of the tree. */
export function loads(topology: Topology, evseAmps: readonly number[]): readonly Load[] {
  const isInParts = hasParts(topology);
  const sums = topology.nodes.map(() => ({
    amps: [0, 0, 0] as [number, number, number],
    watts: 0,
    parts: isInParts ? noParts() : undefined,
  }));
  topology.evses.forEach((at, index) => {
    const rise = { fromAmps: 0, toAmps: evseAmps[index] ?? 0 };
    for (const node of at.path) {
      const sum = sums[node];
      if (sum !== undefined) grow(at, rise, sum, 1);
    }
  });
  return sums;
}

interface Rise {
  readonly fromAmps: number;
  readonly toAmps: number;
}

/** Adds what an EVSE's rise makes of a load to `sum`, or with -1 takes it from what is left. */
function grow(at: TopologyEvse, { fromAmps, toAmps }: Rise, sum: Left, sign: 1 | -1): void {
  const { evse, site, shares } = at;
  const { parts } = sum;
  const amps = toAmps - fromAmps;
  for (const line of evse.wiring) {
    // Where nobody counts the angles all adds up as numbers, which is more.
    let more = (shares.straight[line] + shares.ahead[line] + shares.behind[line]) * amps;
    if (parts !== undefined && site.supply.system === 'IT' && shares.straight[line] === 0) {
      const before = turnedAmps(site.supply, parts.ahead[line], parts.behind[line]);
      parts.ahead[line] += shares.ahead[line] * amps;
      parts.behind[line] += shares.behind[line] * amps;
      more = turnedAmps(site.supply, parts.ahead[line], parts.behind[line]) - before;
    }
    sum.amps[line] += sign * more;
  }
  sum.watts += sign * amps * at.wattsPerAmp;
  if (at.spare.length === 0) return;
  const spare = parts ?? { spare: [0, 0, 0], spareWatts: 0 };
  for (const phase of at.spare) {
    sum.amps[phase] += sign * Math.max(0, toAmps - spare.spare[phase]);
    spare.spare[phase] = Math.max(spare.spare[phase], toAmps);
  }
  const watts = toAmps * at.spareWattsPerAmp;
  sum.watts += sign * Math.max(0, watts - spare.spareWatts);
  spare.spareWatts = Math.max(spare.spareWatts, watts);
}

/** What is left of a node's capacity. Its owner takes from it piece by piece. */
interface Left {
  readonly amps: [number, number, number];
  watts: number;
  /** What was there when it was counted, which the next piece does not simply add to. */
  readonly parts?: Parts | undefined;
}

export type Remaining = readonly Left[];

/** What is left under a load. Negative where it is over. */
export const remaining = (capacity: readonly Capacity[], load: readonly Load[]): Remaining =>
  capacity.map(({ amps, watts }, node) => ({
    amps: [...perPhase((phase) => amps[phase] - (load[node]?.amps[phase] ?? 0))],
    watts: watts - (load[node]?.watts ?? 0),
    parts: copied(load[node]?.parts),
  }));

const copied = (parts: Parts | undefined): Parts | undefined =>
  parts && {
    ahead: [...parts.ahead],
    behind: [...parts.behind],
    spare: [...parts.spare],
    spareWatts: parts.spareWatts,
  };

/** A number that is none counts as over: nothing may be given out on it. */
export const isOver = (left: Capacity): boolean =>
  !(left.amps.every((amps) => amps >= -toleranceAmps) && left.watts >= -toleranceAmps);

/** The most an EVSE may rise by from `fromAmps`, under every node above it. 0 where a number is none. */
export function roomAmps(topology: Topology, evseIndex: number, left: Remaining, fromAmps = 0): number {
  const at = topology.evses[evseIndex];
  if (at === undefined) return 0;
  let room = Number.POSITIVE_INFINITY;
  for (const node of at.path) {
    const free = left[node];
    if (free === undefined) continue;
    for (const line of at.evse.wiring) room = Math.min(room, roomOnLine(at, line, free, fromAmps));
    room = Math.min(room, roomInWatts(at, free, fromAmps));
  }
  return room > 0 ? room : 0;
}

function roomOnLine(at: TopologyEvse, line: Phase, { amps, parts }: Left, fromAmps: number): number {
  const { site, shares, spare } = at;
  const freeAmps = amps[line];
  if (spare.includes(line)) return (parts?.spare[line] ?? 0) + freeAmps - fromAmps;
  if (shares.straight[line] > 0) return freeAmps / shares.straight[line];
  // An area has no limit in amps.
  if (freeAmps === Number.POSITIVE_INFINITY) return freeAmps;
  const ahead = parts?.ahead[line] ?? 0;
  const behind = parts?.behind[line] ?? 0;
  return shares.ahead[line] > 0
    ? turnedRoomAmps(site.supply, ahead, behind, freeAmps)
    : turnedRoomAmps(site.supply, behind, ahead, freeAmps);
}

/** As far as the spare watts of another car cover those of this one, only what it uses takes from what is free. */
function roomInWatts({ wattsPerAmp, spareWattsPerAmp }: TopologyEvse, left: Left, fromAmps: number): number {
  const room = left.watts / wattsPerAmp;
  const spareWatts = left.parts?.spareWatts ?? 0;
  if (!((fromAmps + room) * spareWattsPerAmp > spareWatts)) return room;
  return (left.watts + spareWatts - fromAmps * spareWattsPerAmp) / (wattsPerAmp + spareWattsPerAmp);
}

/** Takes a rise of an EVSE by `amps` out of what is left under every node above it. */
export function take(
  topology: Topology,
  evseIndex: number,
  amps: number,
  left: Remaining,
  fromAmps = 0,
): void {
  const at = topology.evses[evseIndex];
  if (at === undefined) return;
  for (const node of at.path) {
    const free = left[node];
    if (free !== undefined) grow(at, { fromAmps, toAmps: fromAmps + amps }, free, -1);
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
