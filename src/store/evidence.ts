import { createHash } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { nextNumber } from './counters.ts';
import type { GridEvidenceTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Something that a grid operator may ask about years later. */
export interface EvidenceEntry {
  readonly atMs: number;
  /** What it is about: see the kinds in src/grid/evidence.ts. */
  readonly kind: string;
  readonly connectionId: string;
  readonly node: string | undefined;
  readonly externalId: string | undefined;
  /** A JSON value. */
  readonly body: unknown;
}

export interface EvidenceRecord extends EvidenceEntry {
  readonly sequence: number;
  readonly hash: string;
}

export interface EvidenceRequest {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  /** undefined: of all. */
  readonly connectionIds?: readonly string[] | undefined;
  readonly kind?: string | undefined;
  /** Records after this one, for the next page. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** `brokenAt` is the first record that was changed, or that follows one which was removed. */
export type ChainVerdict =
  | { readonly status: 'whole'; readonly records: number; readonly lastHash: string }
  | { readonly status: 'broken'; readonly records: number; readonly brokenAt: number; readonly why: string };

export interface EvidenceStore {
  /** All of them or none, in their order. Durable once it resolves. There is no way to change one. */
  appendEvidence(entries: readonly EvidenceEntry[]): Promise<void>;
  /** In the order they were appended. */
  listEvidence(request: EvidenceRequest): Promise<readonly EvidenceRecord[]>;
  /** Reads the whole chain and computes it again. */
  verifyEvidence(): Promise<ChainVerdict>;
  /** Removes what is older, and leaves a record of where the chain begins now. */
  pruneEvidence(beforeMs: number, atMs: number): Promise<number>;
}

/** Before the first record there is nothing. */
const genesis = '0'.repeat(64);
const pageRows = 1_000;
const prunedKind = 'pruned';

export function evidenceStore(db: Kysely<Tables>): EvidenceStore {
  return {
    appendEvidence: (entries) =>
      inStore('append to the evidence', () =>
        db.transaction().execute(async (transaction) => {
          for (const entry of entries) await appendEvidence(transaction, entry);
        }),
      ),

    listEvidence: ({ fromMs, untilMs, connectionIds, kind, after, limit }) =>
      inStore('list the evidence', async () => {
        if (connectionIds?.length === 0) return [];
        let query = db
          .selectFrom('grid_evidence')
          .selectAll()
          .where('at_ms', '>=', fromMs)
          .where('at_ms', '<', untilMs)
          .orderBy('sequence')
          .limit(limit);
        if (connectionIds !== undefined) query = query.where('connection_id', 'in', [...connectionIds]);
        if (kind !== undefined) query = query.where('kind', '=', kind);
        if (after !== undefined) query = query.where('sequence', '>', after);
        return (await query.execute()).map(toRecord);
      }),

    verifyEvidence: () => inStore('verify the evidence', () => verify(db)),

    pruneEvidence: (beforeMs, atMs) =>
      inStore('prune the evidence', () => db.transaction().execute((row) => prune(row, beforeMs, atMs))),
  };
}

/** For a change that must not be without its evidence. */
export async function appendEvidence(transaction: Transaction<Tables>, entry: EvidenceEntry): Promise<void> {
  // Taking the number locks the counter: nobody else can append between here and the end of the transaction.
  const sequence = await nextNumber(transaction, 'evidence');
  const last = await transaction
    .selectFrom('grid_evidence')
    .select('hash')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const row = {
    sequence,
    at_ms: entry.atMs,
    kind: entry.kind,
    connection_id: entry.connectionId,
    node: entry.node ?? null,
    external_id: entry.externalId ?? null,
    body: JSON.stringify(entry.body ?? null),
    previous_hash: last?.hash ?? genesis,
  };
  await transaction
    .insertInto('grid_evidence')
    .values({ ...row, hash: hashOf(row) })
    .execute();
}

function hashOf(row: Omit<Selectable<GridEvidenceTable>, 'hash'>): string {
  const { sequence, at_ms, kind, connection_id, node, external_id, body, previous_hash } = row;
  const told = JSON.stringify([previous_hash, sequence, at_ms, kind, connection_id, node, external_id, body]);
  return createHash('sha256').update(told).digest('hex');
}

const toRecord = (row: Selectable<GridEvidenceTable>): EvidenceRecord => ({
  sequence: row.sequence,
  atMs: row.at_ms,
  kind: row.kind,
  connectionId: row.connection_id,
  node: row.node ?? undefined,
  externalId: row.external_id ?? undefined,
  body: JSON.parse(row.body),
  hash: row.hash,
});

async function verify(db: Kysely<Tables>): Promise<ChainVerdict> {
  let records = 0;
  let sequence = 0;
  let previousHash: string | undefined;
  const anchors = new Set([genesis, ...(await anchorHashes(db))]);
  const broken = (brokenAt: number, why: string): ChainVerdict => ({
    status: 'broken',
    records,
    brokenAt,
    why,
  });
  for (;;) {
    const rows = await db
      .selectFrom('grid_evidence')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(pageRows)
      .execute();
    for (const row of rows) {
      if (previousHash === undefined && !anchors.has(row.previous_hash))
        return broken(
          row.sequence,
          'the records before it were removed, and nothing tells that they were pruned',
        );
      if (previousHash !== undefined && row.previous_hash !== previousHash)
        return broken(row.sequence, 'it does not follow the record before it: one was removed or changed');
      if (hashOf(row) !== row.hash) return broken(row.sequence, 'it was changed after it was written');
      previousHash = row.hash;
      sequence = row.sequence;
      records += 1;
    }
    if (rows.length < pageRows) break;
  }
  const numbered = await db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', 'evidence')
    .executeTakeFirst();
  if ((numbered?.value ?? 0) > sequence) return broken(sequence + 1, 'the newest records were removed');
  return { status: 'whole', records, lastHash: previousHash ?? genesis };
}

const anchorHashes = async (db: Kysely<Tables>): Promise<readonly string[]> => {
  const rows = await db.selectFrom('grid_evidence').select('body').where('kind', '=', prunedKind).execute();
  return rows.map(({ body }) => (JSON.parse(body) as { readonly lastHash: string }).lastHash);
};

async function prune(transaction: Transaction<Tables>, beforeMs: number, atMs: number): Promise<number> {
  const last = await transaction
    .selectFrom('grid_evidence')
    .select(['sequence', 'hash'])
    .where('at_ms', '<', beforeMs)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return 0;
  const { numDeletedRows } = await transaction
    .deleteFrom('grid_evidence')
    .where('sequence', '<=', last.sequence)
    .executeTakeFirstOrThrow();
  const body = { upTo: last.sequence, lastHash: last.hash };
  const about = { connectionId: '', node: undefined, externalId: undefined };
  await appendEvidence(transaction, { atMs, kind: prunedKind, ...about, body });
  return Number(numDeletedRows);
}
