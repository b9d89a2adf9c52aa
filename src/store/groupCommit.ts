import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Write } from './dialect.ts';
import type { Tables } from './schema.ts';
import { inStore, isRefusal } from './storeError.ts';

interface Waiting {
  readonly what: string;
  readonly write: Write;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * A commit blocks our thread for as long as the disk needs, and SQLite runs in it: a batch must stay short. To wait for the
 * disk elsewhere took longer: the answer then stood behind those of all stations that were told of a lower limit meanwhile.
 */
const batchMax = 64;

/**
 * Writes whose senders wait until they are durable. Those that come in the same turn of the event loop share one
 * transaction, in their order: what takes the time is the disk, and it is asked once for all of them.
 */
export class GroupCommit {
  readonly #db: Kysely<Tables>;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Durable once it resolves; later writes are never durable without this one unless the database refuses it. */
  write(what: string, write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ what, write, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      await this.#commit(this.#waiting.splice(0, batchMax));
    }
    this.#isRunning = false;
  }

  /** Never rejects. One that the database refuses must not take the others with it: then each goes by itself. */
  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#db.transaction().execute(async (transaction) => {
        for (const { write } of batch) await write(transaction);
      });
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) for (const each of batch) await this.#commit([each]);
      else for (const { what, reject } of batch) inStore(what, () => Promise.reject(error)).catch(reject);
    }
  }
}
