import type { Insertable, Kysely, Selectable } from 'kysely';
import { evseId, type StationId, sessionId, stationId } from '../domain/ids.ts';
import type { Session, SessionState } from '../domain/session.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { SessionTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

const finished: SessionState = 'finished';

interface SessionQuery extends PageRequest {
  /** Only sessions at these stations; at all of them when absent. */
  readonly stationIds?: readonly StationId[] | undefined;
}

export interface SessionStore {
  /** Queued; the newest value of a session replaces an older one that still waits. */
  saveSession(session: Session): void;
  openSessions(): Promise<readonly Session[]>;
  listSessions(query: SessionQuery): Promise<Page<Session>>;
}

export function sessionStore(db: Kysely<Tables>, queue: WriteBehind): SessionStore {
  return {
    saveSession: (session) => {
      const { id, ...rest } = toRow(session);
      queue.put(`session ${id}`, async (transaction) => {
        await transaction
          .insertInto('session')
          .values({ id, ...rest })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
          .execute();
      });
    },

    openSessions: () =>
      inStore('read the open sessions', async () => {
        const rows = await db
          .selectFrom('session')
          .selectAll()
          .where('state', '<>', finished)
          .orderBy('started_at_ms')
          .orderBy('id')
          .execute();
        return rows.map(toSession);
      }),

    listSessions: (request) =>
      inStore('list the sessions', async () => {
        const { before, stationIds } = request;
        if (stationIds?.length === 0) return { items: [], next: undefined };
        let query = db
          .selectFrom('session')
          .selectAll()
          .orderBy('started_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(rowsToRead(request));
        if (stationIds !== undefined) query = query.where('station_id', 'in', stationIds);
        if (before !== undefined) {
          query = query.where((row) =>
            row(row.refTuple('started_at_ms', 'id'), '<', row.tuple(before.atMs, before.id)),
          );
        }
        return pageOf(await query.execute(), request, toSession, (row) => ({
          atMs: row.started_at_ms,
          id: row.id,
        }));
      }),
  };
}

function toRow(session: Session): Insertable<SessionTable> {
  return {
    id: session.id,
    evse_id: session.evseId,
    station_id: session.stationId,
    transaction_id: session.transactionId,
    token_id: session.tokenId ?? null,
    state: session.state,
    started_at_ms: session.startedAtMs,
    ended_at_ms: session.endedAtMs ?? null,
    end_reason: session.endReason ?? null,
    energy_wh: session.energyWh,
    wanted_energy_wh: session.wantedEnergyWh ?? null,
    departure_at_ms: session.departureAtMs ?? null,
    priority: session.priority ?? null,
  };
}

function toSession(row: Selectable<SessionTable>): Session {
  return {
    id: sessionId(row.id),
    evseId: evseId(row.evse_id),
    stationId: stationId(row.station_id),
    transactionId: row.transaction_id,
    tokenId: row.token_id ?? undefined,
    // Only `toRow` writes this column.
    state: row.state as SessionState,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms ?? undefined,
    endReason: row.end_reason ?? undefined,
    energyWh: row.energy_wh,
    wantedEnergyWh: row.wanted_energy_wh ?? undefined,
    departureAtMs: row.departure_at_ms ?? undefined,
    priority: row.priority ?? undefined,
  };
}
