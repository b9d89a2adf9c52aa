import type { Worker } from 'node:worker_threads';

/** The thread that this process starts next: how a test ends one from outside. */
export const nextWorker = (): Promise<Worker> =>
  new Promise((resolve) => {
    process.once('worker', resolve);
  });
