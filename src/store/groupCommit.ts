import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenDatabase, Write } from './dialect.ts';
import { inStore, isRefusal } from './storeError.ts';

interface Waiting {
  readonly what: string;
  readonly write: Write;
  resolve(): void;
  reject(error: unknown): void;
}

/** SQLite runs in our thread: a batch must stay short. */
const batchMax = 64;

/**
 * Writes whose senders wait until they are durable. Those that come in the same turn of the event loop share one
 * transaction, in their order: what takes the time is the disk, and it is asked once for all of them.
 */
export class GroupCommit {
  readonly #durably: OpenDatabase['durably'];
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor({ durably }: Pick<OpenDatabase, 'durably'>) {
    this.#durably = durably;
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
      await this.#durably(async (transaction) => {
        for (const { write } of batch) await write(transaction);
      });
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) for (const each of batch) await this.#commit([each]);
      else for (const { what, reject } of batch) inStore(what, () => Promise.reject(error)).catch(reject);
    }
  }
}
