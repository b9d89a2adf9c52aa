import type { Clock } from '../../src/control/ports.ts';

/** Time that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time and calls back what became due, in order. */
  advance(durationMs: number): void;
}

export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(durationMs) {
      nowMs += durationMs;
      const due = timers.filter((timer) => timer.dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs);
      timers = timers.filter((timer) => timer.dueMs > nowMs);
      for (const timer of due) timer.callback();
    },
  };
}
