import type { AreaId, CircuitId, LimitId, SiteId } from './ids.ts';
import type { PhaseAmps } from './phases.ts';

/** Who imposes a limit: each source has its own, and the lowest of all sources binds. */
export type LimitSource = 'site-operator' | 'grid-operator';

export type LimitTarget =
  | { readonly kind: 'circuit'; readonly siteId: SiteId; readonly circuitId: CircuitId }
  | { readonly kind: 'area'; readonly areaId: AreaId };

/**
 * Amps apply to each phase of the circuit, watts to the sum over its phases. `phaseAmps` is `Infinity` on a phase
 * that it says nothing of.
 */
export type LimitValue =
  | { readonly amps: number }
  | { readonly watts: number }
  | { readonly phaseAmps: PhaseAmps };

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
  /** What a connection of a grid operator said beside the number. Without it the limit binds as it stands. */
  readonly terms?: LimitTerms;
}

/** What a limit of a grid operator's connection means, in the words of no protocol. */
export interface LimitTerms {
  readonly connectionId: string;
  /** The sender's own name of it, unique within its connection. */
  readonly externalId: string;
  /** Rises with each change by the sender. */
  readonly version: number;
  /** Cars only take, so a limit on export is kept and binds nothing. */
  readonly direction: 'import' | 'export';
  /** `connection`: the building counts too. `controllable`: the cars alone. */
  readonly boundary: Boundary;
  /** `cap` binds. `baseline` is the contract, `reservation` adds to it, `target` is a wish and binds nothing. */
  readonly kind: 'cap' | 'baseline' | 'reservation' | 'target';
  /** `default` when no event is in force; `failsafe` when the sender is silent. */
  readonly role: 'event' | 'default' | 'failsafe';
  readonly averaging: Averaging;
  /** 0 is the highest; only among limits of the same connection. */
  readonly priority: number;
  /** The load must be under it so long after it was heard or began. */
  readonly complyWithinS: number;
}

export type Boundary = 'connection' | 'controllable';

/**
 * At any moment, or as the mean over windows of `windowS`: aligned to the clock (UTC), or counted from the first
 * instant of the limit.
 */
export type Averaging =
  | { readonly mode: 'instant' }
  | { readonly mode: 'mean'; readonly windowS: number; readonly isAligned: boolean };

/** Node of the tree a limit is set on: the ids of circuits and areas are unique together. */
export const limitedNode = (target: LimitTarget): CircuitId | AreaId =>
  target.kind === 'area' ? target.areaId : target.circuitId;

export function isInForce(limit: GridLimit, nowMs: number): boolean {
  return limit.fromMs <= nowMs && (limit.untilMs === undefined || nowMs < limit.untilMs);
}

/** The limit in numbers that can be compared: `Infinity` where it says nothing. */
export function caps(value: LimitValue): Caps {
  const none = Number.POSITIVE_INFINITY;
  if ('watts' in value) return { amps: [none, none, none], watts: value.watts };
  const amps: PhaseAmps = 'amps' in value ? [value.amps, value.amps, value.amps] : value.phaseAmps;
  return { amps, watts: none };
}

export interface Caps {
  readonly amps: PhaseAmps;
  /** Over all phases. */
  readonly watts: number;
}
