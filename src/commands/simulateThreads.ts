import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../solver/thread.ts';
import type { TwinResult } from '../sim/twin/run.ts';
import type { SeedJob } from './simulateSeed.ts';

/**
 * Lives through all jobs, one at a time in each of a few threads; those at `longSites` first, so that no thread is left
 * alone with one. The results are in the order of the jobs; once `stop` is aborted no other is begun, and has none.
 * Rejects with the first error of a thread.
 */
export async function runInThreads(
  jobs: readonly SeedJob[],
  onResult: (result: TwinResult, job: SeedJob) => void,
  { longSites, stop }: { readonly longSites: ReadonlySet<string>; readonly stop?: AbortSignal },
): Promise<readonly (TwinResult | undefined)[]> {
  const results = jobs.map((): TwinResult | undefined => undefined);
  const isLong = (job: SeedJob): boolean => longSites.has(job.site);
  const waiting = [...jobs.entries()]
    .sort(([, one], [, other]) => Number(isLong(other)) - Number(isLong(one)))
    .values();
  const work = async (): Promise<void> => {
    const thread = startThread('simulateWorker', import.meta.url);
    try {
      for (const [index, job] of waiting) {
        if (stop?.aborted) break;
        const result = await answerOf(thread, job);
        results[index] = result;
        onResult(result, job);
      }
    } finally {
      await thread.terminate();
    }
  };
  const threads = Math.min(availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: threads }, work));
  return results;
}

function answerOf(thread: Worker, job: SeedJob): Promise<TwinResult> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (result: TwinResult) => {
      thread.off('error', reject);
      resolve(result);
    });
    thread.postMessage(job);
  });
}
