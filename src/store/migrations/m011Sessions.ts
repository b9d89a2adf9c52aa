import type { Kysely, Migration } from 'kysely';

/** The history of sessions, their signed meter values, and the tokens of drivers. */
export const m011Sessions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('session').addColumn('marks', 'text').execute();
    await db.schema.alterTable('session').addColumn('meter_start_wh', 'double precision').execute();
    await db.schema.alterTable('session').addColumn('meter_stop_wh', 'double precision').execute();
    await db.schema.alterTable('session').addColumn('story', 'text').execute();
    await db.schema.createIndex('session_evse').on('session').columns(['evse_id', 'started_at_ms']).execute();
    await db.schema
      .createTable('signed_meter_value')
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('slot', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('context', 'text')
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('signing_method', 'text')
      .addColumn('encoding_method', 'text')
      .addColumn('public_key', 'text')
      .addPrimaryKeyConstraint('signed_meter_value_key', ['session_id', 'slot'])
      .execute();
    await createTokens(db);
  },
};

async function createTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('token')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('token_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text')
    .addColumn('group_id', 'text')
    .addColumn('is_blocked', 'integer', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addColumn('sites', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('set_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('set_by', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('token_set').on('token').columns(['set_at_ms', 'key']).execute();
}
