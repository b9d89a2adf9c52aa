import type { Clock } from '../../control/ports.ts';

/** Calls back again and again, the first time after one period. The returned function ends it, and may be called twice. */
export function every(clock: Clock, periodMs: number, callback: () => void): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = clock.after(periodMs, () => {
      next();
      callback();
    });
  };
  next();
  return () => cancel();
}
