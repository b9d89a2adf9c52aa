import type { Boundary } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';

/** Power at a circuit or area: with the building, and the cars alone. */
export interface NodePower {
  readonly connection: number;
  readonly controllable: number;
}

/** Energy over the last hours at the nodes that grid operators limit: what a mean is judged by. */
export interface EnergyBook {
  /** Power from now on, until the next is told. */
  add(node: CircuitId | AreaId, watts: NodePower, now: Instant): void;
  /** Since an instant of the wall clock. What we did not see counts with `unseenWatts`. */
  usedWh(node: CircuitId | AreaId, boundary: Boundary, since: Since): number;
  /** Energy since we began to count, in Wh. */
  register(node: CircuitId | AreaId, nowMs: number): NodePower;
  /** Everything it holds. Plain values. */
  snapshot(): readonly EnergyEntry[];
  resume(entries: readonly EnergyEntry[]): void;
}

export type EnergyEntry = Register & { readonly node: CircuitId | AreaId };

interface Instant {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

interface Since {
  readonly fromMs: number;
  readonly nowMs: number;
  readonly unseenWatts: number;
}

/** A register reading. */
interface Mark {
  readonly atMs: number;
  readonly wh: NodePower;
}

interface Register {
  marks: Mark[];
  newest: Mark & { readonly monotonicMs: number; readonly watts: NodePower };
}

const markEveryMs = 60_000;
/** The longest window a limit may be a mean over is an hour. */
const marksMax = 62;
/** The wall clock was set: what was seen lies at other instants now. */
const jumpMs = 2_000;
const hourMs = 3_600_000;

export function energyBook(): EnergyBook {
  const registers = new Map<CircuitId | AreaId, Register>();
  return {
    add(node, watts, now) {
      const known = registers.get(node);
      if (known === undefined || hasJumped(known, now)) {
        const begun = { atMs: now.nowMs, wh: known?.newest.wh ?? { connection: 0, controllable: 0 } };
        registers.set(node, { marks: [begun], newest: { ...begun, monotonicMs: now.monotonicMs, watts } });
        return;
      }
      const wh = readingAt(known, now.nowMs);
      known.newest = { atMs: now.nowMs, wh, monotonicMs: now.monotonicMs, watts };
      const last = known.marks.at(-1)?.atMs ?? 0;
      if (Math.floor(now.nowMs / markEveryMs) === Math.floor(last / markEveryMs)) return;
      known.marks = [...known.marks, { atMs: now.nowMs, wh }].slice(-marksMax);
    },
    usedWh(node, boundary, { fromMs, nowMs, unseenWatts }) {
      const known = registers.get(node);
      const [oldest] = known?.marks ?? [];
      if (known === undefined || oldest === undefined) return (unseenWatts * (nowMs - fromMs)) / hourMs;
      const unseenMs = Math.max(0, Math.min(oldest.atMs, nowMs) - fromMs);
      const seenWh =
        readingAt(known, nowMs)[boundary] - between(known, Math.max(fromMs, oldest.atMs), boundary);
      return Math.max(0, seenWh) + (unseenWatts * unseenMs) / hourMs;
    },
    register(node, nowMs) {
      const known = registers.get(node);
      return known === undefined ? { connection: 0, controllable: 0 } : readingAt(known, nowMs);
    },
    snapshot: () => [...registers].map(([node, register]) => ({ node, ...register })),
    resume(entries) {
      for (const { node, ...register } of entries) registers.set(node, register);
    },
  };
}

const hasJumped = ({ newest }: Register, { nowMs, monotonicMs }: Instant): boolean =>
  Math.abs(nowMs - newest.atMs - (monotonicMs - newest.monotonicMs)) > jumpMs;

/** The register at an instant after the newest reading. */
function readingAt({ newest }: Register, atMs: number): NodePower {
  const hours = Math.max(0, atMs - newest.atMs) / hourMs;
  return {
    connection: newest.wh.connection + newest.watts.connection * hours,
    controllable: newest.wh.controllable + newest.watts.controllable * hours,
  };
}

/** The register at an instant of the past, as if the power had been even between two marks. */
function between({ marks, newest }: Register, atMs: number, boundary: Boundary): number {
  const after = [...marks, newest].find((mark) => mark.atMs >= atMs) ?? newest;
  const before = marks.findLast((mark) => mark.atMs <= atMs) ?? after;
  const spanMs = after.atMs - before.atMs;
  const part = spanMs > 0 ? (atMs - before.atMs) / spanMs : 0;
  return before.wh[boundary] + (after.wh[boundary] - before.wh[boundary]) * Math.min(1, part);
}
