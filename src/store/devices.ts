import type { Kysely } from 'kysely';
import type { KeptDevice } from '../domain/deviceRecord.ts';
import { type StationId, stationId } from '../domain/ids.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

export interface DeviceStore {
  /** Queued: what is lost is learnt again. */
  rememberDevice(id: StationId, device: KeptDevice): void;
  devices(): Promise<ReadonlyMap<StationId, KeptDevice>>;
}

export function deviceStore(db: Kysely<Tables>, queue: WriteBehind): DeviceStore {
  return {
    rememberDevice(id, { hardware, learnt }) {
      const document = JSON.stringify({ hardware, learnt });
      queue.put(`device ${id}`, async (transaction) => {
        await transaction
          .insertInto('device')
          .values({ station_id: id, document })
          .onConflict((conflict) => conflict.column('station_id').doUpdateSet({ document }))
          .execute();
      });
    },

    devices: () =>
      inStore('read what is known of devices', async () => {
        const rows = await db.selectFrom('device').selectAll().orderBy('station_id').execute();
        // Only `rememberDevice` writes this column.
        return new Map(
          rows.map((row) => [stationId(row.station_id), JSON.parse(row.document) as KeptDevice]),
        );
      }),
  };
}
