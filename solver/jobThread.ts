import type { Worker } from 'node:worker_threads';
import { startThread } from './thread.ts';

export interface JobThreadOptions<Reply> {
  /** For the reasons: `the audit thread failed: …`. */
  readonly name: string;
  /** The worker's file name without extension. It answers every message with one. */
  readonly worker: string;
  /** A worker that has not answered by then is ended; the next job starts another. */
  readonly timeoutMs: number;
  /** Calls back once after a time; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** Either of these is called once for every job begun, unless the thread is stopped first. */
  readonly onReply: (reply: Reply) => void;
  readonly onFailure: (reason: string) => void;
}

/**
 * A worker thread that does one job at a time. It is started with the first job, and again after one that failed.
 * It does not keep the process alive.
 */
export class JobThread<Job, Reply> {
  readonly #options: JobThreadOptions<Reply>;
  #worker: Worker | undefined;
  #cancelTimeout: (() => void) | undefined;
  #isStopped = false;

  constructor(options: JobThreadOptions<Reply>) {
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Neither at work nor stopped: a job may begin. */
  get isFree(): boolean {
    return this.#cancelTimeout === undefined && !this.#isStopped;
  }

  /** Only while it is free. */
  begin(job: Job): void {
    const { after, timeoutMs } = this.#options;
    this.#cancelTimeout = after(timeoutMs, () => this.#fail(`no answer within ${timeoutMs} ms`));
    this.#worker ??= this.#started();
    this.#worker.postMessage(job);
  }

  /** What is under way is never told. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#settle();
    await this.#end();
  }

  #started(): Worker {
    const { name, worker: file } = this.#options;
    const worker = startThread(file);
    worker.unref();
    // One that was given up may still have an answer, or its end, on the way.
    const whileCurrent =
      <Args extends unknown[]>(listener: (...args: Args) => void) =>
      (...args: Args): void => {
        if (this.#worker === worker) listener(...args);
      };
    worker.on(
      'message',
      whileCurrent((reply: Reply) => {
        this.#settle();
        this.#options.onReply(reply);
      }),
    );
    worker.on(
      'error',
      whileCurrent((error: unknown) => this.#fail(`the ${name} thread failed: ${String(error)}`)),
    );
    worker.on(
      'exit',
      whileCurrent((code: number) => this.#fail(`the ${name} thread ended with code ${code}`)),
    );
    return worker;
  }

  #fail(reason: string): void {
    const wasAtWork = this.#cancelTimeout !== undefined;
    this.#settle();
    void this.#end();
    if (wasAtWork) this.#options.onFailure(reason);
  }

  #settle(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
