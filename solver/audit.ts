import type { AuditRequest } from './auditWorker.ts';
import { JobThread } from './jobThread.ts';
import type { Allocation, Problem } from './problem.ts';

/** What the re-solving of one tick found. */
export type AuditResult =
  | {
      readonly status: 'compared';
      /** The largest difference between the tick and what must hold. */
      readonly differenceAmps: number;
      /** Name of the EVSE, or of the circuit, where it is. Empty when there is none. */
      readonly evse: string;
      /** How many linear programs it took. */
      readonly lps: number;
      /**
       * What was checked besides limits, minima and steps. `programs`: every share against linear programs.
       * `certificate`: that nobody could have more without taking from somebody who has no more per weight; for
       * delta supply, whose limits are circles. `limits`: nothing besides. An unbalance limit is met by lowering, and
       * an order of arrival or laxity by more than one allocation: there is no single right share to compare with.
       * Who is paused is taken over in all three.
       */
      readonly by: 'programs' | 'certificate' | 'limits';
    }
  | { readonly status: 'failed'; readonly reason: string };

export interface AuditCounts {
  readonly submitted: number;
  readonly compared: number;
  readonly failed: number;
  /** Not looked at, because the worker was still busy. */
  readonly dropped: number;
  /** Over everything compared. */
  readonly differenceAmpsMax: number;
}

export interface AuditOptions {
  readonly onResult: (result: AuditResult) => void;
  /** Calls back once after a time; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** A worker that has not answered by then is ended and started again. */
  readonly timeoutMs?: number;
  /** Larger sites are not audited: progressive linear programs grow with the cube of their size. */
  readonly evsesMax?: number;
}

/** Re-solves ticks through GLPK in a worker thread, one at a time. */
export interface Audit {
  /** False when it was dropped: the worker is busy, the site too large, or the audit has ended. */
  submit(problem: Problem, allocation: Allocation): boolean;
  counts(): AuditCounts;
  /** May be called twice. */
  stop(): Promise<void>;
}

const timeoutMsDefault = 60_000;
const evsesMaxDefault = 1_000;
/** Of the whole time for one audit: what one of its many linear programs may take at most. */
const lpShareOfTimeout = 0.25;

export function startAudit(options: AuditOptions): Audit {
  return new AuditThread(options);
}

class AuditThread implements Audit {
  readonly #options: AuditOptions;
  readonly #timeoutMs: number;
  readonly #thread: JobThread<AuditRequest, AuditResult>;
  #counts = { submitted: 0, compared: 0, failed: 0, dropped: 0, differenceAmpsMax: 0 };

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? timeoutMsDefault;
    this.#thread = new JobThread({
      name: 'audit',
      worker: 'auditWorker',
      timeoutMs: this.#timeoutMs,
      after: options.after,
      onReply: (result) => this.#take(result),
      onFailure: (reason) => this.#take({ status: 'failed', reason }),
    });
  }

  submit(problem: Problem, allocation: Allocation): boolean {
    this.#counts.submitted++;
    const isTooLarge = problem.evses.length > (this.#options.evsesMax ?? evsesMaxDefault);
    if (isTooLarge || !this.#thread.isFree) {
      this.#counts.dropped++;
      return false;
    }
    this.#thread.begin({ problem, allocation, timeLimitMs: this.#timeoutMs * lpShareOfTimeout });
    return true;
  }

  counts(): AuditCounts {
    return { ...this.#counts };
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #take(result: AuditResult): void {
    if (result.status === 'failed') this.#counts.failed++;
    else {
      this.#counts.compared++;
      this.#counts.differenceAmpsMax = Math.max(this.#counts.differenceAmpsMax, result.differenceAmps);
    }
    this.#options.onResult(result);
  }
}
