import type { Clock } from '../control/ports.ts';

/** Waits for `work`, but no longer than `timeoutMs`. False when the time ran out first. */
export async function within(clock: Clock, timeoutMs: number, work: Promise<void>): Promise<boolean> {
  let cancel = (): void => {};
  const deadline = new Promise<boolean>((resolve) => {
    cancel = clock.after(timeoutMs, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    cancel();
  }
}
