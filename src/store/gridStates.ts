import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Named JSON documents of connections to grid operators: tokens, addresses, what was heard last. */
export interface GridStateStore {
  gridStates(connectionId: string): Promise<ReadonlyMap<string, unknown>>;
  /** Durable once it resolves; replaces the document of that name. */
  saveGridState(connectionId: string, name: string, document: unknown): Promise<void>;
}

export function gridStateStore(db: Kysely<Tables>): GridStateStore {
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
      inStore(`store the state of grid connection ${connectionId}`, async () => {
        const document = JSON.stringify(value);
        await db
          .insertInto('grid_states')
          .values({ connection_id: connectionId, name, document })
          .onConflict((conflict) => conflict.columns(['connection_id', 'name']).doUpdateSet({ document }))
          .execute();
      }),
  };
}
