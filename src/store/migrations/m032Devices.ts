import type { Kysely, Migration } from 'kysely';

/** What stations taught by what they refused and took. */
export const m032Devices: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('device')
      .addColumn('station_id', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
  },
};
