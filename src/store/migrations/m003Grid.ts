import type { Kysely, Migration } from 'kysely';

/** What connections to grid operators say, where they stand, and the evidence of it. */
export const m003Grid: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('grid_limit').addColumn('limit_phase_amps', 'text').execute();
    await db.schema.alterTable('grid_limit').addColumn('terms', 'text').execute();
    await db.schema
      .createTable('grid_connection')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('phase', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'bigint', (column) => column.notNull())
      .addColumn('heard_at_ms', 'bigint')
      .addColumn('alive_until_ms', 'bigint')
      .execute();
    await db.schema
      .createTable('grid_evidence')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('node', 'text')
      .addColumn('external_id', 'text')
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('previous_hash', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('grid_evidence_at')
      .on('grid_evidence')
      .columns(['at_ms', 'sequence'])
      .execute();
  },
};
