import type { ConnectionPhase, GridConnection } from './gridConnection.ts';
import {
  type Boundary,
  caps,
  type GridLimit,
  isInForce,
  type LimitTerms,
  type LimitValue,
  limitedNode,
} from './gridLimit.ts';
import { type AreaId, type CircuitId, limitId } from './ids.ts';
import { perPhase, phases } from './phases.ts';

/** A limit that a connection imposed: one with terms. */
export type HeardGridLimit = GridLimit & { readonly terms: LimitTerms };

export const isHeardLimit = (limit: GridLimit): limit is HeardGridLimit => limit.terms !== undefined;

/**
 * What the limits of one connection on one node come to now: those of them that bind, one contract made of baseline
 * and reservations, the failsafe limit while it holds. The lowest of all that is returned binds.
 *
 * A failsafe limit never lifts what was scheduled: it binds beside it.
 */
export function bindingLimits(
  connection: GridConnection,
  phase: ConnectionPhase,
  node: CircuitId | AreaId,
  limits: readonly HeardGridLimit[],
  nowMs: number,
): readonly GridLimit[] {
  const now = limits.filter((limit) => limit.terms.direction === 'import' && isInForce(limit, nowMs));
  const scheduled = () =>
    boundaries.flatMap((boundary) => scheduledLimits(connection, onBoundary(now, boundary)));
  const failsafe = () => failsafeLimits(connection, node, now);
  switch (phase) {
    case 'limited':
    case 'unlimited':
      return scheduled();
    case 'init':
    case 'failsafe':
      return [...scheduled(), ...failsafe()];
    case 'autonomous':
      if (connection.afterMin === 'hold') return [...scheduled(), ...failsafe()];
      if (connection.afterMin === 'baseline') return scheduled();
      // Nobody will end what has no end.
      return scheduled().filter(({ untilMs }) => untilMs !== undefined);
    default:
      return phase satisfies never;
  }
}

/** Whether a cap that the connection scheduled is in force on any of its nodes. */
export const isLimited = (limits: readonly HeardGridLimit[], nowMs: number): boolean =>
  limits.some((limit) => isEvent(limit) && isInForce(limit, nowMs));

/**
 * Everything a connection may come to impose on a node, as far as it is known now: what stations must obey when they
 * no longer hear from us, and so cannot hear that the sender fell silent either.
 */
export function foreseeableLimits(
  connection: GridConnection,
  phase: ConnectionPhase,
  node: CircuitId | AreaId,
  limits: readonly HeardGridLimit[],
): readonly GridLimit[] {
  // A reservation alone allows nothing, and the contract is never less than its baseline.
  const known = limits.filter(({ terms }) => terms.direction === 'import' && standsForItself(terms));
  const scheduled = known.filter(({ terms }) => terms.role !== 'failsafe');
  const isInTouch = phase === 'limited' || phase === 'unlimited';
  if (isInTouch && connection.heartbeatTimeoutMs === undefined) return scheduled;
  return [...known, ...configuredFailsafe(connection, node)];
}

const boundaries: readonly Boundary[] = ['connection', 'controllable'];

const standsForItself = ({ kind }: LimitTerms): boolean => kind === 'cap' || kind === 'baseline';

const onBoundary = (limits: readonly HeardGridLimit[], boundary: Boundary) =>
  limits.filter(({ terms }) => terms.boundary === boundary);

const isEvent = ({ terms }: HeardGridLimit): boolean =>
  terms.direction === 'import' && terms.kind === 'cap' && terms.role === 'event';

/** Events, else what holds without any, under the contract. */
function scheduledLimits(connection: GridConnection, now: readonly HeardGridLimit[]): readonly GridLimit[] {
  const events = now.filter(isEvent);
  const defaults = now.filter(({ terms }) => terms.kind === 'cap' && terms.role === 'default');
  const bound = winners(connection, events.length > 0 ? events : defaults);
  const isRaised = connection.mayRaiseAboveContract && events.length > 0;
  return isRaised ? bound : [...bound, ...contract(connection, now)];
}

/** The baseline with every reservation granted beside it. */
function contract(connection: GridConnection, now: readonly HeardGridLimit[]): readonly GridLimit[] {
  const isPlain = ({ terms }: HeardGridLimit) => terms.role !== 'failsafe';
  const baselines = winners(
    connection,
    now.filter((limit) => limit.terms.kind === 'baseline' && isPlain(limit)),
  );
  const reservations = now.filter((limit) => limit.terms.kind === 'reservation' && isPlain(limit));
  return baselines.map((baseline) => {
    const alike = reservations.filter(({ value }) => form(value) === form(baseline.value));
    const value = alike.reduce<LimitValue>((sum, reserved) => added(sum, reserved.value), baseline.value);
    return { ...baseline, value };
  });
}

/** What the sender gave for its silence, else what the config has. */
function failsafeLimits(
  connection: GridConnection,
  node: CircuitId | AreaId,
  limits: readonly HeardGridLimit[],
): readonly GridLimit[] {
  const heard = winners(
    connection,
    limits.filter(({ terms }) => terms.role === 'failsafe' && standsForItself(terms)),
  );
  return heard.length > 0 ? heard : configuredFailsafe(connection, node);
}

function configuredFailsafe(connection: GridConnection, node: CircuitId | AreaId): readonly GridLimit[] {
  return connection.targets
    .filter(({ target }) => limitedNode(target) === node)
    .map(({ target, failsafe }) => ({
      id: limitId(`failsafe-${connection.id}-${node}`),
      target,
      value: failsafe,
      source: 'grid-operator',
      setBy: connection.id,
      reason: `failsafe limit: ${connection.id} is silent`,
      fromMs: 0,
      untilMs: undefined,
      createdAtMs: 0,
      terms: {
        connectionId: connection.id,
        externalId: `failsafe-${node}`,
        version: 0,
        direction: 'import',
        boundary: connection.boundary,
        kind: 'cap',
        role: 'failsafe',
        averaging: { mode: 'instant' },
        priority: 0,
        complyWithinS: 0,
      },
    }));
}

/**
 * Those that the others do not supersede. Only limits in the same form can: what limits watts says nothing about amps,
 * nor one phase about another, so there both bind.
 */
function winners(
  { supersede }: GridConnection,
  limits: readonly HeardGridLimit[],
): readonly HeardGridLimit[] {
  if (supersede === 'lowest') return limits;
  const best = new Map<string, number>();
  for (const limit of limits) {
    const key = form(limit.value);
    best.set(key, Math.max(best.get(key) ?? Number.NEGATIVE_INFINITY, rank(limit, supersede)));
  }
  return limits.filter((limit) => rank(limit, supersede) === best.get(form(limit.value)));
}

function rank({ terms, createdAtMs }: HeardGridLimit, by: 'priority' | 'latest' | 'version'): number {
  if (by === 'priority') return -terms.priority;
  return by === 'latest' ? createdAtMs : terms.version;
}

/** Watts, or amps on which phases. */
function form(value: LimitValue): string {
  if ('watts' in value) return 'watts';
  const { amps } = caps(value);
  return `amps ${phases.filter((phase) => Number.isFinite(amps[phase])).join(' ')}`;
}

function added(a: LimitValue, b: LimitValue): LimitValue {
  if ('watts' in a && 'watts' in b) return { watts: a.watts + b.watts };
  const [left, right] = [caps(a).amps, caps(b).amps];
  return { phaseAmps: perPhase((phase) => left[phase] + right[phase]) };
}
