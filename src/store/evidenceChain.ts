import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely, Selectable } from 'kysely';
import type { Logger } from '../log.ts';
import { openDatabase } from './dialect.ts';
import type { GridEvidenceTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Before the first record there is nothing. */
export const genesis = '0'.repeat(64);
export const prunedKind = 'pruned';
const pageRows = 1_000;

/** `brokenAt` is the first record that was changed, or that follows one which was removed. */
export type ChainVerdict =
  | { readonly status: 'whole'; readonly records: number; readonly lastHash: string }
  | { readonly status: 'broken'; readonly records: number; readonly brokenAt: number; readonly why: string };

export function hashOf(row: Omit<Selectable<GridEvidenceTable>, 'hash'>): string {
  const { sequence, at_ms, kind, connection_id, node, external_id, body, previous_hash } = row;
  const told = JSON.stringify([previous_hash, sequence, at_ms, kind, connection_id, node, external_id, body]);
  return createHash('sha256').update(told).digest('hex');
}

const removed = 'the records before it were removed, and nothing tells that they were pruned';
const detached = 'it does not follow the record before it: one was removed or changed';

/** The same for a database that a service may be using: nothing in it is changed, nobody has to wait. */
export async function verifyEvidenceIn(url: string, log: Logger): Promise<ChainVerdict> {
  const { db } = await openDatabase(url, log);
  try {
    return await inStore('verify the evidence', () => verifyChain(db));
  } finally {
    await db.destroy();
  }
}

/** Reads the chain page by page while others go on appending to it, and pruning it. */
export async function verifyChain(db: Kysely<Tables>): Promise<ChainVerdict> {
  // Before the records: what is appended meanwhile has higher numbers.
  const numbered = await lastNumber(db);
  let anchors = await anchorHashes(db);
  const isAnchor = async (hash: string): Promise<boolean> => {
    if (anchors.has(hash)) return true;
    anchors = await anchorHashes(db);
    return anchors.has(hash);
  };
  let records = 0;
  let sequence = 0;
  let previousHash: string | undefined;
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
      // The record before it may have been pruned since the last page was read.
      if (row.previous_hash !== previousHash && !(await isAnchor(row.previous_hash)))
        return broken(row.sequence, previousHash === undefined ? removed : detached);
      if (hashOf(row) !== row.hash) return broken(row.sequence, 'it was changed after it was written');
      previousHash = row.hash;
      sequence = row.sequence;
      records += 1;
    }
    if (rows.length < pageRows) break;
    // SQLite reads in our own thread: between two pages everybody else gets a turn.
    await nextTurn();
  }
  if (numbered > sequence) return broken(sequence + 1, 'the newest records were removed');
  return { status: 'whole', records, lastHash: previousHash ?? genesis };
}

async function lastNumber(db: Kysely<Tables>): Promise<number> {
  const counter = await db
    .selectFrom('counter')
    .select('value')
    .where('name', '=', 'evidence')
    .executeTakeFirst();
  return counter?.value ?? 0;
}

/** After which records the chain may begin. */
const anchorHashes = async (db: Kysely<Tables>): Promise<ReadonlySet<string>> => {
  const rows = await db.selectFrom('grid_evidence').select('body').where('kind', '=', prunedKind).execute();
  // Only `pruneEvidence` writes records of this kind; one that was tampered with fails by its own hash.
  return new Set([genesis, ...rows.map(({ body }) => lastHashOf(body))]);
};

function lastHashOf(body: string): string {
  const { lastHash } = JSON.parse(body) as { readonly lastHash?: string };
  return lastHash ?? '';
}
