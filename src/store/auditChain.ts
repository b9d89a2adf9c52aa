import type { Kysely, Selectable } from 'kysely';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import type { Logger } from '../log.ts';
import { openDatabase } from './dialect.ts';
import { genesis, hashOfParts, lastNumberOf, verifyChain } from './hashChain.ts';
import type { Tables } from './schema.ts';
import type { AuditTable } from './schemaPeople.ts';
import { inStore } from './storeError.ts';

type AuditRow = Selectable<AuditTable>;

export const hashOfAudit = (row: Omit<AuditRow, 'hash'>): string =>
  hashOfParts([
    row.previous_hash,
    row.sequence,
    row.at_ms,
    row.actor,
    row.action,
    row.target,
    row.before,
    row.after,
    row.site_id,
    row.request_id,
    row.address,
  ]);

export const verifyAuditChain = (db: Kysely<Tables>, noted?: string): Promise<ChainVerdict> =>
  verifyChain<AuditRow>(
    {
      lastNumber: () => lastNumberOf(db, 'audit'),
      page: (after, count) =>
        db
          .selectFrom('audit')
          .selectAll()
          .where('sequence', '>', after)
          .orderBy('sequence')
          .limit(count)
          .execute(),
      hashOf: hashOfAudit,
      anchors: async () => new Set([genesis]),
    },
    noted,
  );

/** The same for a database that a service may be using: nothing in it is changed, nobody has to wait. */
export async function verifyAuditIn(url: string, log: Logger, noted?: string): Promise<ChainVerdict> {
  const { db } = await openDatabase(url, log);
  try {
    return await inStore('verify the audit log', () => verifyAuditChain(db, noted));
  } finally {
    await db.destroy();
  }
}
