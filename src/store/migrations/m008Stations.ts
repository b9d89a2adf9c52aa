import type { Kysely, Migration } from 'kysely';

/** What was asked of stations, what was wrong with them, and who reserved them. */
export const m008Stations: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('station_command')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('command', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text')
      .addColumn('answer', 'text')
      .addColumn('answered_at_ms', 'bigint')
      .execute();
    await db.schema
      .createIndex('station_command_station')
      .on('station_command')
      .columns(['station_id', 'sequence'])
      .execute();
    await db.schema
      .createTable('station_fault')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('evse_number', 'integer', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('vendor_code', 'text')
      .addColumn('detail', 'text')
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('began_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .execute();
    await db.schema
      .createIndex('station_fault_station')
      .on('station_fault')
      .columns(['station_id', 'began_at_ms', 'id'])
      .execute();
    await db.schema
      .createTable('reservation')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('evse_number', 'integer')
      .addColumn('token_id', 'text', (column) => column.notNull())
      .addColumn('group_token_id', 'text')
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('made_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .execute();
    await db.schema
      .createIndex('reservation_station')
      .on('reservation')
      .columns(['station_id', 'made_at_ms', 'id'])
      .execute();
  },
};
