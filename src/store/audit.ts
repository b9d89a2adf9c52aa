import type { Kysely, Selectable, Transaction } from 'kysely';
import type { AuditEntry, AuditRecord } from '../domain/audit.ts';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import { type SiteId, siteId } from '../domain/ids.ts';
import { hashOfAudit, verifyAuditChain } from './auditChain.ts';
import { nextNumber } from './counters.ts';
import { genesis } from './hashChain.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { Tables } from './schema.ts';
import type { AuditTable } from './schemaPeople.ts';
import { inStore } from './storeError.ts';

/** The request that a change came with. */
export interface AuditOrigin {
  readonly requestId: string;
  readonly address: string;
  /** Which site it was about, if the entry does not say. */
  readonly site: SiteId | undefined;
}

export interface AuditRequest extends PageRequest {
  /** undefined: of all, and of what is of no site. */
  readonly sites?: readonly SiteId[] | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly fromMs?: number | undefined;
  /** Not included. */
  readonly untilMs?: number | undefined;
}

export interface AuditStore {
  /** Durable once it resolves. There is no way to change or remove an entry. */
  appendAudit(entry: AuditEntry): Promise<void>;
  /** In the order the entries were appended, newest first. */
  listAudit(request: AuditRequest): Promise<Page<AuditRecord>>;
  /** Reads the whole chain and computes it again. */
  verifyAudit(): Promise<ChainVerdict>;
}

/** For a change that must not be without its entry. */
export type AppendAudit = (transaction: Transaction<Tables>, entry: AuditEntry) => Promise<void>;

/** Appends with where it came from. */
export const auditAppender =
  (originNow: () => AuditOrigin | undefined): AppendAudit =>
  async (transaction, entry) => {
    const origin = originNow();
    // Taking the number locks the counter: nobody else can append between here and the end of the transaction.
    const sequence = await nextNumber(transaction, 'audit');
    const last = await transaction
      .selectFrom('audit')
      .select('hash')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    const row = {
      sequence,
      at_ms: entry.atMs,
      actor: entry.actor,
      action: entry.action,
      target: entry.target,
      before: toJson(entry.before),
      after: toJson(entry.after),
      site_id: entry.site ?? origin?.site ?? null,
      request_id: origin?.requestId ?? null,
      address: origin?.address ?? null,
      previous_hash: last?.hash ?? genesis,
    };
    await transaction
      .insertInto('audit')
      .values({ ...row, hash: hashOfAudit(row) })
      .execute();
  };

export function auditStore(db: Kysely<Tables>, append: AppendAudit): AuditStore {
  return {
    appendAudit: (entry) =>
      inStore(`append "${entry.action}" to the audit log`, () =>
        db.transaction().execute((transaction) => append(transaction, entry)),
      ),

    listAudit: (request) =>
      inStore('list the audit log', async () => {
        const rows = await filtered(db, request).execute();
        return pageOf(rows, request, toRecord, (row) => ({ atMs: row.at_ms, id: String(row.sequence) }));
      }),

    verifyAudit: () => inStore('verify the audit log', () => verifyAuditChain(db)),
  };
}

function filtered(db: Kysely<Tables>, request: AuditRequest) {
  const { before, sites, actor, action, target, fromMs, untilMs } = request;
  let query = db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(rowsToRead(request));
  if (before !== undefined) query = query.where('sequence', '<', Number(before.id));
  // An empty list would be no SQL: nobody's sites are those of nobody.
  if (sites !== undefined) query = query.where('site_id', 'in', sites.length === 0 ? [''] : [...sites]);
  if (actor !== undefined) query = query.where('actor', '=', actor);
  if (action !== undefined) query = query.where('action', '=', action);
  if (target !== undefined) query = query.where('target', '=', target);
  if (fromMs !== undefined) query = query.where('at_ms', '>=', fromMs);
  if (untilMs !== undefined) query = query.where('at_ms', '<', untilMs);
  return query;
}

const toRecord = (row: Selectable<AuditTable>): AuditRecord => ({
  sequence: row.sequence,
  atMs: row.at_ms,
  actor: row.actor,
  action: row.action,
  target: row.target,
  before: fromJson(row.before),
  after: fromJson(row.after),
  site: row.site_id === null ? undefined : siteId(row.site_id),
  requestId: row.request_id ?? undefined,
  address: row.address ?? undefined,
  hash: row.hash,
});

const toJson = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
const fromJson = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));
