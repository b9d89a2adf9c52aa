import { describe, expect, it } from 'vitest';
import { implausible, type ReadingInput } from '../../src/domain/meterQuality.ts';
import { givenCircuit } from '../control/givenSite.ts';

/** A 63 A grid connection that showed 20 A on every phase and shows it again. */
const given = (change: Partial<ReadingInput> = {}): ReadingInput => ({
  circuit: givenCircuit(),
  plausible: [20, 20, 20],
  refusedFor: undefined,
  amps: [20, 20, 20],
  ...change,
});
const kind = (change: Partial<ReadingInput>) => implausible(given(change))?.kind;
const withGeneration = givenCircuit({
  meter: { measures: 'total', maxAgeMs: 15_000, hasGeneration: true },
});

describe('a reading', () => {
  it.each<[string, Partial<ReadingInput>]>([
    ['is as before', {}],
    ['is the first', { plausible: [undefined, undefined, undefined] }],
    ['is five times the breaker', { amps: [315, 20, 20] }],
    ['tells one phase only', { amps: [20, undefined, undefined] }],
    ['falls to nothing', { amps: [0, 0, 0] }],
    ['falls to a thousandth on one phase only', { amps: [0.02, 20, 20] }],
    ['is small after small ones', { plausible: [2, 2, 2], amps: [0.002, 0.002, 0.002] }],
    ['turns a little into export', { plausible: [4, 4, 4], amps: [-4, -4, -4] }],
    ['turns into another export', { amps: [-5, -5, -5] }],
  ])('is plausible when it %s', (_when, change) => {
    expect(kind(change)).toBeUndefined();
  });

  it('is out of range above five times the breaker', () => {
    expect(kind({ amps: [315.1, 20, 20] })).toBe('out of range');
    expect(kind({ amps: [20, 20, -316] })).toBe('out of range');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is out of range when it is %d', (value) => {
    expect(kind({ amps: [value, 20, 20] })).toBe('out of range');
  });

  it('has another unit when every phase falls to a thousandth at once', () => {
    expect(implausible(given({ amps: [0.02, 0.021, 0.019] }))).toEqual({
      kind: 'unit changed',
      why: 'L1 fell from 20 A to 0.02 A, and every other phase to a thousandth too: is the unit right (kW for W)?',
      isUsed: false,
    });
  });

  it('stays refused for its unit until it shows a hundredth of what it did', () => {
    const refusedFor = 'unit changed' as const;
    expect(kind({ refusedFor, amps: [0.01, 0.01, 0.199] })).toBe('unit changed');
    expect(kind({ refusedFor, amps: [0.01, 0.01, 0.2] })).toBeUndefined();
  });

  it('has another sign when the import becomes the same export at once', () => {
    expect(kind({ amps: [-20, -19, -22] })).toBe('sign changed');
  });

  it('stays refused for its sign until a phase imports again', () => {
    const refusedFor = 'sign changed' as const;
    expect(kind({ refusedFor, amps: [-8, -9, -30] })).toBe('sign changed');
    expect(kind({ refusedFor, amps: [-8, 9, -30] })).toBeUndefined();
  });

  it('may become export where there is solar behind the meter', () => {
    expect(kind({ circuit: withGeneration, amps: [-20, -20, -20] })).toBeUndefined();
  });
});
