import { type Kysely, type Migration, SqliteAdapter, sql } from 'kysely';
import { hashOfAudit } from '../auditChain.ts';
import { genesis } from '../hashChain.ts';
import type { AuditTable } from '../schemaPeople.ts';

const pageRows = 500;

/** The audit log becomes a chain of hashes that the database itself lets nobody change. */
export const m041AuditChain: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['site_id', 'request_id', 'address', 'previous_hash', 'hash'])
      await db.schema.alterTable('audit').addColumn(name, 'text').execute();
    await chainWhatIsThere(db.withTables<{ audit: AuditTable }>());
    const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
    for (const statement of isSqlite ? sqliteGuards : postgresGuards) await sql.raw(statement).execute(db);
  },
};

async function chainWhatIsThere(db: Kysely<{ audit: AuditTable }>): Promise<void> {
  let sequence = 0;
  let previousHash = genesis;
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(pageRows)
      .execute();
    for (const row of rows) {
      const hash = hashOfAudit({ ...row, previous_hash: previousHash });
      await db
        .updateTable('audit')
        .set({ previous_hash: previousHash, hash })
        .where('sequence', '=', row.sequence)
        .execute();
      previousHash = hash;
      sequence = row.sequence;
    }
    if (rows.length < pageRows) return;
  }
}

const refusal = 'the audit log is append-only';

const sqliteGuards = ['update', 'delete'].map(
  (change) =>
    `create trigger audit_no_${change} before ${change} on audit begin select raise(abort, '${refusal}'); end`,
);

const postgresGuards = [
  `create function lastvakt_audit_guard() returns trigger language plpgsql as
    $$ begin raise exception '${refusal}'; end $$`,
  'create trigger audit_no_change before update or delete on audit for each row execute function lastvakt_audit_guard()',
  'create trigger audit_no_truncate before truncate on audit for each statement execute function lastvakt_audit_guard()',
];
