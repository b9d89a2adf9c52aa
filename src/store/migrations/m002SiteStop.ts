import type { Kysely, Migration } from 'kysely';

/** Sites that a person stopped. */
export const m002SiteStop: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('site_stop')
      .addColumn('site_id', 'text', (column) => column.primaryKey())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('stopped_by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .execute();
  },
};
