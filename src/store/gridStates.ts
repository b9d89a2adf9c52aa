import type { Kysely } from 'kysely';
import type { GroupCommit } from './groupCommit.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Named JSON documents of connections to grid operators: tokens, addresses, what was heard last. */
export interface GridStateStore {
  gridStates(connectionId: string): Promise<ReadonlyMap<string, unknown>>;
  /** Durable once it resolves, after every limit that was changed before; replaces the document of that name. */
  saveGridState(connectionId: string, name: string, document: unknown): Promise<void>;
}

export function gridStateStore(db: Kysely<Tables>, group: GroupCommit): GridStateStore {
  return {
    gridStates: (connectionId) =>
      inStore(`read the state of grid connection ${connectionId}`, async () => {
        const rows = await db
          .selectFrom('grid_states')
          .select(['name', 'document'])
          .where('connection_id', '=', connectionId)
          .orderBy('name')
          .execute();
        return new Map(rows.map(({ name, document }): [string, unknown] => [name, JSON.parse(document)]));
      }),

    saveGridState: (connectionId, name, value) =>
      group.write(`store the state of grid connection ${connectionId}`, async (transaction) => {
        const document = JSON.stringify(value);
        await transaction
          .insertInto('grid_states')
          .values({ connection_id: connectionId, name, document })
          .onConflict((conflict) => conflict.columns(['connection_id', 'name']).doUpdateSet({ document }))
          .execute();
      }),
  };
}
