import type { Worker } from 'node:worker_threads';
import type { PlanAnswer, PlanProblem } from './planProblem.ts';
import type { PlanReply, PlanRequest } from './planWorker.ts';
import { startThread } from './thread.ts';

export interface PlanThreadOptions {
  /** A plan, or why there is none this time. The one before stays in force until `planned` replaces it. */
  readonly onAnswer: (answer: PlanAnswer, problem: PlanProblem) => void;
  /** Calls back once after a time; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** A plan that is not there by then is given up, its thread ended, and the next one begun anew. */
  readonly deadlineMs?: number;
  /** For tests: the worker's file name without extension. */
  readonly threadName?: string;
}

export interface PlanCounts {
  readonly requested: number;
  readonly planned: number;
  readonly failed: number;
  /** Never begun: a newer request came while the thread was busy. */
  readonly superseded: number;
}

/** Plans in a worker thread, one at a time, always the newest request next. Nobody ever waits for it. */
export interface PlanThread {
  request(problem: PlanProblem): void;
  counts(): PlanCounts;
  /** Why the last plans were solved without the warm start; undefined when they were not. */
  coldReason(): string | undefined;
  /** May be called twice. */
  stop(): Promise<void>;
}

const deadlineMsDefault = 50_000;
/** GLPK is asked to give up by itself a little earlier: a thread that answers need not be started again. */
const solverShareOfDeadline = 0.9;

export function startPlanThread(options: PlanThreadOptions): PlanThread {
  return new PlanWorkerThread(options);
}

class PlanWorkerThread implements PlanThread {
  readonly #options: PlanThreadOptions;
  readonly #deadlineMs: number;
  #worker: Worker | undefined;
  #current:
    | { readonly number: number; readonly problem: PlanProblem; readonly cancel: () => void }
    | undefined;
  #next: PlanProblem | undefined;
  #isStopped = false;
  #coldReason: string | undefined;
  #counts = { requested: 0, planned: 0, failed: 0, superseded: 0 };

  constructor(options: PlanThreadOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? deadlineMsDefault;
  }

  request(problem: PlanProblem): void {
    if (this.#isStopped) return;
    this.#counts.requested++;
    if (this.#current === undefined) {
      this.#begin(problem);
      return;
    }
    if (this.#next !== undefined) this.#counts.superseded++;
    this.#next = problem;
  }

  counts(): PlanCounts {
    return { ...this.#counts };
  }

  coldReason(): string | undefined {
    return this.#coldReason;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#current?.cancel();
    this.#current = undefined;
    this.#next = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #begin(problem: PlanProblem): void {
    const number = this.#counts.requested;
    const cancel = this.#options.after(this.#deadlineMs, () => {
      this.#endThread(`no plan within ${this.#deadlineMs} ms`);
    });
    this.#current = { number, problem, cancel };
    const request: PlanRequest = { number, problem, timeLimitMs: this.#deadlineMs * solverShareOfDeadline };
    this.#thread().postMessage(request);
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = startThread(this.#options.threadName ?? 'planWorker');
    worker.unref();
    const failOnce = (reason: string): void => {
      if (this.#worker === worker) this.#endThread(reason);
    };
    worker.on('message', ({ number, answer, coldReason }: PlanReply) => {
      this.#coldReason = coldReason;
      if (this.#current?.number === number) this.#take(answer);
    });
    worker.on('error', (error) => failOnce(`the plan thread failed: ${String(error)}`));
    worker.on('exit', (code) => failOnce(`the plan thread ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #endThread(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#take({ status: 'failed', reason });
  }

  #take(answer: PlanAnswer): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    current.cancel();
    if (answer.status === 'planned') this.#counts.planned++;
    else this.#counts.failed++;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#begin(next);
    this.#options.onAnswer(answer, current.problem);
  }
}
