import type { Selectable, Transaction } from 'kysely';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import { nextNumber } from './counters.ts';
import type { OpenDatabase } from './dialect.ts';
import { hashOfEvidence, prunedKind, verifyEvidenceChain } from './evidenceChain.ts';
import { genesis } from './hashChain.ts';
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

export function evidenceStore({ db, durably }: Pick<OpenDatabase, 'db' | 'durably'>): EvidenceStore {
  return {
    appendEvidence: (entries) =>
      inStore('append to the evidence', () => durably((transaction) => appendEvidence(transaction, entries))),

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

    verifyEvidence: () => inStore('verify the evidence', () => verifyEvidenceChain(db)),

    pruneEvidence: (beforeMs, atMs) =>
      inStore('prune the evidence', () => db.transaction().execute((row) => prune(row, beforeMs, atMs))),
  };
}

/** Rows in one statement: both databases bound how many values one may carry. */
const rowsMax = 100;

/** For a change that must not be without its evidence. */
export async function appendEvidence(
  transaction: Transaction<Tables>,
  entries: readonly EvidenceEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  // Taking the numbers locks the counter: nobody else can append between here and the end of the transaction.
  const lastSequence = await nextNumber(transaction, 'evidence', entries.length);
  const last = await transaction
    .selectFrom('grid_evidence')
    .select('hash')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  let previousHash = last?.hash ?? genesis;
  const rows = entries.map((entry, index) => {
    const row = {
      sequence: lastSequence - entries.length + 1 + index,
      at_ms: entry.atMs,
      kind: entry.kind,
      connection_id: entry.connectionId,
      node: entry.node ?? null,
      external_id: entry.externalId ?? null,
      body: JSON.stringify(entry.body ?? null),
      previous_hash: previousHash,
    };
    previousHash = hashOfEvidence(row);
    return { ...row, hash: previousHash };
  });
  for (let from = 0; from < rows.length; from += rowsMax) {
    await transaction
      .insertInto('grid_evidence')
      .values(rows.slice(from, from + rowsMax))
      .execute();
  }
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
  await appendEvidence(transaction, [{ atMs, kind: prunedKind, ...about, body }]);
  return Number(numDeletedRows);
}
