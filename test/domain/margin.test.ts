import { describe, expect, it } from 'vitest';
import { type StepHistory, withBackground } from '../../src/domain/margin.ts';

const options = { maxAmps: 5, reactionMs: 7_000 };

/** A background on every phase, second by second. */
function history(
  amps: (second: number) => number,
  seconds: number,
  change = options,
): StepHistory | undefined {
  let found: StepHistory | undefined;
  for (let second = 0; second < seconds; second++) {
    const now = { amps: [amps(second), amps(second), amps(second)] as const, atMs: second * 1_000 };
    found = withBackground(found, now, change);
  }
  return found;
}
const margin = (...input: Parameters<typeof history>): number | undefined => history(...input)?.marginAmps[0];
const hour = 3_600;
/** On for ten seconds in every minute. */
const compressor = (step: number) => (second: number) => 20 + (second % 60 < 10 ? step : 0);

describe('the margin of a circuit', () => {
  it('is nothing where the background stands still', () => {
    expect(margin(() => 20, hour)).toBe(0);
  });

  it('is what the background steps by as a rule', () => {
    expect(margin(compressor(4), hour)).toBe(4);
  });

  it('is no more than the most', () => {
    expect(margin(compressor(9), hour)).toBe(5);
  });

  it('leaves a rare step to the reaction', () => {
    expect(margin((second) => (second === 1_800 ? 40 : 20), hour)).toBe(0);
  });

  it('waits for as many reaction times as it takes to know', () => {
    expect(margin(compressor(4), 32 * 7)).toBe(0);
    expect(margin(compressor(4), 32 * 7 + 1)).toBe(4);
  });

  it('forgets what is more than an hour ago', () => {
    expect(margin((second) => (second < hour ? compressor(4)(second) : 20), 2 * hour + 60)).toBe(0);
    expect(history(compressor(4), 3 * hour)?.rises).toHaveLength(512);
  });

  it('takes what changed while nobody measured for no step', () => {
    const first = withBackground(undefined, { amps: [0, 0, 0], atMs: 0 }, options);
    const later = withBackground(first, { amps: [30, 30, 30], atMs: 14_001 }, options);
    expect(later?.rises).toEqual([]);
  });

  it('is not learnt where it is switched off', () => {
    expect(history(compressor(4), hour, { ...options, maxAmps: 0 })).toBeUndefined();
  });
});
