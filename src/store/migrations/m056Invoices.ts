import type { Kysely, Migration } from 'kysely';

/** Bills of a retailer: months, and their lines. A CDR is the key of its line, so none can be billed twice. */
export const m056Invoices: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('billed_month')
      .addColumn('month', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('invoice_line')
      .addColumn('cdr_key', 'text', (column) => column.primaryKey())
      .addColumn('credits_key', 'text')
      .addColumn('month', 'text', (column) => column.notNull())
      .addColumn('contract_id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('invoice_line_month')
      .on('invoice_line')
      .columns(['month', 'contract_id', 'cdr_key'])
      .execute();
    await db.schema.createIndex('invoice_line_credits').on('invoice_line').column('credits_key').execute();
  },
};
