import { describe, expect, it } from 'vitest';
import { type MeterWatch, watchMeter } from '../../src/domain/meterWatch.ts';
import type { CircuitMeter } from '../../src/domain/site.ts';
import type { SureDraw } from '../../src/domain/sureDraw.ts';

const meter: CircuitMeter = { measures: 'total', maxAgeMs: 15_000 };

/** Our EVSEs surely draw from `low` to `high` on every phase. */
const drawing = (low: number, high = low): SureDraw => ({
  lowAmps: [low, low, low],
  highAmps: [high, high, high],
  isTold: true,
});

interface Step {
  readonly shows: number;
  readonly drawn: SureDraw;
}

/** One reading after the other, each compared at once. */
function watched(steps: readonly Step[], of = meter): MeterWatch | undefined {
  let watch: MeterWatch | undefined;
  steps.forEach(({ shows, drawn }, index) => {
    const metered = { amps: [shows, shows, shows] as const, atMs: 1_000 * (index + 1) };
    watch = watchMeter(watch, of, metered, { ...metered, drawn }, 1);
  });
  return watch;
}
const times = (count: number, step: Step): readonly Step[] => Array.from({ length: count }, () => step);
const verdict = (steps: readonly Step[], of = meter) => watched(steps, of)?.verdict?.kind;

const before = { shows: 30, drawn: drawing(16) };
const stuck = { shows: 30, drawn: drawing(6) };

describe('a meter', () => {
  it('is frozen when it repeats itself to the last digit while our EVSEs draw less', () => {
    expect(verdict([...times(4, before), ...times(2, stuck)])).toBe('frozen');
  });

  it('is not, one reading earlier', () => {
    expect(verdict([...times(4, before), ...times(1, stuck)])).toBeUndefined();
  });

  it('is not when it moves in the last digit', () => {
    const moving = Array.from({ length: 9 }, (_, index) => ({
      shows: 30 + index / 100,
      drawn: drawing(6),
    }));
    expect(verdict([...times(4, before), ...moving])).toBeUndefined();
  });

  it('is not when our EVSEs only may have changed', () => {
    expect(verdict([...times(4, before), ...times(9, { shows: 30, drawn: drawing(0, 16) })])).toBeUndefined();
  });

  it('is not when our EVSEs did not change either', () => {
    expect(verdict(times(20, before))).toBeUndefined();
  });

  it('is believed again after two comparisons in which it moves', () => {
    const frozen = [...times(4, before), ...times(2, stuck)];
    const moving = [31, 32].map((shows) => ({ shows, drawn: drawing(6) }));
    expect(verdict([...frozen, ...moving.slice(0, 1)])).toBe('frozen');
    expect(verdict([...frozen, ...moving])).toBeUndefined();
  });

  it('is not believed again by what could not find a fault', () => {
    const frozen = [...times(4, before), ...times(2, stuck)];
    expect(verdict([...frozen, ...times(9, { shows: 31, drawn: drawing(0) })])).toBe('frozen');
    expect(verdict([...frozen, ...times(9, { shows: 31, drawn: drawing(6, 16) })])).toBe('frozen');
  });

  it('shows less than our charging when it does so twice by more than both may err', () => {
    const less = { shows: 13.9, drawn: drawing(16) };
    expect(verdict(times(1, less))).toBeUndefined();
    expect(watched(times(2, less))?.verdict).toMatchObject({
      kind: 'less than our charging',
      isUsed: false,
      why: expect.stringContaining('L1 showed 13.9 A while our EVSEs drew at least 16 A'),
    });
    expect(verdict(times(9, { shows: 14, drawn: drawing(16) }))).toBeUndefined();
  });

  it('may show less where there is solar behind it', () => {
    expect(
      verdict(times(9, { shows: -5, drawn: drawing(16) }), { ...meter, hasGeneration: true }),
    ).toBeUndefined();
  });
});
