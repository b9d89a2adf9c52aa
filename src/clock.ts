import type { Clock } from './control/ports.ts';

/** The real clock: the one place that reads the machine's. */
export function systemClock(): Clock {
  const startedAtMs = Date.now() - performance.now();
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => startedAtMs + performance.now(),
    after: (delayMs, callback) => {
      // A timer waits a millisecond at least, and lets everybody pass who asks for the next turn: a drop must not wait
      // for the disk.
      if (delayMs <= 0) {
        const immediate = setImmediate(callback);
        return () => clearImmediate(immediate);
      }
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
