import type { Kysely } from 'kysely';
import type { SessionId } from '../domain/ids.ts';
import type { SignedValue } from '../domain/sessionFact.ts';
import { quarterMs } from '../domain/sessionPoints.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

export interface SignedValueStore {
  /** Queued. Of each quarter of an hour one is kept for each context: a meter may sign every reading of every second. */
  saveSigned(id: SessionId, values: readonly SignedValue[]): void;
  /** In the order they were taken. */
  signedValues(id: SessionId): Promise<readonly SignedValue[]>;
}

export function signedValueStore(db: Kysely<Tables>, queue: WriteBehind): SignedValueStore {
  return {
    saveSigned(id, values) {
      for (const value of values) {
        const slot = `${Math.floor(value.atMs / quarterMs)} ${value.context ?? ''}`;
        const key = `signed ${id} ${slot}`;
        const row = {
          session_id: id,
          slot,
          at_ms: value.atMs,
          context: value.context ?? null,
          data: value.data,
          signing_method: value.signingMethod ?? null,
          encoding_method: value.encodingMethod ?? null,
          public_key: value.publicKey ?? null,
        };
        queue.put(key, async (transaction) => {
          await transaction
            .insertInto('signed_meter_value')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        });
      }
    },

    signedValues: (id) =>
      inStore('read signed meter values', async () => {
        const rows = await db
          .selectFrom('signed_meter_value')
          .selectAll()
          .where('session_id', '=', id)
          .orderBy('at_ms')
          .execute();
        return rows.map((row) => ({
          atMs: row.at_ms,
          context: row.context ?? undefined,
          data: row.data,
          signingMethod: row.signing_method ?? undefined,
          encodingMethod: row.encoding_method ?? undefined,
          publicKey: row.public_key ?? undefined,
        }));
      }),
  };
}
