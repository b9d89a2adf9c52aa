import type { Kysely } from 'kysely';
import { type SiteId, siteId } from '../domain/ids.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

export interface SiteStopStore {
  /** Durable once it resolves. A site that is stopped already keeps its first stop. */
  insertStop(stop: SiteStop): Promise<void>;
  /** Durable once it resolves. */
  deleteStop(id: SiteId): Promise<void>;
  /** Every stop in force. */
  stops(): Promise<readonly SiteStop[]>;
}

export function siteStopStore(db: Kysely<Tables>): SiteStopStore {
  return {
    insertStop: ({ siteId: id, atMs, by, reason }) =>
      inStore(`store the stop of site ${id}`, async () => {
        await db
          .insertInto('site_stop')
          .values({ site_id: id, at_ms: atMs, stopped_by: by, reason })
          .onConflict((conflict) => conflict.column('site_id').doNothing())
          .execute();
      }),

    deleteStop: (id) =>
      inStore(`release site ${id}`, async () => {
        await db.deleteFrom('site_stop').where('site_id', '=', id).execute();
      }),

    stops: () =>
      inStore('read the stopped sites', async () => {
        const rows = await db.selectFrom('site_stop').selectAll().orderBy('site_id').execute();
        return rows.map((row) => ({
          siteId: siteId(row.site_id),
          atMs: row.at_ms,
          by: row.stopped_by,
          reason: row.reason,
        }));
      }),
  };
}
