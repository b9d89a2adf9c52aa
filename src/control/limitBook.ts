import { type GridLimit, limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, LimitId } from '../domain/ids.ts';

/** The limits that are or will be in force, found by id and by the circuit or area they are set on. */
export interface LimitBook {
  /** Replaces the limit of the same id. */
  set(limit: GridLimit): void;
  /** False when there is no such limit. */
  end(id: LimitId): boolean;
  /** Limits that can never come into force again are history, which the store keeps. */
  forgetEnded(nowMs: number): void;
  on(node: CircuitId | AreaId): readonly GridLimit[];
  all(): readonly GridLimit[];
}

interface Shelf {
  readonly limits: Map<LimitId, GridLimit>;
  /** The same as a list, made when it is asked for: thousands may be set at once. */
  list: readonly GridLimit[] | undefined;
}

export function limitBook(): LimitBook {
  const byId = new Map<LimitId, GridLimit>();
  const byNode = new Map<CircuitId | AreaId, Shelf>();

  const end = (id: LimitId): boolean => {
    const limit = byId.get(id);
    if (limit === undefined) return false;
    byId.delete(id);
    const node = limitedNode(limit.target);
    const shelf = byNode.get(node);
    shelf?.limits.delete(id);
    if (shelf !== undefined) shelf.list = undefined;
    if (shelf?.limits.size === 0) byNode.delete(node);
    return true;
  };

  return {
    set(limit) {
      end(limit.id);
      byId.set(limit.id, limit);
      const node = limitedNode(limit.target);
      const shelf = byNode.get(node) ?? { limits: new Map<LimitId, GridLimit>(), list: undefined };
      byNode.set(node, shelf);
      shelf.limits.set(limit.id, limit);
      shelf.list = undefined;
    },
    end,
    forgetEnded(nowMs) {
      for (const { id, untilMs } of [...byId.values()])
        if (untilMs !== undefined && untilMs <= nowMs) end(id);
    },
    on(node) {
      const shelf = byNode.get(node);
      if (shelf === undefined) return [];
      shelf.list ??= [...shelf.limits.values()];
      return shelf.list;
    },
    all: () => [...byId.values()],
  };
}
