import type { Insertable, Kysely, Selectable } from 'kysely';
import { type EvseId, evseId, type SessionId, sessionId, stationId } from '../domain/ids.ts';
import type { ProfileType } from '../domain/roaming/token.ts';
import type { Session, SessionState } from '../domain/session.ts';
import {
  recordFrom,
  type SessionMark,
  type SessionRecord,
  type SessionStory,
} from '../domain/sessionRecord.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { SessionTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

const finished: SessionState = 'finished';

interface SessionQuery extends PageRequest {
  /** Only sessions at these EVSEs; at all of them when absent. */
  readonly evseIds?: readonly EvseId[] | undefined;
  readonly isFinished?: boolean | undefined;
  /** Started from then on. */
  readonly fromMs?: number | undefined;
  /** Started before. */
  readonly untilMs?: number | undefined;
}

export interface SessionStore {
  /** Queued; the newest value of a session replaces an older one that still waits. Resolves when it is stored, or given up. */
  saveSession(record: SessionRecord): Promise<void>;
  openSessions(): Promise<readonly SessionRecord[]>;
  findSession(id: SessionId): Promise<SessionRecord | undefined>;
  listSessions(query: SessionQuery): Promise<Page<Session>>;
  /** Removes finished sessions that began before, signed values included. At most so many: ask again for the rest. */
  pruneSessions(beforeMs: number, countMax: number): Promise<number>;
}

const sessionColumns = [
  'id',
  'evse_id',
  'station_id',
  'transaction_id',
  'token_id',
  'state',
  'started_at_ms',
  'ended_at_ms',
  'end_reason',
  'energy_wh',
  'wanted_energy_wh',
  'departure_at_ms',
  'priority',
  'profile',
] as const;

export function sessionStore(db: Kysely<Tables>, queue: WriteBehind): SessionStore {
  return {
    saveSession: (record) => {
      const { id, ...rest } = toRow(record);
      const key = `session ${id}`;
      queue.put(key, async (transaction) => {
        await transaction
          .insertInto('session')
          .values({ id, ...rest })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
          .execute();
      });
      return queue.stored(key);
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
        return rows.map(toRecord);
      }),

    findSession: (id) =>
      inStore('read a session', async () => {
        const row = await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toRecord(row);
      }),

    listSessions: (request) =>
      inStore('list the sessions', async () => {
        const { before, evseIds, isFinished, fromMs, untilMs } = request;
        if (evseIds?.length === 0) return { items: [], next: undefined };
        let query = db
          .selectFrom('session')
          .select(sessionColumns)
          .orderBy('started_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(rowsToRead(request));
        if (evseIds !== undefined) query = query.where('evse_id', 'in', evseIds);
        if (isFinished !== undefined) query = query.where('state', isFinished ? '=' : '<>', finished);
        if (fromMs !== undefined) query = query.where('started_at_ms', '>=', fromMs);
        if (untilMs !== undefined) query = query.where('started_at_ms', '<', untilMs);
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

    pruneSessions: (beforeMs, countMax) =>
      inStore('remove old sessions', () =>
        db.transaction().execute(async (transaction) => {
          const old = await transaction
            .selectFrom('session')
            .select('id')
            .where('state', '=', finished)
            .where('started_at_ms', '<', beforeMs)
            .limit(countMax)
            .execute();
          const ids = old.map(({ id }) => id);
          if (ids.length === 0) return 0;
          await transaction.deleteFrom('signed_meter_value').where('session_id', 'in', ids).execute();
          await transaction.deleteFrom('session').where('id', 'in', ids).execute();
          return ids.length;
        }),
      ),
  };
}

function toRow({
  session,
  marks,
  meterStartWh,
  meterStopWh,
  story,
}: SessionRecord): Insertable<SessionTable> {
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
    profile: session.profile ?? null,
    marks: JSON.stringify(marks),
    meter_start_wh: meterStartWh ?? null,
    meter_stop_wh: meterStopWh ?? null,
    story: JSON.stringify(story),
  };
}

function toRecord(row: Selectable<SessionTable>): SessionRecord {
  const session = toSession(row);
  if (row.story === null) return recordFrom(session);
  // Only `toRow` writes these columns.
  const story = JSON.parse(row.story) as SessionStory;
  return {
    session: {
      ...session,
      ...(story.isRefused && { isRefused: true }),
      ...(story.hasPriority === true && { hasPriority: true }),
    },
    marks: JSON.parse(row.marks ?? '[]') as readonly SessionMark[],
    meterStartWh: row.meter_start_wh ?? undefined,
    meterStopWh: row.meter_stop_wh ?? undefined,
    story,
  };
}

function toSession(row: Pick<Selectable<SessionTable>, (typeof sessionColumns)[number]>): Session {
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
    // Only `toRow` writes this column.
    ...(row.profile !== null && { profile: row.profile as ProfileType }),
  };
}
