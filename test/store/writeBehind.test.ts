import { setImmediate } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/dialect.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { Tables } from '../../src/store/schema.ts';
import { WriteBehind, type WriteBehindOptions } from '../../src/store/writeBehind.ts';
import { eventually } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { recordedLog } from './recordedLog.ts';

const flushMs = 200;

interface Given {
  readonly queue: WriteBehind;
  readonly clock: VirtualClock;
  readonly messages: () => readonly string[];
  /** Standing amps by EVSE, as stored. */
  stored(): Promise<Record<string, number | null>>;
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A queue over a SQLite database in memory, on a clock that stands still. */
async function given(options: Partial<WriteBehindOptions> = {}): Promise<Given> {
  const { log, messages } = recordedLog();
  const clock = new VirtualClock(0);
  const database = await openDatabase('sqlite::memory:', log);
  const { db, migrating } = database;
  await migrating(() => migrate(db));
  const queue = new WriteBehind(database, { log, clock }, { flushMs, ...options });
  cleanUps.push(async () => {
    await queue.stop();
    await db.destroy();
  });
  return {
    queue,
    clock,
    messages,
    async stored() {
      const rows = await db.selectFrom('evse_command').selectAll().orderBy('evse_id').execute();
      return Object.fromEntries(rows.map((row) => [row.evse_id, row.standing_amps]));
    },
  };
}

type Write = Parameters<WriteBehind['put']>[1];

const standing =
  (evseId: string, amps: number): Write =>
  async (transaction) => {
    const columns = { standing_amps: amps };
    await transaction
      .insertInto('evse_command')
      .values({ evse_id: evseId, ...columns })
      .onConflict((conflict) => conflict.column('evse_id').doUpdateSet(columns))
      .execute();
  };

/** Breaks a constraint, whatever else is written. */
const refused: Write = async (transaction: Transaction<Tables>) => {
  await transaction.insertInto('counter').values({ name: 'twice', value: 1 }).execute();
  await transaction.insertInto('counter').values({ name: 'twice', value: 1 }).execute();
};

/** The outside is away: an error without a code, as a lost connection gives. */
const cutOff: Write = async () => {
  throw new Error('connection lost');
};

const settled = (queue: WriteBehind): Promise<void> =>
  eventually(() => expect(queue.state().waiting).toBe(0));

describe('the write queue', () => {
  it('waits for others to share the transaction, then writes the newest of each key', async () => {
    const { queue, clock, stored } = await given();
    queue.put('a', standing('A1', 6));
    queue.put('b', standing('A2', 6));
    queue.put('a', standing('A1', 16));
    clock.advance(flushMs - 1);
    await setImmediate();
    expect(queue.state()).toEqual({ waiting: 2, lost: 0, isFailing: false });
    clock.advance(1);
    await settled(queue);
    expect(await stored()).toEqual({ A1: 16, A2: 6 });
  });

  it('writes in the order in which the keys came', async () => {
    const { queue, clock, stored } = await given({ batchMax: 1 });
    queue.put('first', standing('A1', 1));
    queue.put('second', standing('A1', 2));
    queue.put('third', standing('A1', 3));
    for (let batch = 0; batch < 3; batch += 1) {
      clock.advance(flushMs);
      await eventually(() => expect(queue.state().waiting).toBe(2 - batch));
    }
    expect(await stored()).toEqual({ A1: 3 });
  });

  it('holds its bound, loses the record past it, and says so once', async () => {
    const { queue, clock, messages, stored } = await given({ recordsMax: 2 });
    queue.put('a', standing('A1', 1));
    queue.put('b', standing('A2', 2));
    expect(queue.state()).toEqual({ waiting: 2, lost: 0, isFailing: false });
    queue.put('c', standing('A3', 3));
    queue.put('d', standing('A4', 4));
    queue.put('a', standing('A1', 10)); // A key that waits already takes no further room.
    expect(queue.state()).toEqual({ waiting: 2, lost: 2, isFailing: false });
    clock.advance(flushMs);
    await settled(queue);
    expect(await stored()).toEqual({ A1: 10, A2: 2 });
    expect(messages()).toEqual(['record lost, more may follow', 'database takes records again']);
  });

  it('keeps what failed, tries it again ever more rarely, and reports only the change', async () => {
    const { queue, clock, messages, stored } = await given({ retryMinMs: 1000, retryMaxMs: 2000 });
    let attempts = 0;
    queue.put('a', async (transaction) => {
      attempts += 1;
      if (attempts <= 3) return cutOff(transaction);
      return standing('A1', 6)(transaction);
    });
    for (const [attempt, delayMs] of [flushMs, 1000, 2000, 2000].entries()) {
      clock.advance(delayMs - 1);
      await setImmediate();
      expect(attempts).toBe(attempt);
      clock.advance(1);
      await eventually(() => expect(attempts).toBe(attempt + 1));
      await setImmediate();
    }
    await settled(queue);
    expect(await stored()).toEqual({ A1: 6 });
    expect(queue.state()).toEqual({ waiting: 0, lost: 0, isFailing: false });
    expect(messages()).toEqual(['database takes no records', 'database takes records again']);
  });

  it('prefers a newer record over the one that failed', async () => {
    const { queue, clock, stored } = await given({ retryMinMs: 10 });
    queue.put('a', cutOff);
    clock.advance(flushMs);
    await eventually(() => expect(queue.state().isFailing).toBe(true));
    queue.put('a', standing('A1', 8));
    clock.advance(10);
    await settled(queue);
    expect(await stored()).toEqual({ A1: 8 });
  });

  it('drops a record the database refuses and writes the others of its batch', async () => {
    const { queue, clock, messages, stored } = await given();
    queue.put('a', standing('A1', 1));
    queue.put('b', refused);
    queue.put('c', standing('A3', 3));
    clock.advance(flushMs);
    await settled(queue);
    expect(await stored()).toEqual({ A1: 1, A3: 3 });
    expect(queue.state()).toEqual({ waiting: 0, lost: 1, isFailing: false });
    expect(messages()).toEqual(['record refused by the database']);
  });

  it('writes what waits when it is stopped, and loses what comes after', async () => {
    const { queue, stored } = await given({ batchMax: 2 });
    for (const id of ['A1', 'A2', 'A3']) queue.put(id, standing(id, 6));
    await queue.stop();
    queue.put('A4', standing('A4', 6));
    await queue.stop();
    expect(await stored()).toEqual({ A1: 6, A2: 6, A3: 6 });
    expect(queue.state()).toEqual({ waiting: 0, lost: 1, isFailing: false });
  });

  it('stops within its time when the database hangs, and counts what is left', async () => {
    const { queue, clock, messages } = await given({ stopTimeoutMs: 5000 });
    let release = (): void => {};
    queue.put('a', () => new Promise((resolve) => (release = resolve)));
    clock.advance(flushMs);
    queue.put('b', standing('A2', 6));
    const stopping = queue.stop();
    clock.advance(5000);
    await stopping;
    expect(queue.state()).toEqual({ waiting: 0, lost: 2, isFailing: false });
    expect(messages()).toEqual(['stopped before all records were stored']);
    release();
  });
});
