import { CompiledQuery, Kysely, PostgresDialect, SqliteDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { Logger } from '../log.ts';
import type { Tables } from './schema.ts';
import { openSqliteFile } from './sqliteFile.ts';
import { codeOf, StoreError } from './storeError.ts';

export type Write = (transaction: Transaction<Tables>) => Promise<void>;

/** An open database, and what SQLite and PostgreSQL do differently. All other SQL is the same for both. */
export interface OpenDatabase {
  readonly db: Kysely<Tables>;
  /** Runs a migration so that no other process migrates at the same time and half a migration is none. */
  migrating(migration: () => Promise<void>): Promise<void>;
  /**
   * One transaction, all of it or nothing, of what nobody waits for; resolves once it is durable. SQLite does not wait for
   * the disk in our thread meanwhile, where the control loop runs and requests come in.
   */
  durably(write: Write): Promise<void>;
  /** Housekeeping of the database, at a moment when nobody waits for it. */
  tidy(): void;
}

const postgresConnectionsMax = 4;
const postgresConnectTimeoutMs = 5_000;
const postgresQueryTimeoutMs = 10_000;

/** Opens `sqlite:FILE`, `sqlite::memory:` or `postgres://…`. */
export async function openDatabase(url: string, log: Logger): Promise<OpenDatabase> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length)
    return openSqlite(url.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return openPostgres(new URL(url), log);
  throw new StoreError(
    'bad-url',
    'the database URL is not understood: write sqlite:FILE, or postgres://user@host/database',
  );
}

function openSqlite(path: string): OpenDatabase {
  const file = openSqliteFile(path);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  return {
    db,
    tidy: () => file.tidy(),
    async durably(write) {
      // There is one connection: nobody else commits on it until this is over.
      await db.connection().execute(async (connection) => {
        file.waitInCommit(false);
        try {
          await connection.transaction().execute(write);
        } finally {
          file.waitInCommit(true);
        }
      });
      await file.onDisk();
    },
    async migrating(migration) {
      file.begin();
      try {
        await migration();
        file.commit();
      } catch (error) {
        file.rollback();
        throw error;
      }
    },
  };
}

async function openPostgres(url: URL, log: Logger): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: url.href,
    application_name: 'lastvakt',
    max: postgresConnectionsMax,
    connectionTimeoutMillis: postgresConnectTimeoutMs,
    query_timeout: postgresQueryTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: postgresParser },
  });
  // A connection that breaks is replaced by the pool, and its query rejects. Unheard, its error event would end
  // the process: the pool hears it for an idle connection only, so each connection is heard as well.
  const onLost = (error: Error): void => log.debug({ code: codeOf(error) }, 'database connection lost');
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));

  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      // A server may be set to answer before the commit is on disk; a limit must be durable first.
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw(awaitDisk));
      },
    }),
  });
  try {
    await db.executeQuery(CompiledQuery.raw('select 1'));
  } catch (error) {
    await db.destroy();
    throw notReached(url, error);
  }
  return {
    db,
    migrating: (migration) => migration(),
    durably: (write) => db.transaction().execute(write),
    tidy: () => undefined,
  };
}

const awaitDisk = `select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') = 'off'`;

/** `bigint` as a number: ours are instants and counters, far below 2^53. Everything else as pg does it. */
const postgresParser: pg.CustomTypesConfig['getTypeParser'] = (type, format) =>
  type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format);

/** Names the server and the user, never the password. */
function notReached(url: URL, error: unknown): StoreError {
  const code = codeOf(error);
  const why = error instanceof Error && error.message !== '' ? error.message : code;
  // Class 28 is authentication, 3D000 an unknown database [PostgreSQL 15 appendix A].
  if (code.startsWith('28') || code === '3D000') {
    return new StoreError(
      'access-denied',
      `PostgreSQL at ${url.host} refuses user "${url.username}" or database "${url.pathname.slice(1)}" (${why}): ` +
        'create them, or correct database.url',
      error,
    );
  }
  return new StoreError(
    'unreachable',
    `PostgreSQL at ${url.host} cannot be reached (${why}): start it, or correct database.url`,
    error,
  );
}
