import type { Kysely, Migration } from 'kysely';

/** Lists are walked page by page, and counted, in this index alone: without reading what lies before a page. */
export const m057RoamingPages: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('roaming_object_page').execute();
    await db.schema
      .createIndex('roaming_object_page')
      .on('roaming_object')
      .columns(['kind', 'partner_id', 'created_at_ms', 'id', 'last_updated_ms'])
      .execute();
  },
};
