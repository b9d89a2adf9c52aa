import { JobThread } from './jobThread.ts';
import type { PlanAnswer, PlanProblem } from './planProblem.ts';
import type { PlanReply, PlanRequest } from './planWorker.ts';

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
  readonly #thread: JobThread<PlanRequest, PlanReply>;
  /** The one under way, or the last. */
  #problem: PlanProblem | undefined;
  #next: PlanProblem | undefined;
  #coldReason: string | undefined;
  #counts = { requested: 0, planned: 0, failed: 0, superseded: 0 };

  constructor(options: PlanThreadOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? deadlineMsDefault;
    this.#thread = new JobThread({
      name: 'plan',
      worker: options.threadName ?? 'planWorker',
      timeoutMs: this.#deadlineMs,
      after: options.after,
      onReply: ({ answer, coldReason }) => {
        this.#coldReason = coldReason;
        this.#take(answer);
      },
      onFailure: (reason) => this.#take({ status: 'failed', reason }),
    });
  }

  request(problem: PlanProblem): void {
    if (this.#thread.isStopped) return;
    this.#counts.requested++;
    if (this.#thread.isFree) {
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

  stop(): Promise<void> {
    this.#next = undefined;
    return this.#thread.stop();
  }

  #begin(problem: PlanProblem): void {
    this.#problem = problem;
    this.#thread.begin({ problem, timeLimitMs: this.#deadlineMs * solverShareOfDeadline });
  }

  #take(answer: PlanAnswer): void {
    const problem = this.#problem;
    if (problem === undefined) return;
    if (answer.status === 'planned') this.#counts.planned++;
    else this.#counts.failed++;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#begin(next);
    this.#options.onAnswer(answer, problem);
  }
}
