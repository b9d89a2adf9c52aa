import { parentPort } from 'node:worker_threads';
import { isPlain } from './allocate.ts';
import type { AuditResult } from './audit.ts';
import { type Fault, limitFault, shareFault } from './certificate.ts';
import { loadGlpk } from './glpk.ts';
import type { Allocation, Problem } from './problem.ts';
import { progressiveFairShare } from './progressive.ts';

/** One tick to be solved again. */
export interface AuditRequest {
  readonly problem: Problem;
  readonly allocation: Allocation;
  readonly timeLimitMs: number;
}

const solveLp = await loadGlpk();

parentPort?.on('message', (request: AuditRequest) => {
  parentPort?.postMessage(audited(request));
});

function audited(request: AuditRequest): AuditResult {
  const { problem, allocation } = request;
  const limits = limitFault(problem, allocation);
  if (isPlain(problem)) return byPrograms(request, limits);
  const isShared = (problem.policy ?? 'fair') === 'fair' && !hasUnbalanceLimit(problem);
  if (!isShared) return found(limits, 'limits', 0);
  return found(worse(limits, shareFault(problem, allocation)), 'certificate', 0);
}

function byPrograms({ problem, allocation, timeLimitMs }: AuditRequest, limits: Fault): AuditResult {
  const reference = progressiveFairShare(problem, allocation, solveLp, timeLimitMs);
  if (reference.status === 'failed') return reference;
  const fault = allocation.evses.reduce<Fault>((most, { continuousAmps }, evse) => {
    const differenceAmps = Math.abs(reference.amps[evse]! - continuousAmps);
    return worse(most, { differenceAmps, where: problem.evses[evse]!.name });
  }, limits);
  return found(fault, 'programs', reference.lps);
}

const worse = (a: Fault, b: Fault): Fault => (b.differenceAmps > a.differenceAmps ? b : a);

const found = (
  { differenceAmps, where }: Fault,
  by: 'programs' | 'certificate' | 'limits',
  lps: number,
): AuditResult => ({
  status: 'compared',
  differenceAmps,
  evse: where,
  lps,
  by,
});

const hasUnbalanceLimit = ({ circuits }: Problem): boolean =>
  circuits.some(({ unbalanceAmps }) => unbalanceAmps !== undefined);
