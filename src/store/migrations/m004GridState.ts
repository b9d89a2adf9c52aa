import type { Kysely, Migration } from 'kysely';

/** What connections to grid operators must remember. */
export const m004GridState: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('grid_states')
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('grid_states_key', ['connection_id', 'name'])
      .execute();
  },
};
