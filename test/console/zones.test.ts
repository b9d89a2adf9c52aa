import { describe, expect, it } from 'vitest';
import { instantOf, wallTimeOf } from '../../src/console/zones.ts';

const zone = 'Europe/Stockholm';
const iso = (wallTime: string): string | undefined => {
  const ms = instantOf(wallTime, zone);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe('a wall time at a site', () => {
  it.each([
    ['winter', '2026-01-31T18:00', '2026-01-31T17:00:00.000Z'],
    ['summer', '2026-07-01T18:00', '2026-07-01T16:00:00.000Z'],
    ['the last minute before the clock goes forward', '2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    ['an hour that the clock jumps over', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    ['the first after it', '2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['the first of an hour that comes twice', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ])('is an instant: %s', (_what, wallTime, instant) => {
    expect(iso(wallTime)).toBe(instant);
  });

  it.each(['', 'tomorrow', '2026-13-01T12:00', '2026-01-31'])('is none in "%s"', (text) => {
    expect(instantOf(text, zone)).toBeUndefined();
  });

  it('is written as inputs want it', () => {
    expect(wallTimeOf(Date.parse('2026-07-01T16:00:00Z'), zone)).toBe('2026-07-01T18:00');
  });
});
