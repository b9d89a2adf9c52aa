import { describe, expect, it } from 'vitest';
import { type HorizonMemory, horizonMemory } from '../../src/control/horizonMemory.ts';
import { circuitId, siteId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { garage } from '../http/givenApi.ts';
import { givenSite } from './givenSite.ts';

const hourMs = 3_600_000;
const grid = circuitId('grid');
/** A Monday, 00:00 in Stockholm. */
const mondayMs = Date.parse('2026-02-01T23:00:00Z');
const site = givenSite({
  peakTariff: {
    currency: 'SEK',
    perKw: 60,
    highestHours: 3,
    months: [],
    weekdays: [],
    fromMinute: 6 * 60,
    untilMinute: 22 * 60,
  },
});

function given(kept: ReadonlyMap<string, string> = new Map()): {
  readonly memory: HorizonMemory;
  readonly kept: Map<string, string>;
  see(amps: number, fromMs: number, untilMs: number, basis?: 'measured' | 'assumed'): void;
} {
  const store = new Map(kept);
  const memory = horizonMemory([site], kept, { keep: (key, value) => store.set(key, value) });
  return {
    memory,
    kept: store,
    see(amps, fromMs, untilMs, basis = 'measured') {
      const [first] = garage.circuits;
      if (first === undefined) throw new Error('the garage has a circuit');
      const circuits = [{ ...first, basis, backgroundAmps: everyPhase(amps), drawAmps: everyPhase(amps) }];
      for (let atMs = fromMs; atMs <= untilMs; atMs += 30_000)
        memory.follow([{ ...garage, siteId: siteId('garage'), state: 'normal', circuits }], atMs);
    },
  };
}

describe('what the plan remembers of the background', () => {
  it('is the mean of the same hour of earlier weeks', () => {
    const { memory, see } = given();
    see(20, mondayMs, mondayMs + hourMs);
    expect(memory.background(grid, mondayMs + 168 * hourMs, 0.5)).toEqual([20, 20, 20]);
    expect(memory.background(grid, mondayMs + 2 * hourMs, 0.5)).toBeUndefined();
  });

  it('is nothing of an hour that was seen for less than three quarters, or not measured', () => {
    const { memory, see } = given();
    see(20, mondayMs, mondayMs + 0.7 * hourMs);
    see(20, mondayMs + hourMs, mondayMs + 2 * hourMs, 'assumed');
    see(20, mondayMs + 2.05 * hourMs, mondayMs + 2.1 * hourMs);
    for (const hour of [0, 1])
      expect(memory.background(grid, mondayMs + (168 + hour) * hourMs, 0.5)).toBeUndefined();
  });

  it('holds over a restart', () => {
    const { kept, see } = given();
    see(20, mondayMs, mondayMs + hourMs);
    const { memory } = given(kept);
    expect(memory.background(grid, mondayMs + 168 * hourMs, 0.5)).toEqual([20, 20, 20]);
  });

  it.each(['', '{', 'null', '[1,2,3]', '[{"hours":[[null]]},{},{}]'])('begins anew from %j', (text) => {
    const { memory } = given(
      new Map([
        ['background/grid', text],
        ['peak/garage', text],
      ]),
    );
    expect(memory.background(grid, mondayMs, 0.5)).toBeUndefined();
  });
});

describe('what the plan remembers of peaks', () => {
  const eightMs = mondayMs + 8 * hourMs;
  const kw = (amps: number): number => (3 * 230 * amps) / 1000;

  it('is the highest hour of each day that counts, and how far the present one is', () => {
    const { memory, see } = given();
    see(40, mondayMs + 2 * hourMs, mondayMs + 3 * hourMs);
    see(10, eightMs, eightMs + hourMs);
    see(20, eightMs + hourMs, eightMs + 2 * hourMs);
    see(10, eightMs + 2 * hourMs, eightMs + 2.5 * hourMs);
    const today = memory.peaks(siteId('garage'));
    expect(today?.pastKw).toEqual([]);
    expect(today?.todayKw).toBeCloseTo(kw(20), 0);
    expect(today?.hourKwh).toBeCloseTo(kw(10) / 2, 0);
  });

  it('holds over a restart, and begins anew with the month', () => {
    const { kept, see } = given();
    see(20, eightMs, eightMs + hourMs);
    const tuesday = given(kept);
    tuesday.see(5, eightMs + 24 * hourMs, eightMs + 24.5 * hourMs);
    expect(tuesday.memory.peaks(siteId('garage'))?.pastKw).toEqual([expect.closeTo(kw(20), 0)]);
    const march = given(kept);
    march.see(5, eightMs + 28 * 24 * hourMs, eightMs + 28 * 24 * hourMs + hourMs);
    expect(march.memory.peaks(siteId('garage'))?.pastKw).toEqual([]);
  });
});
