import { describe, expect, it } from 'vitest';
import { hasCharged, isIdle, isLastInLine, restOf } from '../../src/domain/rest.ts';

const minuteMs = 60_000;

/** A car that took nothing for exactly the five minutes after which it rests, offered current for an hour. */
const given = (change: Partial<Parameters<typeof restOf>[0]> = {}) =>
  restOf({
    idleSinceMs: 55 * minuteMs,
    isOn: true,
    sinceMs: 0,
    afterMs: 5 * minuteMs,
    nowMs: 60 * minuteMs,
    ...change,
  });

describe('a car that takes nothing', () => {
  it('rests once it took nothing for long enough', () => {
    expect(given()).toBe('rests');
    expect(given({ nowMs: 60 * minuteMs - 1 })).toBe('awake');
  });

  it('is awake as long as it takes something, and where nobody is to rest', () => {
    expect(given({ idleSinceMs: undefined })).toBe('awake');
    expect(given({ afterMs: 0 })).toBe('awake');
  });

  it('is tried again a quarter of an hour after it was set to nothing', () => {
    const paused = { isOn: false, sinceMs: 45 * minuteMs };
    expect(given({ ...paused, idleSinceMs: 0 })).toBe('tries');
    expect(given({ ...paused, idleSinceMs: 0, nowMs: 60 * minuteMs - 1 })).toBe('rests');
  });

  it('has two minutes to begin', () => {
    expect(given({ sinceMs: 58 * minuteMs + 1 })).toBe('tries');
    expect(given({ sinceMs: 58 * minuteMs })).toBe('rests');
  });

  it('pauses nobody to be tried, unless it has waited for an hour', () => {
    const paused = { isOn: false, sinceMs: 0 };
    expect(isLastInLine({ ...paused, nowMs: 60 * minuteMs - 1 })).toBe(true);
    expect(isLastInLine({ ...paused, nowMs: 60 * minuteMs })).toBe(false);
    expect(isLastInLine({ isOn: true, sinceMs: 0, nowMs: 60 * minuteMs })).toBe(true);
  });

  it('takes less than half an ampere, and took a tenth of a kilowatt-hour before', () => {
    expect([isIdle(0.49), isIdle(0.5)]).toEqual([true, false]);
    expect([hasCharged(99), hasCharged(100)]).toEqual([false, true]);
  });
});
