import type { Kysely, Selectable } from 'kysely';
import type { CommandAsked, CommandEnd, CommandOutcome, CommandRecord } from '../domain/commandRecord.ts';
import { type StationId, stationId } from '../domain/ids.ts';
import { nextNumber } from './counters.ts';
import { type Page, type PageRequest, pageOf, rowsToRead } from './paging.ts';
import type { StationCommandTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Commands that are kept of each station, the newest. */
const commandsMax = 1000;

export interface StationCommandStore {
  /** Durable once it resolves, with the number to finish it by. */
  beginCommand(asked: CommandAsked): Promise<number>;
  finishCommand(sequence: number, end: CommandEnd): Promise<void>;
  /** The newest first. */
  listCommands(id: StationId, request: PageRequest): Promise<Page<CommandRecord>>;
}

export function stationCommandStore(db: Kysely<Tables>): StationCommandStore {
  return {
    beginCommand: ({ stationId: id, atMs, actor, command, request }) =>
      inStore(`note the command "${command}"`, () =>
        db.transaction().execute(async (transaction) => {
          const sequence = await nextNumber(transaction, 'station command');
          const row = { sequence, station_id: id, at_ms: atMs, actor, command };
          await transaction
            .insertInto('station_command')
            .values({ ...row, request: JSON.stringify(request) })
            .execute();
          const oldestKept = await transaction
            .selectFrom('station_command')
            .select('sequence')
            .where('station_id', '=', id)
            .orderBy('sequence', 'desc')
            .offset(commandsMax - 1)
            .limit(1)
            .executeTakeFirst();
          if (oldestKept !== undefined) {
            await transaction
              .deleteFrom('station_command')
              .where('station_id', '=', id)
              .where('sequence', '<', oldestKept.sequence)
              .execute();
          }
          return sequence;
        }),
      ),

    finishCommand: (sequence, { outcome, answer, answeredAtMs }) =>
      inStore('note the answer to a command', async () => {
        await db
          .updateTable('station_command')
          .set({ outcome, answer: JSON.stringify(answer ?? null), answered_at_ms: answeredAtMs })
          .where('sequence', '=', sequence)
          .execute();
      }),

    listCommands: (id, request) =>
      inStore('list the commands of a station', async () => {
        let query = db
          .selectFrom('station_command')
          .selectAll()
          .where('station_id', '=', id)
          .orderBy('sequence', 'desc')
          .limit(rowsToRead(request));
        if (request.before !== undefined) query = query.where('sequence', '<', Number(request.before.id));
        return pageOf(await query.execute(), request, toRecord, (row) => ({
          atMs: row.at_ms,
          id: String(row.sequence),
        }));
      }),
  };
}

const toRecord = (row: Selectable<StationCommandTable>): CommandRecord => ({
  sequence: row.sequence,
  stationId: stationId(row.station_id),
  atMs: row.at_ms,
  actor: row.actor,
  command: row.command,
  request: JSON.parse(row.request),
  // Only `finishCommand` writes this column.
  outcome: (row.outcome ?? undefined) as CommandOutcome | undefined,
  answer: row.answer === null ? undefined : (JSON.parse(row.answer) ?? undefined),
  answeredAtMs: row.answered_at_ms ?? undefined,
});
