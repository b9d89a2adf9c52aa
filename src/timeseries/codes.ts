import type {
  CircuitView,
  EvseReason,
  EvseState,
  LimitOrigin,
  SiteState,
  TickView,
} from '../control/siteView.ts';
import type { ConnectionPhase } from '../domain/gridConnection.ts';

// Words become numbers: a text field cannot be drawn over time, and a tag would split the series at every change.
// The numbers are in people's databases and dashboards: append, never renumber.

export const siteStates: Record<SiteState, number> = {
  starting: 0,
  normal: 1,
  assumed: 2,
  failsafe: 3,
  stopped: 4,
};

export const causes: Record<TickView['cause'], number> = { pace: 0, drop: 1 };

export const bases: Record<CircuitView['basis'], number> = { unmetered: 0, measured: 1, assumed: 2 };

export const evseStates: Record<EvseState, number> = {
  offline: 0,
  unknown: 1,
  available: 2,
  occupied: 3,
  reserved: 4,
  charging: 5,
  paused: 6,
  'suspended-by-ev': 7,
  unavailable: 8,
  faulted: 9,
};

export const reasons: Record<EvseReason['kind'], number> = {
  'no session': 0,
  'own maximum': 1,
  'car takes less': 2,
  'circuit full': 3,
  'area full': 4,
  paused: 5,
  starting: 6,
  offline: 7,
  'waiting for others': 8,
  'not answering': 9,
  stopped: 10,
  'not obeying': 11,
  'planned later': 12,
  'token refused': 13,
  'bound by a partner': 14,
  interrupted: 15,
  'memory spared': 16,
};

export const connectionPhases: Record<ConnectionPhase, number> = {
  init: 0,
  limited: 1,
  unlimited: 2,
  failsafe: 3,
  autonomous: 4,
};

export const origins = { breaker: 0, rating: 1, 'site-operator': 2, 'grid-operator': 3 } as const;

/** Who bounds a circuit: its breaker, its rating, or the source of a limit. */
export const originNumber = (origin: LimitOrigin): number =>
  origins[origin.kind === 'limit' ? origin.source : origin.kind];
