import type { Kysely, Migration } from 'kysely';

/** A charge that we ended and that is to begin again at its EVSE. */
export const m070InterruptedCharge: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('evse_command').addColumn('interrupted', 'text').execute();
  },
};
