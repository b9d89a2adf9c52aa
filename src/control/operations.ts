import type { AuditEntry } from '../domain/audit.ts';
import type { GridLimit } from '../domain/gridLimit.ts';
import type { LimitId, SessionId, SiteId } from '../domain/ids.ts';
import type { Session } from '../domain/session.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { Clock } from './ports.ts';
import type { SiteInputs } from './siteInput.ts';
import type { SiteState } from './siteState.ts';

/** What people and grid operators change by hand; every change leaves an audit entry. */
export interface OperationsPorts {
  readonly clock: Clock;
  readonly state: Omit<SiteInputs, 'grid'> & Pick<SiteState, 'limits' | 'sessions' | 'stopOf'>;
  readonly book: {
    /** Durable when it resolves. */
    insertLimit(limit: GridLimit): Promise<void>;
    endLimit(id: LimitId, end: { readonly atMs: number; readonly endedBy: string }): Promise<boolean>;
    insertStop(stop: SiteStop): Promise<void>;
    deleteStop(siteId: SiteId): Promise<void>;
    appendAudit(entry: AuditEntry): Promise<void>;
  };
}

export type SessionWish = Pick<
  Partial<Session>,
  'wantedEnergyWh' | 'departureAtMs' | 'priority' | 'profile' | 'guaranteedWatts' | 'guaranteedUntilMs'
>;

export interface Operations {
  setLimit(limit: GridLimit): Promise<void>;
  /** False when no such limit is in force or to come. */
  endLimit(id: LimitId, actor: string): Promise<boolean>;
  /** A site that is stopped already keeps its first stop. Durable when it resolves, in force before. */
  stopSite(stop: SiteStop): Promise<SiteStop>;
  /** False when the site is not stopped. */
  releaseSite(siteId: SiteId, actor: string): Promise<boolean>;
  /** undefined when no such session runs. */
  changeSession(id: SessionId, wish: SessionWish, actor: string): Promise<Session | undefined>;
}

export function operations({ clock, state, book }: OperationsPorts): Operations {
  const audit = (
    actor: string,
    action: string,
    target: string,
    { site, before, after }: { readonly site?: SiteId | undefined; before?: unknown; after?: unknown },
  ): Promise<void> => book.appendAudit({ atMs: clock.nowMs(), actor, action, target, before, after, site });

  return {
    async setLimit(limit) {
      // In force at once, even while the database is slow: only the acknowledgement waits for it. A limit that
      // could not be kept is taken back, because its sender is told that it was refused.
      state.setLimit(limit);
      try {
        await book.insertLimit(limit);
      } catch (error) {
        state.endLimit(limit.id);
        throw error;
      }
      await audit(limit.setBy, 'limit set', limit.id, { site: siteOf(limit), after: limit });
    },

    async endLimit(id, actor) {
      const before = state.limits().find((limit) => limit.id === id);
      if (before === undefined) return false;
      const isEnded = await book.endLimit(id, { atMs: clock.nowMs(), endedBy: actor });
      // Only now: if the end were lost in a crash, the limit would come back, which is the safe way round.
      state.endLimit(id);
      await audit(actor, 'limit ended', id, { site: siteOf(before), before });
      return isEnded;
    },

    async stopSite(stop) {
      const before = state.stopOf(stop.siteId);
      if (before !== undefined) return before;
      // Unlike a limit it stays when it could not be kept: whoever stops a site wants it to stand still, and is
      // told that a restart would forget it.
      state.stopSite(stop);
      await book.insertStop(stop);
      await audit(stop.by, 'site stopped', stop.siteId, { site: stop.siteId, after: stop });
      return stop;
    },

    async releaseSite(siteId, actor) {
      const before = state.stopOf(siteId);
      if (before === undefined) return false;
      await book.deleteStop(siteId);
      state.releaseSite(siteId);
      await audit(actor, 'site released', siteId, { site: siteId, before });
      return true;
    },

    async changeSession(id, wish, actor) {
      const before = state.sessions().find((session) => session.id === id);
      const after = state.changeSession(id, wish);
      if (after === undefined) return undefined;
      await audit(actor, 'session changed', id, { before, after });
      return after;
    },
  };
}

const siteOf = ({ target }: GridLimit): SiteId | undefined =>
  target.kind === 'circuit' ? target.siteId : undefined;
