import type { Kysely, Selectable } from 'kysely';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import type { Logger } from '../log.ts';
import { openDatabase } from './dialect.ts';
import { genesis, hashOfParts, lastNumberOf, verifyChain } from './hashChain.ts';
import type { GridEvidenceTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

export const prunedKind = 'pruned';

type EvidenceRow = Selectable<GridEvidenceTable>;

export const hashOfEvidence = (row: Omit<EvidenceRow, 'hash'>): string =>
  hashOfParts([
    row.previous_hash,
    row.sequence,
    row.at_ms,
    row.kind,
    row.connection_id,
    row.node,
    row.external_id,
    row.body,
  ]);

export const verifyEvidenceChain = (db: Kysely<Tables>, noted?: string): Promise<ChainVerdict> =>
  verifyChain<EvidenceRow>(
    {
      lastNumber: () => lastNumberOf(db, 'evidence'),
      page: (after, count) =>
        db
          .selectFrom('grid_evidence')
          .selectAll()
          .where('sequence', '>', after)
          .orderBy('sequence')
          .limit(count)
          .execute(),
      hashOf: hashOfEvidence,
      anchors: () => anchorHashes(db),
    },
    noted,
  );

/** The same for a database that a service may be using: nothing in it is changed, nobody has to wait. */
export async function verifyEvidenceIn(url: string, log: Logger, noted?: string): Promise<ChainVerdict> {
  const { db } = await openDatabase(url, log);
  try {
    return await inStore('verify the evidence', () => verifyEvidenceChain(db, noted));
  } finally {
    await db.destroy();
  }
}

/** Where the chain began, and where pruning let it begin anew. */
const anchorHashes = async (db: Kysely<Tables>): Promise<ReadonlySet<string>> => {
  const rows = await db.selectFrom('grid_evidence').select('body').where('kind', '=', prunedKind).execute();
  // Only `pruneEvidence` writes records of this kind; one that was tampered with fails by its own hash.
  return new Set([genesis, ...rows.map(({ body }) => lastHashOf(body))]);
};

function lastHashOf(body: string): string {
  const { lastHash } = JSON.parse(body) as { readonly lastHash?: string };
  return lastHash ?? '';
}
