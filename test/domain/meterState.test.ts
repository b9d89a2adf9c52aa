import { describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import { meteredCurrent, silentMeter, withReading } from '../../src/domain/meterState.ts';
import type { Reading } from '../../src/domain/reading.ts';

const meter = { measures: 'total', maxAgeMs: 15_000 } as const;

const given = (change: Partial<Reading>): Reading => ({
  circuitId: circuitId('grid'),
  arrivedAtMs: 1_000,
  ...change,
});

const current = (nowMs: number, ...readings: readonly Reading[]): ReturnType<typeof meteredCurrent> =>
  meteredCurrent(readings.reduce(withReading, silentMeter), meter, { system: 'TN', phaseVolts: 230 }, nowMs);

describe('the current a meter shows', () => {
  it('is unknown before anything was heard', () => {
    expect(current(0)).toEqual({ amps: [undefined, undefined, undefined], atMs: undefined });
  });

  it('is its amps, export negative', () => {
    expect(current(1_000, given({ amps: { 0: 5, 1: 0, 2: -3 } }))).toEqual({ amps: [5, 0, -3], atMs: 1_000 });
  });

  it('holds until its age is reached, and not one millisecond longer', () => {
    const reading = given({ amps: { 0: 5, 1: 6, 2: 7 } });
    expect(current(16_000, reading).amps).toEqual([5, 6, 7]);
    expect(current(16_001, reading).amps).toEqual([undefined, undefined, undefined]);
  });

  it('has an age for every field: a phase that is no longer told grows old alone', () => {
    const both = [given({ amps: { 0: 5, 1: 6 } }), given({ amps: { 0: 8 }, arrivedAtMs: 10_000 })];
    expect(current(16_000, ...both)).toEqual({ amps: [8, 6, undefined], atMs: 1_000 });
    expect(current(16_001, ...both)).toEqual({ amps: [8, undefined, undefined], atMs: 10_000 });
  });

  it('is watts over volts where there are no fresh amps', () => {
    expect(current(1_000, given({ watts: { 0: 2_300, 1: 460, 2: 0 } })).amps).toEqual([10, 2, 0]);
    expect(current(1_000, given({ watts: { 0: 2_200 }, volts: { 0: 220 } })).amps[0]).toBe(10);
  });

  it.each([0, 23, 183.9, 276.1])('does not trust %d V, which would hide or invent current', (volts) => {
    expect(current(1_000, given({ watts: { 0: 2_300 }, volts: { 0: volts } })).amps[0]).toBe(10);
  });

  it.each([184, 276])('trusts %d V', (volts) => {
    expect(current(1_000, given({ watts: { 0: volts * 10 }, volts: { 0: volts } })).amps[0]).toBe(10);
  });

  it('counts a sum over the phases on every phase, because nobody told on which one it flows', () => {
    expect(current(1_000, given({ totalWatts: 6_900 })).amps).toEqual([30, 30, 30]);
  });

  it('prefers what was told for the phase to the sum', () => {
    expect(current(1_000, given({ totalWatts: 6_900, watts: { 1: 230 } })).amps).toEqual([30, 1, 30]);
  });
});
