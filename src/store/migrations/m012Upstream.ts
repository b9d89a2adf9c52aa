import type { Kysely, Migration } from 'kysely';

/** What is kept of stations that have a CSMS of their own behind us. */
export const m012Upstream: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('upstream_memory')
      .addColumn('station_id', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('upstream_message')
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('upstream_message_key', ['station_id', 'sequence'])
      .execute();
  },
};
