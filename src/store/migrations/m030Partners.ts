import type { Kysely, Migration } from 'kysely';

/** Partners of OCPI. */
export const m030Partners: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('roaming_partner')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
  },
};
