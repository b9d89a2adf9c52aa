import { describe, expect, it } from 'vitest';
import { isStranded, offeredAgain, type Pause, paused } from '../../src/domain/pause.ts';

const cutOff: Pause = { offeredSinceMs: undefined, offeredBeforeMs: 0, hasStopped: false };

describe('a pause', () => {
  it('is one only for a car that charged', () => {
    expect(paused(undefined, { wasCharging: true, nowMs: 0 })).toEqual(cutOff);
    expect(paused(undefined, { wasCharging: false, nowMs: 0 })).toBeUndefined();
    expect(offeredAgain(undefined, 0)).toBeUndefined();
  });

  it('strands nobody as long as no current is offered', () => {
    expect(isStranded(cutOff, 1e9)).toBe(false);
  });

  it('strands a car that had current on offer for five minutes', () => {
    const offered: Pause = { ...cutOff, offeredSinceMs: 1_000 };
    expect(isStranded(offered, 300_999)).toBe(false);
    expect(isStranded(offered, 301_000)).toBe(true);
  });

  it('adds up what was offered in parts', () => {
    const first = paused({ ...cutOff, offeredSinceMs: 0 }, { wasCharging: false, nowMs: 200_000 });
    const again = offeredAgain(first, 900_000);
    expect(again && isStranded(again, 999_999)).toBe(false);
    expect(again && isStranded(again, 1_000_000)).toBe(true);
  });
});
