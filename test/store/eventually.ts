import { vi } from 'vitest';

/** Waits until the condition no longer throws, with patience for a busy machine. */
export const eventually = (condition: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(condition, { timeout: 10_000, interval: 10 });
