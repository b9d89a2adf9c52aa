import type { Kysely, Transaction } from 'kysely';
import type { StationId } from '../domain/ids.ts';
import { nextNumber } from './counters.ts';
import type { GroupCommit } from './groupCommit.ts';
import type { Tables } from './schema.ts';

/** Everything a station says about the start of a transaction. A repeated message repeats all of it. */
export interface TransactionStart {
  readonly stationId: StationId;
  readonly evseNumber: number;
  readonly startedAtMs: number;
  readonly meterStartWh: number;
  readonly tokenId: string;
}

export interface TransactionStore {
  /**
   * The number of a transaction: rising from 1, within the 32-bit integer that devices keep it in. The same
   * start always gets the same number, so a station that never saw our answer and asks again does not open a
   * second transaction. Durable once it resolves.
   */
  transactionNumber(start: TransactionStart): Promise<number>;
}

/** `group` writes what comes at once in one transaction: after an outage hundreds of sessions begin in the same second. */
export function transactionStore(group: GroupCommit): TransactionStore {
  return {
    async transactionNumber(start) {
      let number: number | undefined;
      await group.write(`number a transaction of station ${start.stationId}`, async (transaction) => {
        number = (await numberOf(transaction, start)) ?? (await numbered(transaction, start));
      });
      if (number === undefined) throw new Error('a write that was kept has not run');
      return number;
    },
  };
}

async function numbered(transaction: Transaction<Tables>, start: TransactionStart): Promise<number> {
  const added = await transaction
    .insertInto('station_transaction')
    .values({ number: await nextNumber(transaction, 'transaction'), ...toColumns(start) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('number')
    .executeTakeFirst();
  // Nothing was added when another process numbered the same start since we looked: its number holds.
  const number = added?.number ?? (await numberOf(transaction, start));
  if (number === undefined) throw new Error('the number just stored is gone');
  return number;
}

async function numberOf(db: Kysely<Tables>, start: TransactionStart): Promise<number | undefined> {
  const columns = toColumns(start);
  const row = await db
    .selectFrom('station_transaction')
    .select('number')
    .where('station_id', '=', columns.station_id)
    .where('evse_number', '=', columns.evse_number)
    .where('started_at_ms', '=', columns.started_at_ms)
    .where('meter_start_wh', '=', columns.meter_start_wh)
    .where('token_id', '=', columns.token_id)
    .executeTakeFirst();
  return row?.number;
}

const toColumns = (start: TransactionStart) => ({
  station_id: start.stationId,
  evse_number: start.evseNumber,
  started_at_ms: start.startedAtMs,
  meter_start_wh: start.meterStartWh,
  token_id: start.tokenId,
});
