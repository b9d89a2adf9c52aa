import { parentPort } from 'node:worker_threads';
import { createPlanner } from './planner.ts';
import type { PlanAnswer, PlanProblem } from './planProblem.ts';

export interface PlanRequest {
  readonly problem: PlanProblem;
  readonly timeLimitMs: number;
}

export interface PlanReply {
  readonly answer: PlanAnswer;
  /** Why the plans are begun anew each time; undefined when they are not. */
  readonly coldReason: string | undefined;
}

const planner = await createPlanner();

parentPort?.on('message', ({ problem, timeLimitMs }: PlanRequest) => {
  const answer = planner.plan(problem, timeLimitMs);
  const reply: PlanReply = { answer, coldReason: planner.coldReason };
  // Moved, not copied: the receiver is the thread that must not wait. Both are the planner's own, made for this.
  const moved = answer.status === 'planned' ? [answer.amps.buffer, answer.shortfallKwh.buffer] : [];
  parentPort?.postMessage(reply, moved as ArrayBuffer[]);
});
