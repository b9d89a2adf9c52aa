import type { Kysely, Migration } from 'kysely';

/** Passwords of stations that were set over OCPP. */
export const m010StationPasswords: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('station_password')
      .addColumn('station_id', 'text', (column) => column.primaryKey())
      .addColumn('configured', 'text')
      .addColumn('hashes', 'text', (column) => column.notNull())
      .execute();
  },
};
