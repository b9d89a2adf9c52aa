import { vi } from 'vitest';

/** How long a test waits for what must happen soon, ms: long, since other work may share its machine. */
export const patienceMs = 45_000;

/** Waits until the condition no longer throws, and returns what it returned. */
export const eventually = <T>(condition: () => T | Promise<T>, everyMs = 10): Promise<T> =>
  vi.waitFor(condition, { timeout: patienceMs, interval: everyMs });
