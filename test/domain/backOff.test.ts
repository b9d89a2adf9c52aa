import { describe, expect, it } from 'vitest';
import { backOffMs, spread } from '../../src/domain/backOff.ts';

describe('the wait after failures in a row', () => {
  const pause = { firstMs: 1_000, maxMs: 30_000 };

  it('doubles, up to its longest', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backOffMs(pause, failures));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is a number after any count of failures', () => {
    expect(backOffMs(pause, 1_000_000)).toBe(30_000);
    expect(backOffMs({ firstMs: 0, maxMs: 0 }, 1_000_000)).toBe(0);
  });

  it('is spread over its second half', () => {
    expect([0, 0.5, 1].map((random) => spread(1_000, random))).toEqual([500, 750, 1_000]);
  });
});
