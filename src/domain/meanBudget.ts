import type { GridLimit, LimitValue } from './gridLimit.ts';

/** The window of a limit on a mean that holds now. */
export interface MeanWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** undefined for a limit that holds at any moment. */
export function meanWindow({ terms, fromMs }: GridLimit, nowMs: number): MeanWindow | undefined {
  if (terms?.averaging.mode !== 'mean') return undefined;
  const { windowS, isAligned } = terms.averaging;
  const lengthMs = windowS * 1000;
  const originMs = isAligned ? 0 : fromMs;
  const startMs = originMs + Math.floor((nowMs - originMs) / lengthMs) * lengthMs;
  return { fromMs: startMs, untilMs: startMs + lengthMs };
}

/**
 * Power that may flow from now to the end of the window so that its mean is the limit: what is left of the window's
 * energy over what is left of its time. Never more than `ceiling` times the limit: with 1 a quiet first half is not
 * made up for, and the limit holds at every moment too.
 */
export function budgetWatts(input: {
  readonly limitWatts: number;
  readonly usedWh: number;
  readonly window: MeanWindow;
  readonly ceiling: number;
  readonly nowMs: number;
}): number {
  const { limitWatts, usedWh, window, ceiling, nowMs } = input;
  const hours = (ms: number) => ms / 3_600_000;
  const leftHours = hours(Math.max(1, window.untilMs - nowMs));
  const leftWh = limitWatts * hours(window.untilMs - window.fromMs) - usedWh;
  return Math.min(limitWatts * ceiling, Math.max(0, leftWh / leftHours));
}

/** The value for this moment. A limit in amps is kept at every moment: its mean then is too. */
export function valueNow(
  limit: GridLimit,
  usedWhSince: (fromMs: number, limitWatts: number) => number,
  now: { readonly nowMs: number; readonly ceiling: number },
): LimitValue {
  const window = meanWindow(limit, now.nowMs);
  if (window === undefined || !('watts' in limit.value)) return limit.value;
  const limitWatts = limit.value.watts;
  const usedWh = usedWhSince(window.fromMs, limitWatts);
  return { watts: budgetWatts({ limitWatts, usedWh, window, ...now }) };
}
