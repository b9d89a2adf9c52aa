import { describe, expect, it } from 'vitest';
import { siteClock } from '../../../src/domain/pricing/siteClock.ts';

const stockholm = siteClock('Europe/Stockholm');
const next = (at: string, minutes: readonly number[]): string | undefined => {
  const nextMs = stockholm.nextMs(Date.parse(at), minutes);
  return nextMs === undefined ? undefined : new Date(nextMs).toISOString();
};

describe('the clock of a site', () => {
  it('shows local days and minutes', () => {
    expect(stockholm.wallTime(Date.parse('2026-11-21T23:30:00Z'))).toEqual({
      day: Date.UTC(2026, 10, 22) / 86_400_000,
      weekday: 7,
      minuteOfDay: 30,
    });
  });

  it('agrees with itself on all quarters of a year', () => {
    for (let hour = 0; hour < 8760; hour += 7) {
      const atMs = Date.UTC(2026, 0, 1) + hour * 3_600_000 + 59_999;
      const text = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Stockholm', timeStyle: 'short' });
      const { minuteOfDay } = stockholm.wallTime(atMs);
      const [hours = 0, minutes = 0] = text.format(atMs).split(':').map(Number);
      expect(minuteOfDay).toBe(60 * hours + minutes);
    }
  });

  it.each([
    ['later on the same day', '2026-11-21T10:00:00Z', [17 * 60], '2026-11-21T16:00:00.000Z'],
    ['on the next day when it is now', '2026-11-21T16:00:00Z', [17 * 60], '2026-11-22T16:00:00.000Z'],
    ['the first of several', '2026-11-21T10:00:00Z', [17 * 60, 12 * 60], '2026-11-21T11:00:00.000Z'],
    ['midnight', '2026-11-21T10:00:00Z', [0], '2026-11-21T23:00:00.000Z'],
    ['a clock set forward before it', '2026-03-28T22:00:00Z', [6 * 60], '2026-03-29T01:00:00.000Z'],
    ['a clock set back before it', '2026-10-24T22:00:00Z', [6 * 60], '2026-10-25T01:00:00.000Z'],
    ['the minute after the change', '2026-10-25T01:00:00Z', [6 * 60], '2026-10-25T05:00:00.000Z'],
  ])('tells the next change: %s', (_what, at, minutes, expected) => {
    expect(next(at, minutes)).toBe(expected);
  });

  it('has no next change without minutes to wait for', () => {
    expect(next('2026-11-21T10:00:00Z', [])).toBeUndefined();
  });

  it('refuses a time zone nobody knows', () => {
    expect(() => siteClock('Europe/Atlantis')).toThrow(RangeError);
  });
});
