import { type ChoiceAnswer, type ChoiceRequest, choiceEvsesMax, choose } from './choices.ts';
import type { ChoiceJob } from './choicesWorker.ts';
import { JobThread } from './jobThread.ts';

export interface ChoiceThreadOptions {
  /** One for every request taken: the search's answer, or the greedy one and why the search gave nothing. */
  readonly onAnswer: (answer: ChoiceAnswer, request: ChoiceRequest) => void;
  /** Calls back once after a time; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** A search that has not answered by then is ended with its thread. */
  readonly timeoutMs?: number;
}

/** Chooses in a worker thread, one request at a time. Nobody ever waits for it. */
export interface ChoiceThread {
  /** False when it was not taken: one is under way, there are more than `choiceEvsesMax` EVSEs, or it has stopped. */
  submit(request: ChoiceRequest): boolean;
  /** May be called twice. */
  stop(): Promise<void>;
}

const timeoutMsDefault = 10_000;
/** GLPK is asked to give up by itself earlier, with the best it has: its incumbents are good. */
const solverShareOfTimeout = 0.8;

export function startChoiceThread(options: ChoiceThreadOptions): ChoiceThread {
  return new ChoiceWorkerThread(options);
}

class ChoiceWorkerThread implements ChoiceThread {
  readonly #options: ChoiceThreadOptions;
  readonly #timeoutMs: number;
  readonly #thread: JobThread<ChoiceJob, ChoiceAnswer>;
  /** The one under way, or the last. */
  #request: ChoiceRequest | undefined;

  constructor(options: ChoiceThreadOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? timeoutMsDefault;
    this.#thread = new JobThread({
      name: 'choice',
      worker: 'choicesWorker',
      timeoutMs: this.#timeoutMs,
      after: options.after,
      onReply: (answer) => this.#answer(() => answer),
      // The greedy answer takes no solver, and a millisecond at this size.
      onFailure: (reason) =>
        this.#answer((request) => choose(request, () => ({ status: 'failed', reason }), 0)),
    });
  }

  submit(request: ChoiceRequest): boolean {
    const isTooLarge = request.problem.evses.length > choiceEvsesMax;
    if (isTooLarge || !this.#thread.isFree) return false;
    this.#request = request;
    this.#thread.begin({ request, timeLimitMs: this.#timeoutMs * solverShareOfTimeout });
    return true;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #answer(of: (request: ChoiceRequest) => ChoiceAnswer): void {
    if (this.#request !== undefined) this.#options.onAnswer(of(this.#request), this.#request);
  }
}
