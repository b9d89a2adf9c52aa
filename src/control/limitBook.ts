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

export function limitBook(): LimitBook {
  const byId = new Map<LimitId, GridLimit>();
  const byNode = new Map<CircuitId | AreaId, readonly GridLimit[]>();

  const end = (id: LimitId): boolean => {
    const limit = byId.get(id);
    if (limit === undefined) return false;
    byId.delete(id);
    const node = limitedNode(limit.target);
    const others = (byNode.get(node) ?? []).filter((other) => other.id !== id);
    if (others.length === 0) byNode.delete(node);
    else byNode.set(node, others);
    return true;
  };

  return {
    set(limit) {
      end(limit.id);
      byId.set(limit.id, limit);
      const node = limitedNode(limit.target);
      byNode.set(node, [...(byNode.get(node) ?? []), limit]);
    },
    end,
    forgetEnded(nowMs) {
      for (const { id, untilMs } of [...byId.values()])
        if (untilMs !== undefined && untilMs <= nowMs) end(id);
    },
    on: (node) => byNode.get(node) ?? [],
    all: () => [...byId.values()],
  };
}
