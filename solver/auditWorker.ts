import { parentPort } from 'node:worker_threads';
import { loadGlpk } from './glpk.ts';
import type { Allocation, Problem } from './problem.ts';
import { progressiveFairShare } from './progressive.ts';

/** One tick to be solved again. */
export interface AuditRequest {
  readonly problem: Problem;
  readonly allocation: Allocation;
  readonly timeLimitMs: number;
}

export type AuditReply =
  | {
      readonly status: 'compared';
      readonly differenceAmps: number;
      readonly evse: number;
      readonly lps: number;
    }
  | { readonly status: 'failed'; readonly reason: string };

const solveLp = await loadGlpk();

parentPort?.on('message', (request: AuditRequest) => {
  parentPort?.postMessage(compare(request));
});

function compare({ problem, allocation, timeLimitMs }: AuditRequest): AuditReply {
  const reference = progressiveFairShare(problem, allocation, solveLp, timeLimitMs);
  if (reference.status === 'failed') return reference;
  let evse = 0;
  let differenceAmps = 0;
  reference.amps.forEach((amps, index) => {
    const difference = Math.abs(amps - allocation.evses[index]!.continuousAmps);
    if (!(difference > differenceAmps)) return;
    differenceAmps = difference;
    evse = index;
  });
  return { status: 'compared', differenceAmps, evse, lps: reference.lps };
}
