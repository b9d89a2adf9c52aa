import type { SiteId } from '../domain/ids.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { Logger } from '../log.ts';
import type { CircuitView, SiteState, SiteView } from './siteView.ts';

/** The state a tick finds a site in. What a person did comes first, then what is worst. */
export function siteState(found: {
  readonly stop: SiteStop | undefined;
  readonly failure: string | undefined;
  readonly isStarting: boolean;
  readonly circuits: readonly Pick<CircuitView, 'basis'>[];
}): SiteState {
  if (found.stop !== undefined) return 'stopped';
  if (found.failure !== undefined) return 'failsafe';
  if (found.isStarting) return 'starting';
  return found.circuits.some(({ basis }) => basis === 'assumed') ? 'assumed' : 'normal';
}

/** How often a site came into a state. */
export interface SiteTransitions {
  readonly siteId: SiteId;
  readonly to: SiteState;
  readonly count: number;
}

/** Follows the states of all sites: each change is logged once and counted. */
export interface SiteStates {
  follow(views: readonly Pick<SiteView, 'siteId' | 'state' | 'stop' | 'circuits'>[]): void;
  transitions(): readonly SiteTransitions[];
}

export function siteStates(log: Logger): SiteStates {
  const held = new Map<SiteId, SiteState>();
  const counts = new Map<string, SiteTransitions>();
  return {
    follow(views) {
      for (const { siteId, state, stop, circuits } of views) {
        const from = held.get(siteId);
        if (from === state) continue;
        held.set(siteId, state);
        const key = `${siteId} ${state}`;
        counts.set(key, { siteId, to: state, count: (counts.get(key)?.count ?? 0) + 1 });
        const silent = circuits.flatMap(({ id, basis }) => (basis === 'assumed' ? id : []));
        const why = {
          ...(stop && { by: stop.by, reason: stop.reason }),
          ...(state === 'assumed' && { silent }),
        };
        log[levels[state]]({ siteId, from, to: state, ...why }, 'site changed its state');
      }
    },
    transitions: () => [...counts.values()],
  };
}

/** `error`: a person must act. `warn`: we degraded. */
const levels = {
  starting: 'info',
  normal: 'info',
  assumed: 'warn',
  failsafe: 'error',
  stopped: 'warn',
} as const;
