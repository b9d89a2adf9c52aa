import type { Kysely } from 'kysely';
import type { ConnectionPhase, ConnectionState } from '../domain/gridConnection.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** Where a connection to a grid operator stands, on the wall clock. */
export interface KeptConnection {
  readonly id: string;
  readonly state: ConnectionState;
}

export interface GridConnectionStore {
  /** Queued. A crash may lose the last moments, and then a silence is noticed again. */
  rememberConnection(kept: KeptConnection): void;
  connections(): Promise<readonly KeptConnection[]>;
}

export function gridConnectionStore(db: Kysely<Tables>, queue: WriteBehind): GridConnectionStore {
  return {
    rememberConnection({ id, state }) {
      const columns = {
        phase: state.phase,
        since_ms: Math.round(state.sinceMs),
        heard_at_ms: whole(state.heardAtMs),
        alive_until_ms: whole(state.aliveUntilMs),
      };
      queue.put(`grid connection ${id}`, async (transaction) => {
        await transaction
          .insertInto('grid_connection')
          .values({ id, ...columns })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
          .execute();
      });
    },

    connections: () =>
      inStore('read the connections to grid operators', async () => {
        const rows = await db.selectFrom('grid_connection').selectAll().orderBy('id').execute();
        return rows.map((row) => ({
          id: row.id,
          state: {
            // Only `rememberConnection` writes this column.
            phase: row.phase as ConnectionPhase,
            sinceMs: row.since_ms,
            heardAtMs: row.heard_at_ms ?? undefined,
            aliveUntilMs: row.alive_until_ms ?? undefined,
            backAtMs: undefined,
          },
        }));
      }),
  };
}

const whole = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms));
