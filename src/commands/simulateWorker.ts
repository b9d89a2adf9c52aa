import { parentPort } from 'node:worker_threads';
import { type SeedJob, simulateSeed } from './simulateSeed.ts';

parentPort?.on('message', async (job: SeedJob) => {
  parentPort?.postMessage(await simulateSeed(job));
});
