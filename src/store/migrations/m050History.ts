import type { Kysely, Migration } from 'kysely';

/** The minutes of sites, circuits and EVSEs: one row an hour and series. */
export const m050History: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('history_hour')
      .addColumn('site_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('series_id', 'text', (column) => column.notNull())
      .addColumn('hour_ms', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('history_hour_key', ['site_id', 'kind', 'series_id', 'hour_ms'])
      .execute();
    await db.schema.createIndex('history_hour_at').on('history_hour').column('hour_ms').execute();
  },
};
