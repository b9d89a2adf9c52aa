import { describe, expect, it } from 'vitest';
import { hourMs, type SlotsInput, slotAt, slotsAhead } from '../../src/control/horizonSlots.ts';

const noonMs = Date.parse('2026-01-31T12:00:00Z');
const given = (change: Partial<SlotsInput> = {}) =>
  slotsAhead({
    nowMs: noonMs + 60_000,
    timeZone: 'Europe/Stockholm',
    departuresMs: [noonMs + 8 * hourMs],
    limitEdgesMs: [],
    prices: { table: undefined, series: undefined },
    peakTariff: undefined,
    ...change,
  });
const edges = (change: Partial<SlotsInput>): readonly number[] => [...given(change).slotMs];
const period = (fromHour: number, untilHour: number, perKwh: number) => ({
  fromMs: noonMs + fromHour * hourMs,
  untilMs: noonMs + untilHour * hourMs,
  perKwh,
});
const told = (...periods: ReturnType<typeof period>[]) => ({
  table: undefined,
  series: { currency: 'SEK', setBy: 'office', setAtMs: noonMs, periods },
});

describe('the slots of a plan', () => {
  it('stay the same within an hour, so that the plan goes on from its last solution', () => {
    expect(edges({ nowMs: noonMs + 59 * 60_000 })).toEqual(edges({ nowMs: noonMs }));
  });

  it('end with the last departure, or after two days', () => {
    expect(edges({}).at(-1)).toBe(noonMs + 8 * hourMs);
    expect(edges({ departuresMs: [noonMs + 100 * hourMs] }).at(-1)).toBe(noonMs + 48 * hourMs);
  });

  it('are cut where a car leaves, a limit begins or ends, and a price changes', () => {
    const leavesMs = noonMs + 5.31 * hourMs;
    const limitMs = noonMs + 3.07 * hourMs;
    const prices = told(period(0, 4.25, 1), period(4.25, 8, 2));
    const found = edges({ departuresMs: [leavesMs, noonMs + 8 * hourMs], limitEdgesMs: [limitMs], prices });
    for (const edge of [leavesMs, limitMs, noonMs + 4.25 * hourMs]) expect(found).toContain(edge);
  });

  it('are no more than the solver can take, however many leave and whatever changes', () => {
    const many = Array.from({ length: 500 }, (_, index) => noonMs + (index + 1) * 137_000);
    const quarters = Array.from({ length: 192 }, (_, index) => period(index / 4, (index + 1) / 4, index % 7));
    const found = edges({
      departuresMs: [...many, noonMs + 48 * hourMs],
      limitEdgesMs: many,
      prices: told(...quarters),
    });
    expect(found.length).toBeLessThan(130);
  });

  it('count an hour without a price as the dearest known, so that nobody waits for it', () => {
    const { told: prices, pricePerKwh, slotMs } = given({ prices: told(period(0, 2, 1), period(2, 4, 3)) });
    const late = slotAt(slotMs, noonMs + 6 * hourMs);
    expect([prices[late], pricePerKwh[late]]).toEqual([undefined, 3]);
  });
});
