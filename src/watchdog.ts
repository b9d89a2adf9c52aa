import { Worker } from 'node:worker_threads';

export interface WatchdogOptions {
  /** How often the loop is to give a sign of life. */
  readonly periodMs: number;
  /** A sign overdue so many times ends the process. */
  readonly missedMax?: number;
  /** No process is ended sooner, however short the period: a garbage collection is not a fault. */
  readonly leastMs?: number;
}

export interface Watchdog {
  /** The loop ran. */
  beat(): void;
  /** May be called twice. */
  stop(): void;
}

/** The worker looks this often within the time it allows, so that a process that was suspended gets its chance first. */
const looks = 4;

/**
 * Ends the process when its loop stops giving signs of life, even if it hangs in code that never returns: a thread of
 * its own looks at a counter in shared memory. Stations are then on their leases, and the supervisor starts it again.
 * To go on would be worse: a service that hangs keeps its sockets, and looks alive to everybody.
 */
export function startWatchdog({ periodMs, missedMax = 3, leastMs = 3_000 }: WatchdogOptions): Watchdog {
  const allowedMs = Math.max(leastMs, missedMax * periodMs);
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(watching, {
    eval: true,
    workerData: { counter, allowedMs, looks },
    execArgv: [],
  });
  worker.unref();
  return {
    beat: () => void Atomics.add(counter, 0, 1),
    stop: () => void worker.terminate(),
  };
}

/**
 * Plain JavaScript, so that it runs from sources and from the built files alike. It counts its own looks instead of
 * time: after the whole process was suspended the loop has as long as ever to come back. SIGKILL, because a loop that
 * hangs runs no handler of any gentler signal.
 */
const watching = `
  const { workerData: { counter, allowedMs, looks } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let seen = Atomics.load(counter, 0);
  let missed = 0;
  setInterval(() => {
    const now = Atomics.load(counter, 0);
    missed = now === seen ? missed + 1 : 0;
    seen = now;
    if (missed < looks) return;
    const msg = 'control loop hung, process ended; stations fall to their failsafe limits by themselves';
    writeSync(2, JSON.stringify({ level: 60, time: new Date().toISOString(), pid: process.pid, allowedMs, msg }) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, allowedMs / looks);
`;
