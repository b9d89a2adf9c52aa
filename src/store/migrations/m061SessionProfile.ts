import type { Kysely, Migration } from 'kysely';

/** How the driver of a session wants to charge. */
export const m061SessionProfile: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('session').addColumn('profile', 'text').execute();
  },
};
