import { describe, expect, it } from 'vitest';
import { offeredAmpsMin, overdrawAmps, takesAll, usableAmps } from '../../src/domain/reclaim.ts';
import { givenEvse } from '../control/givenSite.ts';

/** A car that draws 10 A of its offer for exactly the 30 s after which the rest is lent. */
const given = (change: Partial<Parameters<typeof usableAmps>[0]> = {}): number =>
  usableAmps({
    evse: givenEvse(),
    drawAmps: 10,
    leftUnusedSinceMs: 0,
    afterMs: 30_000,
    nowMs: 30_000,
    ...change,
  });

describe('what a car can make use of', () => {
  it('is what it draws and 2 A to ramp, once it left the rest unused for long enough', () => {
    expect(given()).toBe(12);
  });

  it('is its maximum one millisecond before', () => {
    expect(given({ nowMs: 29_999 })).toBe(32);
  });

  it('is its maximum as long as it takes all, and where its draw is not known', () => {
    expect(given({ leftUnusedSinceMs: undefined })).toBe(32);
    expect(given({ drawAmps: undefined })).toBe(32);
  });

  it('is a whole number of amps, never less than the minimum and never more than the maximum', () => {
    expect(given({ drawAmps: 10.1 })).toBe(13);
    expect(given({ drawAmps: 0 })).toBe(6);
    expect(given({ drawAmps: 31.5 })).toBe(32);
  });
});

describe('a car that takes all it is offered', () => {
  it('leaves no more than 1 A', () => {
    expect(takesAll({ drawAmps: 15, setpointAmps: 16 })).toBe(true);
    expect(takesAll({ drawAmps: 14.9, setpointAmps: 16 })).toBe(false);
  });
});

describe('what a car draws beyond all it may', () => {
  it('is nothing within the measuring error of a quarter ampere', () => {
    expect(overdrawAmps({ drawAmps: 16.25, exposureAmps: 16 })).toBe(0);
    expect(overdrawAmps({ drawAmps: 10, exposureAmps: 16 })).toBe(0);
  });

  it('is all of it beyond that', () => {
    expect(overdrawAmps({ drawAmps: 16.5, exposureAmps: 16 })).toBe(0.5);
  });
});

describe('the least that a car is offered', () => {
  const offered = (drawAmps: number): number => offeredAmpsMin(givenEvse({ minAmps: 6 }), drawAmps);

  it('is what it draws, and the minimum where it draws less', () => {
    expect(offered(10.5)).toBe(10.5);
    expect(offered(1)).toBe(6);
  });

  it('is nothing where no more flows than idle electronics take', () => {
    expect(offered(0.9)).toBe(0);
  });
});
