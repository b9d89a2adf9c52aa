import type { AreaId, CircuitId, LimitId, SiteId } from './ids.ts';

/** Who imposes a limit: each source has its own, and the lowest of all sources binds. */
export type LimitSource = 'site-operator' | 'grid-operator';

export type LimitTarget =
  | { readonly kind: 'circuit'; readonly siteId: SiteId; readonly circuitId: CircuitId }
  | { readonly kind: 'area'; readonly areaId: AreaId };

/** Amps apply to each phase of the circuit, watts to the sum over its phases. */
export type LimitValue = { readonly amps: number } | { readonly watts: number };

/**
 * An upper bound on import that somebody imposed on a circuit or an area, background load included.
 * In force from `fromMs` up to but not including `untilMs`; `untilMs` undefined is a standing limit.
 */
export interface GridLimit {
  readonly id: LimitId;
  readonly target: LimitTarget;
  readonly value: LimitValue;
  readonly source: LimitSource;
  /** Name of the key or connection that set it. */
  readonly setBy: string;
  readonly reason: string;
  readonly fromMs: number;
  readonly untilMs: number | undefined;
  readonly createdAtMs: number;
}

/** Node of the tree a limit is set on: the ids of circuits and areas are unique together. */
export const limitedNode = (target: LimitTarget): CircuitId | AreaId =>
  target.kind === 'area' ? target.areaId : target.circuitId;

export function isInForce(limit: GridLimit, nowMs: number): boolean {
  return limit.fromMs <= nowMs && (limit.untilMs === undefined || nowMs < limit.untilMs);
}
