import type { Kysely, Migration } from 'kysely';

/** Prices, and what the plan remembers of past hours. */
export const m005Planning: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('price_series')
      .addColumn('site_id', 'text', (column) => column.primaryKey())
      .addColumn('currency', 'text', (column) => column.notNull())
      .addColumn('set_by', 'text', (column) => column.notNull())
      .addColumn('set_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('periods', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('plan_memory')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};
