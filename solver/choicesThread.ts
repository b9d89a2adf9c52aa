import type { Worker } from 'node:worker_threads';
import { type ChoiceAnswer, type ChoiceRequest, choiceEvsesMax, choose } from './choices.ts';
import type { ChoiceJob } from './choicesWorker.ts';
import { startThread } from './thread.ts';

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
  #worker: Worker | undefined;
  #current: { readonly request: ChoiceRequest; readonly cancel: () => void } | undefined;
  #isStopped = false;

  constructor(options: ChoiceThreadOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? timeoutMsDefault;
  }

  submit(request: ChoiceRequest): boolean {
    const isTooLarge = request.problem.evses.length > choiceEvsesMax;
    if (this.#current !== undefined || isTooLarge || this.#isStopped) return false;
    const cancel = this.#options.after(this.#timeoutMs, () => {
      this.#giveUp(`no answer within ${this.#timeoutMs} ms`);
    });
    this.#current = { request, cancel };
    const job: ChoiceJob = { request, timeLimitMs: this.#timeoutMs * solverShareOfTimeout };
    this.#thread().postMessage(job);
    return true;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#current?.cancel();
    this.#current = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** Started with the first request, and again after one that failed. */
  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = startThread('choicesWorker');
    worker.unref();
    const failOnce = (reason: string): void => {
      if (this.#worker === worker) this.#giveUp(reason);
    };
    worker.on('message', (answer: ChoiceAnswer) => {
      // One that was given up may still have had its answer on the way.
      if (this.#worker === worker) this.#take(answer);
    });
    worker.on('error', (error) => failOnce(`the choice thread failed: ${String(error)}`));
    worker.on('exit', (code) => failOnce(`the choice thread ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #giveUp(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    // The greedy answer takes no solver, and a millisecond at this size.
    if (this.#current !== undefined)
      this.#take(choose(this.#current.request, () => ({ status: 'failed', reason }), 0));
  }

  #take(answer: ChoiceAnswer): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    current.cancel();
    this.#options.onAnswer(answer, current.request);
  }
}
