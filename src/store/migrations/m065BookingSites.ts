import type { Kysely, Migration } from 'kysely';

/** Bookings that are over are listed by their site, those that began last first, whoever's they are. */
export const m065BookingSites: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('roaming_object').addColumn('site_id', 'text').execute();
    await db.schema.alterTable('roaming_object').addColumn('starts_at_ms', 'bigint').execute();
    // Everything else has no site, and no place in this index.
    await db.schema
      .createIndex('roaming_object_site')
      .on('roaming_object')
      .columns(['site_id', 'is_due', 'starts_at_ms', 'id', 'partner_id'])
      .where('site_id', 'is not', null)
      .execute();
  },
};
