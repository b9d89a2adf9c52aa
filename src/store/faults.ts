import type { Kysely, Selectable } from 'kysely';
import type { Fault, FaultSource, Severity } from '../domain/fault.ts';
import { type StationId, stationId } from '../domain/ids.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { StationFaultTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** Faults that are kept of each station, the newest by their begin. */
const faultsMax = 1000;

interface FaultQuery extends PageRequest {
  readonly source?: FaultSource | undefined;
}

export interface FaultStore {
  /** Queued; the newest value of a fault replaces an older one that still waits. */
  saveFault(fault: Fault): void;
  openFaults(): Promise<readonly Fault[]>;
  /** The newest first. */
  listFaults(id: StationId, query: FaultQuery): Promise<Page<Fault>>;
}

export function faultStore(db: Kysely<Tables>, queue: WriteBehind): FaultStore {
  return {
    saveFault: (fault) =>
      queue.put(`fault ${fault.id}`, async (transaction) => {
        const row = toRow(fault);
        const { detail, vendor_code, severity, ended_at_ms } = row;
        await transaction
          .insertInto('station_fault')
          .values(row)
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet({ detail, vendor_code, severity, ended_at_ms }),
          )
          .execute();
        const tooOld = transaction
          .selectFrom('station_fault')
          .select('id')
          .where('station_id', '=', fault.stationId)
          .orderBy('began_at_ms', 'desc')
          .orderBy('id', 'desc')
          .offset(faultsMax)
          // SQLite takes an offset beside a limit only.
          .limit(faultsMax);
        await transaction
          .deleteFrom('station_fault')
          .where('id', 'in', tooOld)
          .where('ended_at_ms', 'is not', null)
          .execute();
      }),

    openFaults: () =>
      inStore('read the open faults', async () => {
        const rows = await db
          .selectFrom('station_fault')
          .selectAll()
          .where('ended_at_ms', 'is', null)
          .orderBy('began_at_ms')
          .orderBy('id')
          .execute();
        return rows.map(toFault);
      }),

    listFaults: (id, request) =>
      inStore('list the faults of a station', async () => {
        const { before, source } = request;
        let query = db
          .selectFrom('station_fault')
          .selectAll()
          .where('station_id', '=', id)
          .orderBy('began_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(rowsToRead(request));
        if (source !== undefined) query = query.where('source', '=', source);
        if (before !== undefined) {
          query = query.where((row) =>
            row(row.refTuple('began_at_ms', 'id'), '<', row.tuple(before.atMs, before.id)),
          );
        }
        return pageOf(await query.execute(), request, toFault, (row) => ({
          atMs: row.began_at_ms,
          id: row.id,
        }));
      }),
  };
}

const toRow = (fault: Fault): Selectable<StationFaultTable> => ({
  id: fault.id,
  station_id: fault.stationId,
  evse_number: fault.evseNumber,
  source: fault.source,
  key: fault.key,
  code: fault.code,
  vendor_code: fault.vendorCode ?? null,
  detail: fault.detail ?? null,
  severity: fault.severity,
  began_at_ms: fault.beganAtMs,
  ended_at_ms: fault.endedAtMs ?? null,
});

const toFault = (row: Selectable<StationFaultTable>): Fault => ({
  id: row.id,
  stationId: stationId(row.station_id),
  evseNumber: row.evse_number,
  // Only `toRow` writes these columns.
  source: row.source as FaultSource,
  severity: row.severity as Severity,
  key: row.key,
  code: row.code,
  vendorCode: row.vendor_code ?? undefined,
  detail: row.detail ?? undefined,
  beganAtMs: row.began_at_ms,
  endedAtMs: row.ended_at_ms ?? undefined,
});
