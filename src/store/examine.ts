import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sql } from 'kysely';
import type { Logger } from '../log.ts';
import { type OpenDatabase, openDatabase } from './dialect.ts';
import { unknownMigrations } from './migrate.ts';
import { StoreError } from './storeError.ts';

/** What a look at the database found, without a change to it. */
export interface Examined {
  readonly kind: 'PostgreSQL' | 'SQLite' | 'memory';
  /** `missing`: the first start makes it. */
  readonly state: 'usable' | 'missing';
  /** Free on the disk of the file, in bytes. */
  readonly freeBytes: number | undefined;
  /** How far its machine's clock is ahead of ours; undefined where it is this machine. */
  readonly clockAheadMs: number | undefined;
}

/** Rejects with a `StoreError` that says what is wrong and what to do. Safe beside the running service. */
export async function examineDatabase(
  url: string,
  { log, nowMs }: { readonly log: Logger; readonly nowMs: () => number },
): Promise<Examined> {
  if (url === 'sqlite::memory:') return { ...nothing, kind: 'memory', state: 'usable' };
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined;
  const freeBytes = file === undefined ? undefined : await roomFor(file);
  if (file !== undefined && !existsSync(file))
    return { ...nothing, kind: 'SQLite', state: 'missing', freeBytes };
  const { db } = await openDatabase(url, log);
  try {
    const unknown = await unknownMigrations(db);
    if (unknown.length > 0) {
      throw new StoreError(
        'schema-too-new',
        `the database was used by a newer version of Lastvakt (it has ${unknown.join(', ')}): start that version`,
      );
    }
    if (file !== undefined) {
      await checkWhole(db, file);
      return { ...nothing, kind: 'SQLite', state: 'usable', freeBytes };
    }
    return { ...nothing, kind: 'PostgreSQL', state: 'usable', clockAheadMs: await clockAheadMs(db, nowMs) };
  } finally {
    await db.destroy();
  }
}

const nothing = { freeBytes: undefined, clockAheadMs: undefined } as const;

/** Room on the disk of the file. Rejects when its folder cannot be written to. */
async function roomFor(file: string): Promise<number> {
  const folder = dirname(file);
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    throw new StoreError(
      'file-not-usable',
      `the folder ${folder} of the database file cannot be written to: make it, and let this user write to it`,
      error,
    );
  }
}

async function checkWhole(db: OpenDatabase['db'], file: string): Promise<void> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  const verdict = rows[0]?.quick_check ?? 'no answer';
  if (verdict === 'ok') return;
  throw new StoreError(
    'not-a-database',
    `the database file ${file} is damaged (${verdict}): stop the service and restore a backup`,
  );
}

/** Its answer was on the way for some time, of which half is taken to be the way back. */
async function clockAheadMs(db: OpenDatabase['db'], nowMs: () => number): Promise<number> {
  const askedAtMs = nowMs();
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(db);
  const between = (askedAtMs + nowMs()) / 2;
  return Number(rows[0]?.ms ?? between) - between;
}
