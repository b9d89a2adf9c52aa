import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/console/audit/changes.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();
const changes = (before: unknown, after: unknown) =>
  changesOf(before, after, timeText).map((change) => [change.path, change.before, change.after]);

describe('what differs between two records', () => {
  it('is every value that is another now, by the path to it', () => {
    const before = { role: 'viewer', sites: ['garage'], at: { amps: 20, watts: 1 } };
    const after = { role: 'admin', sites: ['garage', 'depot'], at: { amps: 20, watts: 2 } };
    expect(changes(before, after)).toEqual([
      ['role', 'viewer', 'admin'],
      ['sites', 'garage', 'garage, depot'],
      ['at.watts', '1', '2'],
    ]);
  });

  it('is all of it where there was nothing before, or is nothing after', () => {
    expect(changes(null, { amps: 20, until: null })).toEqual([['amps', undefined, '20']]);
    expect(changes({ amps: 20 }, null)).toEqual([['amps', '20', undefined]]);
    expect(changes(null, null)).toEqual([]);
  });

  it('tells instants as people read them, and leaves durations alone', () => {
    expect(changes(null, { setAtMs: Date.UTC(2026, 0, 31), waitMs: 5_000 })).toEqual([
      ['set', undefined, '2026-01-31T00:00:00.000Z'],
      ['waitMs', undefined, '5000'],
    ]);
  });

  it('looks into lists of things, and at values that stand alone', () => {
    expect(changes({ rows: [{ a: 1 }, { a: 2 }] }, { rows: [{ a: 1 }, { a: 3 }] })).toEqual([
      ['rows.1.a', '2', '3'],
    ]);
    expect(changes('one', 'two')).toEqual([['', 'one', 'two']]);
  });
});
