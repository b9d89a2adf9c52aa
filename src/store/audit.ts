import type { Kysely, Selectable, Transaction } from 'kysely';
import { nextNumber } from './counters.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { Tables } from './schema.ts';
import type { AuditTable } from './schemaPeople.ts';
import { inStore } from './storeError.ts';

/** Who did what to what. `before` and `after` are JSON values, undefined where there is nothing to tell. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditStore {
  /** Durable once it resolves. There is no way to change or remove an entry. */
  appendAudit(entry: AuditEntry): Promise<void>;
  /** In the order the entries were appended, newest first. */
  listAudit(request: PageRequest): Promise<Page<AuditEntry>>;
}

export function auditStore(db: Kysely<Tables>): AuditStore {
  return {
    appendAudit: (entry) =>
      inStore(`append "${entry.action}" to the audit log`, () =>
        db.transaction().execute((transaction) => appendAudit(transaction, entry)),
      ),

    listAudit: (request) =>
      inStore('list the audit log', async () => {
        let query = db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(rowsToRead(request));
        if (request.before !== undefined) query = query.where('sequence', '<', Number(request.before.id));
        return pageOf(await query.execute(), request, toEntry, (row) => ({
          atMs: row.at_ms,
          id: String(row.sequence),
        }));
      }),
  };
}

/** For a change that must not be without its entry. */
export async function appendAudit(transaction: Transaction<Tables>, entry: AuditEntry): Promise<void> {
  const sequence = await nextNumber(transaction, 'audit');
  await transaction
    .insertInto('audit')
    .values({
      sequence,
      at_ms: entry.atMs,
      actor: entry.actor,
      action: entry.action,
      target: entry.target,
      before: toJson(entry.before),
      after: toJson(entry.after),
    })
    .execute();
}

function toEntry(row: Selectable<AuditTable>): AuditEntry {
  return {
    atMs: row.at_ms,
    actor: row.actor,
    action: row.action,
    target: row.target,
    before: fromJson(row.before),
    after: fromJson(row.after),
  };
}

const toJson = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
const fromJson = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));
