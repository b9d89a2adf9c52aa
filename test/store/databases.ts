import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'libsql';
import pg from 'pg';
import { afterEach, beforeEach, describe } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import type { WriteBehindOptions } from '../../src/store/writeBehind.ts';
import { describeWith } from '../servers.ts';
import { recordedLog } from './recordedLog.ts';

/** The empty database of the running test. */
export interface TestDatabase {
  readonly kind: 'SQLite' | 'PostgreSQL';
  url(): string;
  /** Opens a store on it, stopped when the test ends. */
  open(options?: Partial<WriteBehindOptions>): Promise<Store>;
  /** Runs SQL beside the store, as another program would, and closes after `meanwhile`. */
  run(statements: string, meanwhile?: () => Promise<void>): Promise<void>;
}

/** The same tests on SQLite and, where there is one, on PostgreSQL; each test gets an empty database. */
export function describeOnBothDatabases(title: string, body: (database: TestDatabase) => void): void {
  describe(`${title}, on SQLite`, () => body(testDatabase('SQLite', sqliteFile())));
  describeWith('postgres', `${title}, on PostgreSQL`, (server) =>
    body(testDatabase('PostgreSQL', postgresDatabase(server))),
  );
}

/** One kind of database: how to make an empty one and how to reach it beside the store. */
interface Source {
  create(): Promise<string>;
  drop(): Promise<void>;
  run: TestDatabase['run'];
}

function testDatabase(kind: TestDatabase['kind'], source: Source): TestDatabase {
  let url = '';
  let stores: Store[] = [];
  beforeEach(async () => {
    url = await source.create();
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.stop()));
    stores = [];
    await source.drop();
  });
  return {
    kind,
    url: () => url,
    run: source.run,
    async open(options) {
      const store = await openStore(url, { log: recordedLog().log, clock: systemClock() }, options);
      stores.push(store);
      return store;
    },
  };
}

function sqliteFile(): Source {
  let folder = '';
  const file = (): string => join(folder, 'lastvakt.db');
  return {
    async create() {
      folder = await mkdtemp(join(tmpdir(), 'lastvakt-store-'));
      return `sqlite:${file()}`;
    },
    drop: () => rm(folder, { recursive: true }),
    async run(statements, meanwhile) {
      const database = new SqliteDatabase(file());
      try {
        database.exec(statements);
        await meanwhile?.();
      } finally {
        if (database.inTransaction) database.exec('rollback');
        database.close();
      }
    },
  };
}

/** An empty database on the server, to be dropped when it is done with. */
export function postgresDatabase(server: string): Source {
  let name = '';
  const url = (): string => Object.assign(new URL(server), { pathname: name }).href;
  return {
    async create() {
      name = `lastvakt_${randomUUID().replaceAll('-', '')}`;
      await onPostgres(server, `create database ${name}`);
      return url();
    },
    drop: () => onPostgres(server, `drop database ${name} with (force)`),
    run: (statements, meanwhile) => onPostgres(url(), statements, meanwhile),
  };
}

async function onPostgres(url: string, statements: string, meanwhile?: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
    await meanwhile?.();
  } finally {
    await client.end();
  }
}
