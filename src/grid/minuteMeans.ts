import type { GridBook } from '../control/gridBook.ts';
import { limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';
import type { Evidence } from './evidenceQueue.ts';

const minuteMs = 60_000;

interface Begun {
  readonly atMs: number;
  readonly connection: number;
  readonly controllable: number;
}

/** Keeps the mean power of every minute at every target of a grid operator. `follow` is for every tick. */
export function minuteMeans(
  grid: GridBook,
  onEvidence: (entry: Evidence) => void,
): { follow(nowMs: number): void } {
  const begun = new Map<string, Begun>();

  const tell = (connectionId: string, node: CircuitId | AreaId, nowMs: number): void => {
    const flow = grid.flow(node);
    if (flow === undefined) return;
    const key = `${connectionId} ${node}`;
    const before = begun.get(key);
    if (before !== undefined && minuteOf(before.atMs) === minuteOf(nowMs)) return;
    const wh = grid.energy.register(node, nowMs);
    begun.set(key, { atMs: nowMs, ...wh });
    const hours = before === undefined ? 0 : (nowMs - before.atMs) / 3_600_000;
    // The first minute is not whole, and none is over which the clock was set.
    if (before === undefined || hours <= 0 || nowMs - before.atMs > 2 * minuteMs) return;
    const body = {
      fromMs: before.atMs,
      untilMs: nowMs,
      meanWatts: Math.round((wh.connection - before.connection) / hours),
      carMeanWatts: Math.round((wh.controllable - before.controllable) / hours),
      limitWatts: finite(flow.limitWatts),
      carLimitWatts: finite(flow.carLimitWatts),
      quality: flow.quality,
    };
    onEvidence({ atMs: nowMs, kind: 'minute', connectionId, node, externalId: undefined, body });
  };

  return {
    follow(nowMs) {
      for (const { id, targets } of grid.connections) {
        for (const { target } of targets) tell(id, limitedNode(target), nowMs);
      }
    },
  };
}

const minuteOf = (atMs: number): number => Math.floor(atMs / minuteMs);

const finite = (watts: number | undefined): number | null =>
  watts !== undefined && Number.isFinite(watts) ? Math.round(watts) : null;
