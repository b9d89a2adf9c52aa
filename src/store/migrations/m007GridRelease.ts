import type { Kysely, Migration } from 'kysely';

/** How far limits of grid operators have been let go. */
export const m007GridRelease: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('grid_release')
      .addColumn('node', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('grid_release_key', ['node', 'key'])
      .execute();
  },
};
