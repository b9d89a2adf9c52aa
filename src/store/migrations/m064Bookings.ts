import type { Kysely, Migration } from 'kysely';

/** Each five minutes of an EVSE belong to one booking at most. */
export const m064Bookings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('booking_slot')
      .addColumn('evse_id', 'text', (column) => column.notNull())
      .addColumn('start_ms', 'bigint', (column) => column.notNull())
      .addColumn('booking_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('booking_slot_key', ['evse_id', 'start_ms'])
      .execute();
    await db.schema.createIndex('booking_slot_booking').on('booking_slot').column('booking_id').execute();
  },
};
