import type { Kysely, Selectable } from 'kysely';
import { type StationId, stationId } from '../domain/ids.ts';
import type { StationHardware } from '../domain/stationEvent.ts';
import type { StationTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** What is known about a station beyond the config. */
export interface StationRecord {
  readonly id: StationId;
  /** Undefined until it connected for the first time. */
  readonly protocol: string | undefined;
  /** Undefined until it booted for the first time. */
  readonly hardware: StationHardware | undefined;
  readonly lastSeenAtMs: number;
}

export interface StationStore {
  /** Queued. The whole record replaces the older one, so the caller starts from `stations()`. */
  saveStation(station: StationRecord): void;
  stations(): Promise<readonly StationRecord[]>;
}

export function stationStore(db: Kysely<Tables>, queue: WriteBehind): StationStore {
  return {
    saveStation: ({ id, protocol, hardware, lastSeenAtMs }) => {
      const rest = {
        protocol: protocol ?? null,
        vendor: hardware?.vendor ?? null,
        model: hardware?.model ?? null,
        serial_number: hardware?.serialNumber ?? null,
        firmware: hardware?.firmware ?? null,
        last_seen_at_ms: lastSeenAtMs,
      };
      queue.put(`station ${id}`, async (transaction) => {
        await transaction
          .insertInto('station')
          .values({ id, ...rest })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
          .execute();
      });
    },

    stations: () =>
      inStore('read the stations', async () => {
        const rows = await db.selectFrom('station').selectAll().orderBy('id').execute();
        return rows.map(toStation);
      }),
  };
}

function toStation(row: Selectable<StationTable>): StationRecord {
  return {
    id: stationId(row.id),
    protocol: row.protocol ?? undefined,
    hardware: toHardware(row),
    lastSeenAtMs: row.last_seen_at_ms,
  };
}

function toHardware(row: Selectable<StationTable>): StationHardware | undefined {
  const { vendor, model } = row;
  if (vendor === null || model === null) return undefined;
  return {
    vendor,
    model,
    serialNumber: row.serial_number ?? undefined,
    firmware: row.firmware ?? undefined,
  };
}
