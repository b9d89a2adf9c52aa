import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { GridLimit, LimitSource, LimitTarget, LimitTerms, LimitValue } from '../domain/gridLimit.ts';
import { areaId, circuitId, type LimitId, limitId, siteId } from '../domain/ids.ts';
import { perPhase } from '../domain/phases.ts';
import { appendEvidence, type EvidenceEntry } from './evidence.ts';
import type { GroupCommit } from './groupCommit.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { GridLimitTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** A limit as it was set, and how it was lifted before its time, if it was. */
interface StoredLimit {
  readonly limit: GridLimit;
  readonly ended: { readonly atMs: number; readonly endedBy: string } | undefined;
}

export interface LimitChange {
  readonly set: readonly GridLimit[];
  readonly ended: readonly LimitId[];
  readonly atMs: number;
  readonly endedBy: string;
  readonly evidence: readonly EvidenceEntry[];
}

export interface LimitStore {
  /**
   * Durable once it resolves: whoever imposed the limit may be told that it holds. When it rejects because the
   * database did not answer, the limit may have been stored all the same, and then holds after the next start.
   */
  insertLimit(limit: GridLimit): Promise<void>;
  /** All of it or nothing, in their order: what a grid operator's message sets and ends, with the evidence of it. Durable once it resolves. */
  changeLimits(change: LimitChange): Promise<void>;
  /** Lifts a limit. False when it is not known or was lifted before. Durable once it resolves. */
  endLimit(id: LimitId, end: { readonly atMs: number; readonly endedBy: string }): Promise<boolean>;
  /** Every limit in force now or later. Not paged: the loop needs each of them. */
  limitsNotEnded(nowMs: number): Promise<readonly GridLimit[]>;
  listLimits(request: PageRequest): Promise<Page<StoredLimit>>;
}

export function limitStore(db: Kysely<Tables>, group: GroupCommit): LimitStore {
  return {
    insertLimit: (limit) =>
      group.write(`store limit ${limit.id}`, async (transaction) => {
        await transaction.insertInto('grid_limit').values(toRow(limit)).execute();
      }),

    changeLimits: (change) =>
      group.write('change the limits of a grid operator', (transaction) => applyChange(transaction, change)),

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

/** Rows in one statement: both databases bound how many values one may carry. */
const rowsMax = 200;

async function applyChange(transaction: Transaction<Tables>, change: LimitChange): Promise<void> {
  const { set, ended, atMs, endedBy, evidence } = change;
  for (let from = 0; from < set.length; from += rowsMax) {
    const rows = set.slice(from, from + rowsMax).map(toRow);
    await transaction.insertInto('grid_limit').values(rows).execute();
  }
  for (let from = 0; from < ended.length; from += rowsMax) {
    await transaction
      .updateTable('grid_limit')
      .set({ ended_at_ms: atMs, ended_by: endedBy })
      .where('id', 'in', ended.slice(from, from + rowsMax))
      .where('ended_at_ms', 'is', null)
      .execute();
  }
  await appendEvidence(transaction, evidence);
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
    limit_phase_amps: 'phaseAmps' in value ? JSON.stringify(value.phaseAmps) : null,
    terms: limit.terms === undefined ? null : JSON.stringify(limit.terms),
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
    // Only `toRow` writes this column.
    ...(row.terms !== null && { terms: JSON.parse(row.terms) as LimitTerms }),
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
  if (row.limit_phase_amps !== null) {
    // JSON has no infinity: it is written as null.
    const amps = JSON.parse(row.limit_phase_amps) as readonly (number | null)[];
    return { phaseAmps: perPhase((phase) => amps[phase] ?? Number.POSITIVE_INFINITY) };
  }
  throw new Error(`limit ${row.id} has no value`);
}
