import { describe, expect, it } from 'vitest';
import {
  instantOfLocal,
  isTimeZone,
  isWithin,
  type LocalWindow,
  localTime,
  wallClockMs,
} from '../../src/domain/localTime.ts';

const at = (text: string, timeZone = 'Europe/Stockholm') => localTime(timeZone, Date.parse(text));
const window = (change: Partial<LocalWindow> = {}): LocalWindow => ({
  months: [],
  weekdays: [],
  fromMinute: 6 * 60,
  untilMinute: 22 * 60,
  ...change,
});

describe('the local time of a site', () => {
  it('is that of its zone, summer time included', () => {
    expect(at('2026-01-31T23:30:00Z')).toMatchObject({ month: 2, weekday: 7, minuteOfDay: 30 });
    expect(at('2026-07-01T21:59:00Z')).toMatchObject({ month: 7, weekday: 3, minuteOfDay: 23 * 60 + 59 });
    expect(at('2026-01-31T23:30:00Z', 'Asia/Kolkata')).toMatchObject({ minuteOfDay: 5 * 60 });
  });

  it('counts days by local dates', () => {
    expect(at('2026-01-31T23:30:00Z').day).toBe(at('2026-01-31T22:30:00Z').day + 1);
  });

  it('is the same however the zone is written, and in however many ways', () => {
    const letters = [...'stockholm'];
    const written = (way: number): string =>
      letters.map((letter, index) => (way & (1 << index) ? letter.toUpperCase() : letter)).join('');
    const ways = Array.from({ length: 300 }, (_, way) => `Europe/${written(way)}`);
    expect(ways.filter((way) => !isTimeZone(way))).toEqual([]);
    const shown = ways.map((way) => at('2026-01-31T23:30:00Z', way).minuteOfDay);
    expect(new Set(shown)).toEqual(new Set([30]));
  });
});

describe('the clock on the wall', () => {
  const zone = 'Europe/Stockholm';
  const shown = (text: string): number => Date.parse(`${text}Z`);

  it('shows the local time to the millisecond', () => {
    expect(wallClockMs(zone, Date.parse('2026-07-01T10:00:00.250Z'))).toBe(shown('2026-07-01T12:00:00.250'));
  });

  it.each([
    ['in winter', '2026-01-15T08:00:00', '2026-01-15T07:00:00Z'],
    ['in summer', '2026-07-01T12:00:00', '2026-07-01T10:00:00Z'],
    ['just before it is put forward', '2026-03-29T01:59:00', '2026-03-29T00:59:00Z'],
    ['at an hour it never shows', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
    ['at an hour it shows twice', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
    ['after it was put back', '2026-10-25T03:00:00', '2026-10-25T02:00:00Z'],
  ])('%s shows %s at one instant', (_when, text, instant) => {
    expect(new Date(instantOfLocal(zone, shown(text))).toISOString()).toBe(instant.replace('Z', '.000Z'));
  });
});

describe('hours of certain days', () => {
  it('begin at the first minute and end before the last', () => {
    expect(isWithin(window(), at('2026-01-30T05:00:00Z'))).toBe(true);
    expect(isWithin(window(), at('2026-01-30T04:59:00Z'))).toBe(false);
    expect(isWithin(window(), at('2026-01-30T20:59:00Z'))).toBe(true);
    expect(isWithin(window(), at('2026-01-30T21:00:00Z'))).toBe(false);
  });

  it('go past midnight, and belong to the day on which they begin', () => {
    const friday = window({ weekdays: [5], fromMinute: 22 * 60, untilMinute: 6 * 60 });
    expect(isWithin(friday, at('2026-01-30T21:00:00Z'))).toBe(true);
    expect(isWithin(friday, at('2026-01-31T04:59:00Z'))).toBe(true);
    expect(isWithin(friday, at('2026-01-30T04:59:00Z'))).toBe(false);
    expect(isWithin(friday, at('2026-01-31T21:00:00Z'))).toBe(false);
  });

  it('are the whole day when they begin where they end', () => {
    expect(isWithin(window({ fromMinute: 0, untilMinute: 0 }), at('2026-01-30T23:00:00Z'))).toBe(true);
  });

  it('are those of their months', () => {
    const january = window({ months: [1], fromMinute: 22 * 60, untilMinute: 6 * 60 });
    expect(isWithin(january, at('2026-02-01T03:00:00Z'))).toBe(true);
    expect(isWithin(january, at('2026-02-02T03:00:00Z'))).toBe(false);
  });
});
