import { describe, expect, it } from 'vitest';
import type { Draw, DrawSample } from '../../src/domain/draw.ts';
import { addRanges, type DrawRangeInput, drawRange, noDraw } from '../../src/domain/drawRange.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { givenEvse } from '../control/givenSite.ts';

const sample = (amps: number, arrivedAtMs: number, leastAllowedAmps = 16): DrawSample => ({
  amps: everyPhase(amps),
  arrivedAtMs,
  leastAllowedAmps,
});

const drawOf = (newest: DrawSample, ...earlier: readonly DrawSample[]): Draw => ({ ...newest, earlier });

/** A car held to 16 A that told 10 A at 20 s and at 10 s, settled long before; its meter was read at 15 s. */
const given = (change: Partial<DrawRangeInput> = {}): DrawRangeInput => ({
  evse: givenEvse(),
  supply: { system: 'TN', phaseVolts: 230 },
  draw: drawOf(sample(10, 20_000), sample(10, 10_000)),
  exposureAmps: 16,
  former: { amps: 0, leftAtMs: 0 },
  leastAllowedAmps: 16,
  settledAtMs: 5_000,
  meteredAtMs: 15_000,
  drawMaxAgeMs: 30_000,
  nowMs: 20_000,
  ...change,
});

/** Low, high and told on the first phase. */
const range = (change: Partial<DrawRangeInput> = {}): readonly number[] => {
  const { lowAmps, highAmps, toldAmps } = drawRange(given(change));
  return [lowAmps[0], highAmps[0], toldAmps[0]];
};

describe('what a car may have drawn when the meter was read', () => {
  it('is what it told before and after', () => {
    expect(range()).toEqual([10, 10, 10]);
  });

  it('lies between the two where they differ: a slow meter may have been read on either side of a ramp', () => {
    expect(range({ draw: drawOf(sample(14, 20_000), sample(6, 10_000)) })).toEqual([6, 14, 14]);
  });

  it('takes in everything told after the meter was read', () => {
    const draw = drawOf(sample(10, 20_000), sample(13, 18_000), sample(9, 16_000), sample(11, 10_000));
    expect(range({ draw })).toEqual([9, 13, 13]);
  });

  it('may be anything up to its exposure when the newest told is older than the meter', () => {
    expect(range({ meteredAtMs: 20_001, nowMs: 21_000 })).toEqual([10, 16, 10]);
  });

  it('is open below when what it told before the reading is no longer known', () => {
    expect(range({ meteredAtMs: 9_999 })).toEqual([0, 16, 16]);
  });

  it('is open when nothing was told', () => {
    expect(range({ draw: undefined })).toEqual([0, 16, 16]);
  });

  it('is open when the newest told is one millisecond too old', () => {
    expect(range({ meteredAtMs: 49_000, nowMs: 50_000 })).toEqual([10, 16, 10]);
    expect(range({ meteredAtMs: 49_000, nowMs: 50_001 })).toEqual([0, 16, 16]);
  });

  it('is open when the meter is silent', () => {
    expect(range({ meteredAtMs: undefined })).toEqual([0, 16, 16]);
  });

  it('reaches down to a decrease that is on its way', () => {
    expect(range({ meteredAtMs: 20_001, leastAllowedAmps: 6 })).toEqual([6, 16, 10]);
  });

  it('reaches up to a raise that the car may have followed, until it told again', () => {
    expect(range({ exposureAmps: 32, settledAtMs: 25_000 })).toEqual([10, 32, 32]);
  });

  it('keeps what it told before a decrease while the meter may still show it', () => {
    const draw = drawOf(sample(6, 20_000), sample(16, 10_000));
    expect(range({ draw, exposureAmps: 6, leastAllowedAmps: 6, settledAtMs: 18_000 })).toEqual([6, 16, 16]);
  });

  it('reaches down to a setpoint it was held to between two raises', () => {
    const draw = drawOf(sample(12, 20_000, 6), sample(12, 10_000));
    expect(range({ draw, settledAtMs: 21_000 })).toEqual([6, 16, 16]);
  });

  it('leaves to the background what a settled car draws beyond all it may', () => {
    const draw = drawOf(sample(16.2, 20_000), sample(16.2, 10_000));
    expect(range({ draw })).toEqual([16, 16, 16]);
  });

  it('is nothing on a phase without a conductor', () => {
    const input = given({ evse: givenEvse({ wiring: [1] }), draw: undefined });
    expect(drawRange(input).highAmps).toEqual([0, 16, 0]);
  });

  it('tells when it was told, and Infinity when it does not hold any more', () => {
    expect(drawRange(given()).toldAtMs).toBe(20_000);
    expect(drawRange(given({ settledAtMs: 25_000 })).toldAtMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the sum of two draws', () => {
  it('adds the bounds and is as old as the older one', () => {
    const one = drawRange(given());
    const sum = addRanges(one, { ...one, toldAtMs: 17_000 });
    expect(sum.highAmps).toEqual([20, 20, 20]);
    expect(sum.toldAtMs).toBe(17_000);
    expect(addRanges(noDraw, one)).toEqual(one);
  });
});
