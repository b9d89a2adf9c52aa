import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import Libsql from 'libsql';
import { codeOf, StoreError } from './storeError.ts';

/** SQLite waits in our own thread for another process that writes: short, since the control loop waits too. */
const busyMs = 250;

/**
 * Commits after which what is in the log is moved into the file itself: it takes the disk several times as long as a commit
 * does, so it is done where nobody waits. A log that grows beyond so many pages is moved by whoever commits.
 */
const commitsPerCheckpoint = 50;
const logPagesMax = 4_000;

/**
 * A SQLite file as Kysely wants it, whose every write begins by taking the write lock.
 *
 * libsql leaves a statement that failed with SQLITE_BUSY in progress until its garbage is collected, and until
 * then SQLite commits nothing on this connection: later writes would succeed and not be durable, or fail at
 * their commit [github.com/tursodatabase/libsql-js/pull/238]. Once the lock is taken no statement meets another
 * writer, and `exec`, which takes it, leaves nothing behind.
 */
export interface SqliteFile extends SqliteDatabase {
  /** Takes the write lock: until the commit every statement runs inside one transaction. */
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Whether a commit waits for the disk in our thread, as it does unless told otherwise; else `onDisk` must be waited for. */
  waitInCommit(waits: boolean): void;
  /** Resolves when everything that was committed is durable; the disk is waited for in another thread. */
  onDisk(): Promise<void>;
  /** For a moment when nobody waits for a commit. Never throws. */
  tidy(): void;
}

const syncFile = promisify(fdatasync);

/** Opens the file, made when missing. Throws a `StoreError` that says what to do. */
export function openSqliteFile(file: string): SqliteFile {
  const database = openDurably(file);
  const log = logOf(database);
  let logDescriptor: number | undefined;
  let waits = true;
  let synchronous = 'full';
  const begin = (): void => {
    try {
      // Without a log only SQLite itself knows what has to reach the disk, and in which order.
      const wanted = waits || log === undefined ? 'full' : 'normal';
      if (wanted !== synchronous) database.exec(`pragma synchronous = ${wanted}`);
      synchronous = wanted;
      database.exec('begin immediate');
    } catch (error) {
      throw notUsable(file, error);
    }
  };
  let commits = 0;
  const commit = (): void => {
    database.exec('commit');
    commits += 1;
  };
  const rollback = (): void => {
    // A full disk, for one, has already rolled it back; a second time would hide that error behind its own.
    if (database.inTransaction) database.exec('rollback');
  };
  // What Kysely's driver says around a transaction.
  const actions = new Map([
    ['begin', begin],
    ['commit', commit],
    ['rollback', rollback],
  ]);

  /** A write outside of a transaction gets its own. */
  const inTransaction = <T>(sql: string, work: () => T): T => {
    if (database.inTransaction || isRead(sql)) return work();
    begin();
    try {
      const result = work();
      commit();
      return result;
    } catch (error) {
      rollback();
      throw error;
    }
  };

  return {
    begin,
    commit,
    rollback,
    waitInCommit(doesWait) {
      waits = doesWait;
    },
    async onDisk() {
      if (log === undefined) return;
      // SQLite has handed all of it to the system: what its own commit would do now is this.
      logDescriptor ??= openSync(log, 'r');
      await syncFile(logDescriptor);
    },
    tidy() {
      if (commits < commitsPerCheckpoint || database.inTransaction) return;
      commits = 0;
      try {
        database.exec('pragma wal_checkpoint(passive)');
      } catch {
        // The log keeps everything, and the next commit tells what is wrong with the disk.
      }
    },
    prepare(sql) {
      const act = actions.get(sql);
      if (act !== undefined) return action(act);
      return lockingStatement(database.prepare(sql), (work) => inTransaction(sql, work));
    },
    close() {
      if (logDescriptor !== undefined) closeSync(logDescriptor);
      logDescriptor = undefined;
      database.close();
    },
  };
}

const isRead = (sql: string): boolean => /^\s*(select|with|pragma)\b/i.test(sql);

function lockingStatement(
  statement: Libsql.Statement,
  inTransaction: <T>(work: () => T) => T,
): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => inTransaction(() => statement.all(...parameters)),
    run: (parameters) => inTransaction(() => statement.run(...parameters)),
    iterate: (parameters) => statement.iterate(...parameters),
  };
}

function action(act: () => void): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    run() {
      act();
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [].values(),
  };
}

function openDurably(file: string): Libsql.Database {
  try {
    const database = new Libsql(file);
    database.exec(`pragma busy_timeout = ${busyMs}`);
    database.exec('pragma journal_mode = wal');
    // In WAL mode only FULL makes a commit survive a power cut [sqlite.org/pragma.html#pragma_synchronous].
    database.exec('pragma synchronous = full');
    database.exec(`pragma wal_autocheckpoint = ${logPagesMax}`);
    database.exec('pragma foreign_keys = on');
    return database;
  } catch (error) {
    throw notUsable(file, error);
  }
}

/** The file of the write-ahead log; undefined in memory, and on a file system that SQLite keeps none on. */
function logOf(database: Libsql.Database): string | undefined {
  const { journal_mode: mode } = Object(database.prepare('pragma journal_mode').get());
  const { file } = Object(database.prepare('pragma database_list').get());
  return mode === 'wal' && typeof file === 'string' && file !== '' ? `${file}-wal` : undefined;
}

function notUsable(file: string, error: unknown): StoreError {
  const why = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'SQLITE_NOTADB':
      return new StoreError(
        'not-a-database',
        `${file} is not a SQLite database: name another file in database.url`,
        error,
      );
    case 'SQLITE_BUSY':
      return new StoreError(
        'unavailable',
        `another program is writing to the database file ${file}: let it finish or stop it`,
        error,
      );
    default:
      return new StoreError(
        'file-not-usable',
        `the database file ${file} cannot be opened for writing (${why}): its folder must exist, ` +
          'and this user must be allowed to write to both, or name another file in database.url',
        error,
      );
  }
}
