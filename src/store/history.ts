import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { siteId } from '../domain/ids.ts';
import { hourMs, hourOf, type Minute, type MinuteSeries, type SeriesMinute } from '../domain/minutes.ts';
import type { Logger } from '../log.ts';
import { openDatabase } from './dialect.ts';
import { minutesOf, withMinutes } from './historyHour.ts';
import type { HistoryHourTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind, WriteBehindOptions, WriteQueueState } from './writeBehind.ts';

/**
 * A queue of its own, so that history never takes the room of what bills and safety rest on; one record a
 * transaction, because SQLite runs in our own thread.
 */
export const historyQueueOptions: Partial<WriteBehindOptions> = { recordsMax: 1_000, batchMax: 1 };

/** Series in one record. */
const seriesMax = 50;
/** Hours read or removed in one go. */
const pageHours = 24;
const pruneHoursMax = 100;

/** From `fromMs` up to `untilMs`, which is not included. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface HistoryStore {
  /** Queued. All are of one minute of one site. */
  keepMinutes(minutes: readonly SeriesMinute[]): void;
  /** Of one series, in order. */
  minutes(series: MinuteSeries, span: TimeSpan): AsyncIterable<Minute>;
  /** Removes the oldest hours before this instant, and tells how many; as long as that is not 0, more may be left. */
  pruneHistory(beforeMs: number): Promise<number>;
  historyQueue(): WriteQueueState;
}

export function historyStore(db: Kysely<Tables>, queue: WriteBehind): HistoryStore {
  return {
    keepMinutes(minutes) {
      for (let from = 0; from < minutes.length; from += seriesMax) {
        const chunk = minutes.slice(from, from + seriesMax);
        const [first] = chunk;
        if (first === undefined) return;
        queue.put(`minute ${first.series.siteId} ${first.atMs} ${from}`, (row) => merge(row, chunk));
      }
    },

    async *minutes({ siteId: site, kind, id }, { fromMs, untilMs }) {
      for (let hour = hourOf(fromMs); hour < untilMs; hour += pageHours * hourMs) {
        const rows = await inStore('read the history', () =>
          db
            .selectFrom('history_hour')
            .selectAll()
            .where('site_id', '=', site)
            .where('kind', '=', kind)
            .where('series_id', '=', id)
            .where('hour_ms', '>=', hour)
            .where('hour_ms', '<', Math.min(untilMs, hour + pageHours * hourMs))
            .orderBy('hour_ms')
            .execute(),
        );
        for (const row of rows) yield* within(row, { fromMs, untilMs });
        // SQLite reads in our own thread: between two pages everybody else gets a turn.
        await nextTurn();
      }
    },

    pruneHistory: (beforeMs) => inStore('prune the history', () => prune(db, beforeMs)),
    historyQueue: () => queue.state(),
  };
}

/** Everything of a time span from a database that a service may be using, hour by hour: nothing in it is changed. */
export async function* historyIn(url: string, span: TimeSpan, log: Logger): AsyncIterable<SeriesMinute> {
  const { db } = await openDatabase(url, log);
  try {
    for (let hour = hourOf(span.fromMs); hour < span.untilMs; hour += hourMs) {
      const rows = await inStore('read the history', () =>
        db.selectFrom('history_hour').selectAll().where('hour_ms', '=', hour).execute(),
      );
      for (const row of rows) {
        for (const minute of within(row, span)) yield { ...minute, series: seriesOf(row) };
      }
    }
  } finally {
    await db.destroy();
  }
}

const within = (row: Selectable<HistoryHourTable>, { fromMs, untilMs }: TimeSpan): readonly Minute[] =>
  minutesOf(row.body, row.hour_ms).filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);

const seriesOf = (row: Selectable<HistoryHourTable>): MinuteSeries => ({
  siteId: siteId(row.site_id),
  // Only `keepMinutes` writes here.
  kind: row.kind as MinuteSeries['kind'],
  id: row.series_id,
});

/** Adds minutes to the hours they are in, which a process before this one may have begun. */
async function merge(transaction: Transaction<Tables>, minutes: readonly SeriesMinute[]): Promise<void> {
  const [first] = minutes;
  if (first === undefined) return;
  const { siteId: site } = first.series;
  const hour = hourOf(first.atMs);
  const keyOf = (kind: string, id: string): string => `${kind} ${id}`;
  const known = await transaction
    .selectFrom('history_hour')
    .select(['kind', 'series_id', 'body'])
    .where('site_id', '=', site)
    .where('hour_ms', '=', hour)
    .where(
      'series_id',
      'in',
      minutes.map(({ series }) => series.id),
    )
    .execute();
  const bodies = new Map(known.map(({ kind, series_id, body }) => [keyOf(kind, series_id), body]));
  await transaction
    .insertInto('history_hour')
    .values(
      minutes.map((minute) => {
        const { kind, id } = minute.series;
        const body = withMinutes(bodies.get(keyOf(kind, id)), hour, [minute]);
        return { site_id: site, kind, series_id: id, hour_ms: hour, body };
      }),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['site_id', 'kind', 'series_id', 'hour_ms'])
        .doUpdateSet((row) => ({ body: row.ref('excluded.body') })),
    )
    .execute();
}

/** An hour at a time, oldest first, so that nobody waits long. */
async function prune(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  for (let hours = 0; hours < pruneHoursMax; hours += 1) {
    const oldest = await db
      .selectFrom('history_hour')
      .select('hour_ms')
      .where('hour_ms', '<', beforeMs - hourMs)
      .orderBy('hour_ms')
      .limit(1)
      .executeTakeFirst();
    if (oldest === undefined) return hours;
    await db.deleteFrom('history_hour').where('hour_ms', '=', oldest.hour_ms).execute();
    await nextTurn();
  }
  return pruneHoursMax;
}
