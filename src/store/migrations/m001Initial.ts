import type { Kysely, Migration } from 'kysely';

/** The first tables. schema.ts says what the columns mean. */
export const m001Initial: Migration = {
  async up(db: Kysely<unknown>) {
    await createLimits(db);
    await createSessions(db);
    await createStations(db);
    await createTransactions(db);
    await createAudit(db);
  },
};

async function createLimits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grid_limit')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site_id', 'text')
    .addColumn('circuit_id', 'text')
    .addColumn('area_id', 'text')
    .addColumn('limit_amps', 'double precision')
    .addColumn('limit_watts', 'double precision')
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('set_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('from_ms', 'bigint', (column) => column.notNull())
    .addColumn('until_ms', 'bigint')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('ended_by', 'text')
    .execute();
  await db.schema.createIndex('grid_limit_ended').on('grid_limit').column('ended_at_ms').execute();
  await db.schema
    .createIndex('grid_limit_created')
    .on('grid_limit')
    .columns(['created_at_ms', 'id'])
    .execute();
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('evse_id', 'text', (column) => column.notNull())
    .addColumn('station_id', 'text', (column) => column.notNull())
    .addColumn('transaction_id', 'text', (column) => column.notNull())
    .addColumn('token_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('end_reason', 'text')
    .addColumn('energy_wh', 'double precision', (column) => column.notNull())
    .addColumn('wanted_energy_wh', 'double precision')
    .addColumn('departure_at_ms', 'bigint')
    .addColumn('priority', 'double precision')
    .execute();
  await db.schema.createIndex('session_started').on('session').columns(['started_at_ms', 'id']).execute();
  await db.schema.createIndex('session_state').on('session').column('state').execute();
}

async function createStations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('station')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('protocol', 'text')
    .addColumn('vendor', 'text')
    .addColumn('model', 'text')
    .addColumn('serial_number', 'text')
    .addColumn('firmware', 'text')
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('evse_command')
    .addColumn('evse_id', 'text', (column) => column.primaryKey())
    .addColumn('standing_amps', 'double precision')
    .addColumn('setpoint_amps', 'double precision')
    .addColumn('tail_amps', 'double precision')
    .addColumn('sent_at_ms', 'bigint')
    .addColumn('lease_ms', 'bigint')
    .execute();
}

async function createTransactions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counter')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('station_transaction')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('station_id', 'text', (column) => column.notNull())
    .addColumn('evse_number', 'integer', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('meter_start_wh', 'double precision', (column) => column.notNull())
    .addColumn('token_id', 'text', (column) => column.notNull())
    .addUniqueConstraint('station_transaction_start', [
      'station_id',
      'evse_number',
      'started_at_ms',
      'meter_start_wh',
      'token_id',
    ])
    .execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute();
}
