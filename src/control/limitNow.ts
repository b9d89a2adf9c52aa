import {
  bindingLimits,
  foreseeableLimits,
  type HeardGridLimit,
  isHeardLimit,
} from '../domain/bindingLimits.ts';
import {
  type EffectiveLimit,
  effectiveLimit,
  type Fixed,
  lowestKnownLimit,
} from '../domain/effectiveLimit.ts';
import type { ConnectionPhase, GridConnection } from '../domain/gridConnection.ts';
import type { Boundary, Caps, GridLimit } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';
import { valueNow } from '../domain/meanBudget.ts';
import { type Release, release, shareOf, stillHeld } from '../domain/release.ts';
import { type GridBook, noReleases, type Releases } from './gridBook.ts';

export interface LimitNowInput {
  readonly grid: GridBook;
  readonly node: CircuitId | AreaId;
  /** All that are set on the node, whoever set them. */
  readonly limits: readonly GridLimit[];
  readonly fixed: Fixed;
  /** The same in finite numbers, where a rise ends. */
  readonly top: Caps;
  /** Wall time, for the validity of limits and their windows. */
  readonly nowMs: number;
  readonly monotonicMs: number;
}

export interface LimitNow {
  readonly limit: EffectiveLimit;
  /** For the next tick. */
  readonly releases: Releases;
}

/**
 * What a node may carry now: the lowest of its wiring, of every limit that stands for itself, and of what each
 * connection's limits come to by that connection's own rule.
 */
export function limitNow(input: LimitNowInput): LimitNow {
  const { grid, node, limits, fixed, nowMs } = input;
  const connections = grid.on(node);
  const binding = limits.filter((limit) => standsAlone(limit, connections));
  if (connections.length === 0) return { limit: effectiveLimit(fixed, binding, nowMs), releases: noReleases };
  const releases = new Map<string, Release>();
  for (const connection of connections) {
    const { phase } = grid.state(connection.id);
    const bound = bindingLimits(connection, phase, node, heardOf(limits, connection), nowMs);
    for (const boundary of ['connection', 'controllable'] as const) {
      const onBoundary = bound.filter(({ terms }) => terms?.boundary === boundary);
      const { now, held } = connectionNow(input, connection, boundary, onBoundary);
      binding.push(...now, ...stillHeld(held));
      releases.set(`${connection.id} ${boundary}`, held);
    }
  }
  return { limit: effectiveLimit(fixed, binding, nowMs), releases };
}

type KnownInput = Omit<LimitNowInput, 'monotonicMs' | 'top'>;

/** What a node may carry at an instant ahead, as far as it is known: means count as what they are over their window. */
export function limitAhead(input: KnownInput): EffectiveLimit {
  const { node, fixed, nowMs } = input;
  const binding = known(input, (connection, phase, heard) =>
    bindingLimits(connection, phase, node, heard, nowMs),
  );
  return effectiveLimit(fixed, binding, nowMs);
}

function connectionNow(
  input: LimitNowInput,
  connection: GridConnection,
  boundary: Boundary,
  binding: readonly GridLimit[],
): { readonly now: readonly GridLimit[]; readonly held: Release } {
  const { grid, node, nowMs, monotonicMs } = input;
  const usedWhSince = (fromMs: number, unseenWatts: number) =>
    grid.energy.usedWh(node, boundary, { fromMs, nowMs, unseenWatts });
  const now = binding.map((limit) => ({
    ...limit,
    value: valueNow(limit, usedWhSince, { nowMs, ceiling: connection.meanCeiling }),
  }));
  const key = `${connection.id} ${boundary}`;
  const held = release({
    previous: grid.releases(node).get(key),
    binding,
    top: input.top,
    options: connection.release,
    share: shareOf(`${node} ${key} ${nowMs}`),
    nowMs: monotonicMs,
  });
  return { now, held };
}

/**
 * The lowest limit that is or will be in force as far as we know, the failsafe limits included: what stations must
 * obey if they never hear from us again.
 */
export function lowestLimitKnown(input: KnownInput): EffectiveLimit {
  const { node, fixed, nowMs } = input;
  const all = known(input, (connection, phase, heard) => foreseeableLimits(connection, phase, node, heard));
  return lowestKnownLimit(fixed, all, nowMs);
}

/** Every limit that stands for itself, and of each connection's those that `countedOf` counts. */
function known(
  { grid, node, limits }: KnownInput,
  countedOf: (
    connection: GridConnection,
    phase: ConnectionPhase,
    heard: readonly HeardGridLimit[],
  ) => readonly GridLimit[],
): readonly GridLimit[] {
  const connections = grid.on(node);
  const counted = connections.flatMap((connection) =>
    countedOf(connection, grid.state(connection.id).phase, heardOf(limits, connection)),
  );
  return [...limits.filter((limit) => standsAlone(limit, connections)), ...counted];
}

/** Set by hand, or by a connection that the config no longer has: nobody can supersede it. */
const standsAlone = ({ terms }: GridLimit, connections: readonly GridConnection[]): boolean =>
  terms === undefined ||
  (terms.direction === 'import' &&
    terms.kind === 'cap' &&
    !connections.some(({ id }) => id === terms.connectionId));

const heardOf = (limits: readonly GridLimit[], { id }: GridConnection): readonly HeardGridLimit[] =>
  limits.filter((limit): limit is HeardGridLimit => isHeardLimit(limit) && limit.terms.connectionId === id);
