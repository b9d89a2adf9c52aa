import type { Insertable, Kysely, Selectable } from 'kysely';
import type { GridLimit, LimitSource, LimitTarget, LimitValue } from '../domain/gridLimit.ts';
import { areaId, circuitId, type LimitId, limitId, siteId } from '../domain/ids.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { GridLimitTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** A limit as it was set, and how it was lifted before its time, if it was. */
interface StoredLimit {
  readonly limit: GridLimit;
  readonly ended: { readonly atMs: number; readonly endedBy: string } | undefined;
}

export interface LimitStore {
  /**
   * Durable once it resolves: whoever imposed the limit may be told that it holds. When it rejects because the
   * database did not answer, the limit may have been stored all the same, and then holds after the next start.
   */
  insertLimit(limit: GridLimit): Promise<void>;
  /** Lifts a limit. False when it is not known or was lifted before. Durable once it resolves. */
  endLimit(id: LimitId, end: { readonly atMs: number; readonly endedBy: string }): Promise<boolean>;
  /** Every limit in force now or later. Not paged: the loop needs each of them. */
  limitsNotEnded(nowMs: number): Promise<readonly GridLimit[]>;
  listLimits(request: PageRequest): Promise<Page<StoredLimit>>;
}

export function limitStore(db: Kysely<Tables>): LimitStore {
  return {
    insertLimit: (limit) =>
      inStore(`store limit ${limit.id}`, async () => {
        await db.insertInto('grid_limit').values(toRow(limit)).execute();
      }),

    endLimit: (id, end) =>
      inStore(`end limit ${id}`, async () => {
        const { numUpdatedRows } = await db
          .updateTable('grid_limit')
          .set({ ended_at_ms: end.atMs, ended_by: end.endedBy })
          .where('id', '=', id)
          .where('ended_at_ms', 'is', null)
          .executeTakeFirstOrThrow();
        return numUpdatedRows > 0n;
      }),

    limitsNotEnded: (nowMs) =>
      inStore('read the limits', async () => {
        const rows = await db
          .selectFrom('grid_limit')
          .selectAll()
          .where('ended_at_ms', 'is', null)
          .where((row) => row.or([row('until_ms', 'is', null), row('until_ms', '>', nowMs)]))
          .orderBy('created_at_ms')
          .orderBy('id')
          .execute();
        return rows.map(toLimit);
      }),

    listLimits: (request) =>
      inStore('list the limits', async () => {
        let query = db
          .selectFrom('grid_limit')
          .selectAll()
          .orderBy('created_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(rowsToRead(request));
        const { before } = request;
        if (before !== undefined) {
          query = query.where((row) =>
            row(row.refTuple('created_at_ms', 'id'), '<', row.tuple(before.atMs, before.id)),
          );
        }
        return pageOf(await query.execute(), request, toStoredLimit, (row) => ({
          atMs: row.created_at_ms,
          id: row.id,
        }));
      }),
  };
}

function toRow(limit: GridLimit): Insertable<GridLimitTable> {
  const { target, value } = limit;
  return {
    id: limit.id,
    site_id: target.kind === 'circuit' ? target.siteId : null,
    circuit_id: target.kind === 'circuit' ? target.circuitId : null,
    area_id: target.kind === 'area' ? target.areaId : null,
    limit_amps: 'amps' in value ? value.amps : null,
    limit_watts: 'watts' in value ? value.watts : null,
    source: limit.source,
    set_by: limit.setBy,
    reason: limit.reason,
    from_ms: limit.fromMs,
    until_ms: limit.untilMs ?? null,
    created_at_ms: limit.createdAtMs,
    ended_at_ms: null,
    ended_by: null,
  };
}

function toStoredLimit(row: Selectable<GridLimitTable>): StoredLimit {
  const { ended_at_ms: atMs, ended_by: endedBy } = row;
  return { limit: toLimit(row), ended: atMs === null || endedBy === null ? undefined : { atMs, endedBy } };
}

function toLimit(row: Selectable<GridLimitTable>): GridLimit {
  return {
    id: limitId(row.id),
    target: toTarget(row),
    value: toValue(row),
    // Only `toRow` writes this column.
    source: row.source as LimitSource,
    setBy: row.set_by,
    reason: row.reason,
    fromMs: row.from_ms,
    untilMs: row.until_ms ?? undefined,
    createdAtMs: row.created_at_ms,
  };
}

function toTarget(row: Selectable<GridLimitTable>): LimitTarget {
  if (row.area_id !== null) return { kind: 'area', areaId: areaId(row.area_id) };
  if (row.site_id === null || row.circuit_id === null) throw new Error(`limit ${row.id} has no target`);
  return { kind: 'circuit', siteId: siteId(row.site_id), circuitId: circuitId(row.circuit_id) };
}

function toValue(row: Selectable<GridLimitTable>): LimitValue {
  if (row.limit_amps !== null) return { amps: row.limit_amps };
  if (row.limit_watts !== null) return { watts: row.limit_watts };
  throw new Error(`limit ${row.id} has no value`);
}
