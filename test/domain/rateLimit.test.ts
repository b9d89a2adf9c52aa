import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/domain/rateLimit.ts';

const given = (maxKeys = 100) => new RateLimit({ burst: 3, forgiveEveryMs: 1_000, maxKeys });

function counted(limit: RateLimit, key: string, times: number, nowMs = 0): void {
  for (let time = 0; time < times; time += 1) limit.count(key, nowMs);
}

describe('a rate limit', () => {
  it('lets a key do it so often in a row, and not once more', () => {
    const limit = given();
    counted(limit, 'a', 2);
    expect(limit.waitMs('a', 0)).toBe(0);
    counted(limit, 'a', 1);
    expect(limit.waitMs('a', 0)).toBe(1_000);
  });

  it('forgives one at a time', () => {
    const limit = given();
    counted(limit, 'a', 3);
    expect(limit.waitMs('a', 999)).toBeCloseTo(1);
    expect(limit.waitMs('a', 1_000)).toBe(0);
    limit.count('a', 1_000);
    expect(limit.waitMs('a', 1_000)).toBe(1_000);
  });

  it('does not let the wait grow with what comes meanwhile', () => {
    const limit = given();
    counted(limit, 'a', 1_000);
    expect(limit.waitMs('a', 0)).toBe(1_000);
  });

  it('keeps keys apart', () => {
    const limit = given();
    counted(limit, 'a', 3);
    expect(limit.waitMs('b', 0)).toBe(0);
  });

  it('forgets the key that was longest unused when there are too many', () => {
    const limit = given(2);
    for (const key of ['a', 'b', 'a', 'c']) counted(limit, key, 3);
    expect(['a', 'b', 'c'].map((key) => limit.waitMs(key, 0) > 0)).toEqual([true, false, true]);
  });
});
