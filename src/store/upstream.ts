import type { Kysely } from 'kysely';
import type { StationId } from '../domain/ids.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** JSON documents of stations that have a CSMS of their own behind us. Everything is durable once it resolves. */
export interface UpstreamStore {
  upstreamMemory(stationId: StationId): Promise<unknown>;
  saveUpstreamMemory(stationId: StationId, memory: object): Promise<void>;
  /** In the order of their sequence. */
  upstreamMessages(stationId: StationId): Promise<readonly unknown[]>;
  insertUpstreamMessage(stationId: StationId, sequence: number, message: object): Promise<void>;
  deleteUpstreamMessage(stationId: StationId, sequence: number): Promise<void>;
}

export const upstreamStore = (db: Kysely<Tables>): UpstreamStore => ({
  upstreamMemory: (stationId) =>
    inStore(`read what the CSMS of station ${stationId} has set`, async () => {
      const row = await db
        .selectFrom('upstream_memory')
        .select('document')
        .where('station_id', '=', stationId)
        .executeTakeFirst();
      return row && JSON.parse(row.document);
    }),

  saveUpstreamMemory: (stationId, memory) =>
    inStore(`store what the CSMS of station ${stationId} has set`, async () => {
      const document = JSON.stringify(memory);
      await db
        .insertInto('upstream_memory')
        .values({ station_id: stationId, document })
        .onConflict((conflict) => conflict.column('station_id').doUpdateSet({ document }))
        .execute();
    }),

  upstreamMessages: (stationId) =>
    inStore(`read the messages for the CSMS of station ${stationId}`, async () => {
      const rows = await db
        .selectFrom('upstream_message')
        .select('document')
        .where('station_id', '=', stationId)
        .orderBy('sequence')
        .execute();
      return rows.map(({ document }) => JSON.parse(document));
    }),

  insertUpstreamMessage: (stationId, sequence, message) =>
    inStore(`store a message for the CSMS of station ${stationId}`, async () => {
      const document = JSON.stringify(message);
      await db.insertInto('upstream_message').values({ station_id: stationId, sequence, document }).execute();
    }),

  deleteUpstreamMessage: (stationId, sequence) =>
    inStore(`drop a message for the CSMS of station ${stationId}`, async () => {
      await db
        .deleteFrom('upstream_message')
        .where('station_id', '=', stationId)
        .where('sequence', '=', sequence)
        .execute();
    }),
});
