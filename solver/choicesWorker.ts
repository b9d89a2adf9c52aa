import { parentPort } from 'node:worker_threads';
import { type ChoiceAnswer, type ChoiceRequest, choose } from './choices.ts';
import { loadGlpk } from './glpk.ts';

export interface ChoiceJob {
  readonly request: ChoiceRequest;
  readonly timeLimitMs: number;
}

const solveLp = await loadGlpk();

parentPort?.on('message', ({ request, timeLimitMs }: ChoiceJob) => {
  const answer: ChoiceAnswer = choose(request, solveLp, timeLimitMs);
  parentPort?.postMessage(answer);
});
