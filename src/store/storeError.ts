/** What went wrong, stable for callers; the message says what to do. */
export type StoreErrorCode =
  /** The address of the database is not one we understand. */
  | 'bad-url'
  /** The database file cannot be created, read or written. */
  | 'file-not-usable'
  /** The file is something else than a SQLite database. */
  | 'not-a-database'
  /** Nobody answers at the PostgreSQL address, or it is starting or shutting down. */
  | 'unreachable'
  /** PostgreSQL answers, but not to this user, password or database name. */
  | 'access-denied'
  /** A newer version of the program has been here. */
  | 'schema-too-new'
  | 'migration-failed'
  /** The database understood and said no: trying again cannot help. */
  | 'refused'
  /** It did not work now (busy, disk full, cut off): trying again may help. */
  | 'unavailable';

/** A failure of the database. Nothing else is thrown by the store. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Runs one piece of database work and throws what it throws as a `StoreError`. `what` completes
 * "could not …" for the person who reads the log.
 */
export async function inStore<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new StoreError(isRefusal(error) ? 'refused' : 'unavailable', `could not ${what}: ${text}`, error);
  }
}

/** The driver's own code of an error: `SQLITE_…`, PostgreSQL's five characters, or `E…` of a socket. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/**
 * The statement itself is at fault. PostgreSQL's classes 22 (data), 23 (constraint) and 42 (syntax, unknown
 * name, privilege) [PostgreSQL 15 appendix A]; SQLite's constraint, type, range and plain SQL errors.
 */
export function isRefusal(error: unknown): boolean {
  return /^(SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG|ERROR)|(22|23|42)...$)/.test(codeOf(error));
}
