import type { Clock } from './control/ports.ts';

/** The real clock: the one place that reads the machine's. */
export function systemClock(): Clock {
  const startedAtMs = Date.now() - performance.now();
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => startedAtMs + performance.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
