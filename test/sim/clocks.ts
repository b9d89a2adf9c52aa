import type { Clock } from '../../src/control/ports.ts';

/** Real time that runs so many times faster, for real sockets in a short test. */
export function fastClock(factor: number): Clock {
  const startedAtMs = Date.now();
  const startedAt = performance.now();
  const elapsedMs = (): number => (performance.now() - startedAt) * factor;
  return {
    nowMs: () => Math.floor(startedAtMs + elapsedMs()),
    monotonicMs: () => startedAtMs + elapsedMs(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs / factor);
      return () => clearTimeout(timer);
    },
  };
}
