/** Calls back once, after so long. The returned function cancels, and may be called twice. */
interface Timer {
  after(delayMs: number, callback: () => void): () => void;
}

/** Calls back again and again, the first time after one period. The returned function ends it, and may be called twice. */
export function every(timer: Timer, periodMs: number, callback: () => void): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = timer.after(periodMs, () => {
      next();
      callback();
    });
  };
  next();
  return () => cancel();
}
