import type { Kysely, Migration } from 'kysely';

/** Objects that are told to partners or came from them. */
export const m031RoamingObjects: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('roaming_object')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('partner_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('alias', 'text', (column) => column.notNull())
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('last_updated_ms', 'bigint', (column) => column.notNull())
      .addColumn('is_due', 'integer', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('roaming_object_key', ['kind', 'partner_id', 'id'])
      .execute();
    await db.schema
      .createIndex('roaming_object_page')
      .on('roaming_object')
      .columns(['kind', 'partner_id', 'created_at_ms', 'id'])
      .execute();
    await db.schema
      .createIndex('roaming_object_alias')
      .on('roaming_object')
      .columns(['kind', 'alias'])
      .execute();
    await db.schema
      .createIndex('roaming_object_due')
      .on('roaming_object')
      .columns(['kind', 'is_due', 'partner_id'])
      .execute();
  },
};
