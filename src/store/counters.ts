import type { Transaction } from 'kysely';
import type { Tables } from './schema.ts';

export type CounterName = 'epoch' | 'transaction' | 'audit' | 'evidence' | 'station command' | 'reservation';

/**
 * The next number of a counter, from 1, or the last of the next `count`. PostgreSQL locks the counter's row until the transaction ends and
 * SQLite has one writer, so numbers are given out one after the other and none is given twice; a transaction
 * that is rolled back gives its number back.
 */
export async function nextNumber(
  transaction: Transaction<Tables>,
  name: CounterName,
  count = 1,
): Promise<number> {
  const { value } = await transaction
    .insertInto('counter')
    .values({ name, value: count })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((row) => ({ value: row('counter.value', '+', count) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}
