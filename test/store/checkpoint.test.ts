import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql, type Transaction } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { circuitId, limitId } from '../../src/domain/ids.ts';
import { openDatabase } from '../../src/store/dialect.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import type { Tables } from '../../src/store/schema.ts';
import { givenHeard } from '../control/givenConnection.ts';
import { eventually } from '../eventually.ts';
import { recordedLog } from './recordedLog.ts';

// A grid operator waits for the commit of its limit. To move the log of SQLite into its file takes the disk several times as
// long: nobody waits for that.

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function givenFile(): Promise<{ readonly store: Store; bytes(): number }> {
  const folder = await mkdtemp(join(tmpdir(), 'lastvakt-store-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'lastvakt.db');
  const store = await openStore(`sqlite:${file}`, { log: recordedLog().log, clock: systemClock() });
  cleanUps.push(() => store.stop());
  return { store, bytes: () => statSync(file).size };
}

/** Each waits for its own commit; together they are longer than what SQLite by itself leaves in its log, 1000 pages. */
async function setLimits(store: Store, count: number): Promise<void> {
  const reason = 'x'.repeat(40_000);
  for (let index = 0; index < count; index += 1) {
    const set = [givenHeard({ id: limitId(`limit ${index}`), reason })];
    await store.changeLimits({ set, ended: [], atMs: 0, endedBy: 'dso', evidence: [] });
  }
}

it('leaves limits in the log while their senders wait, and moves them after records that nobody waits for', async () => {
  const { store, bytes } = await givenFile();
  const before = bytes();
  await setLimits(store, 150);
  expect(bytes()).toBe(before);
  store.rememberRelease({ node: circuitId('grid'), key: 'dso connection', release: undefined });
  await eventually(() => expect(bytes()).toBeGreaterThan(before + 150 * 40_000));
});

it('does not let the log grow for ever where no such record comes', async () => {
  const { store, bytes } = await givenFile();
  const before = bytes();
  await setLimits(store, 450);
  expect(bytes()).toBeGreaterThan(before);
});

/** 2: a commit waits for the disk in our thread. 1: it does not. */
const synchronous = async (db: Kysely<Tables> | Transaction<Tables>): Promise<number | undefined> =>
  (await sql<{ readonly synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous;

it('waits for the disk in another thread where it is told to, and within every other commit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lastvakt-store-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const { db, migrating, durably } = await openDatabase(`sqlite:${join(folder, 'x.db')}`, recordedLog().log);
  cleanUps.push(() => db.destroy());
  await migrating(() => migrate(db));
  const inCommits: (number | undefined)[] = [];
  const note = async (transaction: Transaction<Tables>): Promise<void> => {
    inCommits.push(await synchronous(transaction));
  };
  const refuse = () => Promise.reject(new Error('refused'));
  await durably(note);
  await db.transaction().execute(note);
  await expect(durably(refuse)).rejects.toThrow('refused');
  await Promise.all([durably(note), db.transaction().execute(note), durably(note)]);
  await db.transaction().execute(note);
  expect(inCommits).toEqual([1, 2, 1, 2, 1, 2]);
});
