import { describe, expect, it } from 'vitest';
import { instantMs } from '../../src/domain/instant.ts';

const noonMs = Date.UTC(2026, 0, 31, 12);

describe('an instant', () => {
  it.each([
    ['2026-01-31T12:00:00Z', noonMs],
    ['2026-01-31T12:00Z', noonMs],
    ['2026-01-31T13:00:00+01:00', noonMs],
    ['2026-01-31T06:30:00-05:30', noonMs],
    ['2026-01-31T12:00:00.250Z', noonMs + 250],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('is read from %s', (text, ms) => {
    expect(instantMs(text)).toBe(ms);
  });

  it.each([
    ['has no zone', '2026-01-31T12:00:00'],
    ['has no time', '2026-01-31'],
    ['is a day no month has', '2026-02-30T00:00:00Z'],
    ['is 29 February of a common year', '2026-02-29T00:00:00Z'],
    ['is an hour no day has', '2026-01-31T25:00:00Z'],
    ['has a zone without colon', '2026-01-31T12:00:00+0100'],
    ['is a number', '1769860800000'],
    ['is words', 'tomorrow'],
    ['is empty', ''],
    ['has something behind it', '2026-01-31T12:00:00Z; drop'],
  ])('is not read from text that %s', (_why, text) => {
    expect(instantMs(text)).toBeUndefined();
  });
});
