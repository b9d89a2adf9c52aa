import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import type { CounterName } from './counters.ts';
import type { Tables } from './schema.ts';

/** Before the first record there is nothing. */
export const genesis = '0'.repeat(64);
const pageRows = 1_000;

/** A record whose hash covers itself and, through `previous_hash`, everything before it. */
export interface Link {
  readonly sequence: number;
  readonly previous_hash: string;
  readonly hash: string;
}

export interface Chain<Row extends Link> {
  /** The highest number given out. Read before the records, since more may be appended meanwhile. */
  lastNumber(): Promise<number>;
  /** In the order of their numbers. */
  page(after: number, count: number): Promise<readonly Row[]>;
  hashOf(row: Row): string;
  /** After which records the chain may begin. */
  anchors(): Promise<ReadonlySet<string>>;
}

/** The hash of what a record tells, in an order that never changes. */
export const hashOfParts = (parts: readonly (string | number | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const removed = 'the records before it were removed, and nothing tells that they were pruned';
const detached = 'it does not follow the record before it: one was removed or changed';
const changed = 'it was changed after it was written';
const cut = 'the newest records were removed';
const rewritten =
  'the hash that was noted is not in the chain: it was written anew, or does not belong to it';

/**
 * Reads the chain page by page while others go on appending to it, and pruning it. `noted` is a hash that it had before:
 * whoever can write the whole database can also write a whole chain, but not one with that hash in it.
 */
export async function verifyChain<Row extends Link>(
  chain: Chain<Row>,
  noted?: string,
): Promise<ChainVerdict> {
  const numbered = await chain.lastNumber();
  let anchors = await chain.anchors();
  const isAnchor = async (hash: string): Promise<boolean> => {
    if (anchors.has(hash)) return true;
    anchors = await chain.anchors();
    return anchors.has(hash);
  };
  let records = 0;
  let sequence = 0;
  let previousHash: string | undefined;
  let isNotedSeen = noted === undefined || noted === genesis;
  const broken = (brokenAt: number, why: string): ChainVerdict => ({
    status: 'broken',
    records,
    brokenAt,
    why,
  });
  for (;;) {
    const rows = await chain.page(sequence, pageRows);
    for (const row of rows) {
      // The record before it may have been pruned since the last page was read.
      if (row.previous_hash !== previousHash && !(await isAnchor(row.previous_hash)))
        return broken(row.sequence, previousHash === undefined ? removed : detached);
      if (chain.hashOf(row) !== row.hash) return broken(row.sequence, changed);
      isNotedSeen ||= row.hash === noted;
      previousHash = row.hash;
      sequence = row.sequence;
      records += 1;
    }
    if (rows.length < pageRows) break;
    // SQLite reads in our own thread: between two pages everybody else gets a turn.
    await nextTurn();
  }
  if (numbered > sequence) return broken(sequence + 1, cut);
  if (!isNotedSeen) return broken(1, rewritten);
  return { status: 'whole', records, lastHash: previousHash ?? genesis };
}

export async function lastNumberOf(db: Kysely<Tables>, name: CounterName): Promise<number> {
  const counter = await db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirst();
  return counter?.value ?? 0;
}
