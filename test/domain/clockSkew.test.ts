import { describe, expect, it } from 'vitest';
import { type ClockSkew, isOff, unknownSkew, withTimestamp } from '../../src/domain/clockSkew.ts';

/** Messages of a station whose clock is ahead by `aheadMs`, each delayed on the way. */
const heard = (aheadMs: number, ...delaysMs: readonly number[]): ClockSkew =>
  delaysMs.reduce(
    (skew, delayMs) =>
      withTimestamp(skew, { stampedAtMs: 1_000_000 + aheadMs, arrivedAtMs: 1_000_000 + delayMs }),
    unknownSkew,
  );

describe('the skew of a clock', () => {
  it('is unknown before three messages', () => {
    expect(heard(5_000, 0, 0).skewMs).toBeUndefined();
    expect(heard(5_000, 0, 0, 0).skewMs).toBe(5_000);
  });

  it('is told best by the message with the least delay', () => {
    expect(heard(-5_000, 900, 100, 4_000).skewMs).toBe(-5_100);
  });

  it('is forgotten with the messages that told it', () => {
    const old = heard(60_000, 0, 0, 0);
    const set = Array.from({ length: 8 }, () => 0).reduce<ClockSkew>(
      (skew) => withTimestamp(skew, { stampedAtMs: 0, arrivedAtMs: 0 }),
      old,
    );
    expect(set).toEqual({ samplesMs: [0, 0, 0, 0, 0, 0, 0, 0], skewMs: 0 });
  });

  it('is worth a word above two seconds', () => {
    expect(isOff(heard(2_000, 0, 0, 0))).toBe(false);
    expect(isOff(heard(-2_001, 0, 0, 0))).toBe(true);
    expect(isOff(unknownSkew)).toBe(false);
  });
});
