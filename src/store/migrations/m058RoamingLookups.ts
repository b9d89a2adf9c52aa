import type { Kysely, Migration } from 'kysely';

/**
 * Objects found by another name, and those still to be told, come out of an index in the order they are asked for. An index
 * without that order is passed over by SQLite, which then reads every object of the kind, or of the partner, to find a few.
 */
export const m058RoamingLookups: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('roaming_object_alias').execute();
    await db.schema
      .createIndex('roaming_object_alias')
      .on('roaming_object')
      .columns(['kind', 'alias', 'partner_id', 'id'])
      .execute();
    await db.schema.dropIndex('roaming_object_due').execute();
    await db.schema
      .createIndex('roaming_object_due')
      .on('roaming_object')
      .columns(['kind', 'partner_id', 'is_due', 'created_at_ms', 'id'])
      .execute();
  },
};
