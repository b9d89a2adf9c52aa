import { describe, expect, it } from 'vitest';
import { limitBook } from '../../src/control/limitBook.ts';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, limitId, siteId } from '../../src/domain/ids.ts';

const given = (id: string, change: Partial<GridLimit> = {}): GridLimit => ({
  id: limitId(id),
  target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') },
  value: { amps: 40 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'cold evening',
  fromMs: 0,
  untilMs: 1_000,
  createdAtMs: 0,
  ...change,
});

describe('the book of limits', () => {
  it('finds the limits of a circuit and of an area', () => {
    const book = limitBook();
    const onArea = given('L2', { target: { kind: 'area', areaId: areaId('feeder') } });
    book.set(given('L1'));
    book.set(onArea);
    expect(book.on(circuitId('grid'))).toEqual([given('L1')]);
    expect(book.on(areaId('feeder'))).toEqual([onArea]);
    expect(book.on(circuitId('hall'))).toEqual([]);
    expect(book.all()).toEqual([given('L1'), onArea]);
  });

  it('replaces a limit of the same id, even when it moves to another circuit', () => {
    const book = limitBook();
    const moved = given('L1', {
      target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('hall') },
    });
    book.set(given('L1'));
    book.set(moved);
    expect(book.on(circuitId('grid'))).toEqual([]);
    expect(book.on(circuitId('hall'))).toEqual([moved]);
  });

  it('ends a limit once', () => {
    const book = limitBook();
    book.set(given('L1'));
    expect([book.end(limitId('L1')), book.end(limitId('L1'))]).toEqual([true, false]);
    expect(book.all()).toEqual([]);
  });

  it('forgets what has ended, at its last instant, and never a standing limit', () => {
    const book = limitBook();
    book.set(given('L1'));
    book.set(given('L2', { untilMs: undefined }));
    book.forgetEnded(999);
    expect(book.all()).toHaveLength(2);
    book.forgetEnded(1_000);
    expect(book.all().map(({ id }) => id)).toEqual(['L2']);
    expect(book.on(circuitId('grid')).map(({ id }) => id)).toEqual(['L2']);
  });
});
