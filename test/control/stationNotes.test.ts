import { describe, expect, it } from 'vitest';
import { StationNotes } from '../../src/control/stationNotes.ts';
import { stationId } from '../../src/domain/ids.ts';

const cpA1 = stationId('CP-A1');
const stamp = { stationId: cpA1, atMs: 1000 } as const;
const given = () => new StationNotes([cpA1]);
const reading = (change: object = {}) =>
  ({
    kind: 'reading',
    ...stamp,
    evseNumber: 1,
    name: 'C.Temperature',
    value: '40',
    takenAtMs: 900,
    ...change,
  }) as const;
const part = (change: object = {}) =>
  ({
    kind: 'report part',
    ...stamp,
    of: 'device model',
    requestId: 7,
    sequence: 0 as number | undefined,
    isLast: false,
    items: ['a'] as readonly unknown[],
    ...change,
  }) as const;

describe('what a station told last about itself', () => {
  it('is the newest value of each component, whatever comes late', () => {
    const notes = given();
    notes.take(reading());
    notes.take(reading({ value: '45', takenAtMs: 950 }));
    notes.take(reading({ value: '20', takenAtMs: 100 }));
    notes.take(reading({ evseNumber: 2 }));
    expect(notes.readings(cpA1).map(({ evseNumber, value }) => [evseNumber, value])).toEqual([
      [1, '45'],
      [2, '40'],
    ]);
  });

  it('is bounded: two hundred values, the first goes for one more', () => {
    const notes = given();
    for (let n = 1; n <= 201; n += 1) notes.take(reading({ name: `C.V${n}` }));
    const kept = notes.readings(cpA1);
    expect(kept).toHaveLength(200);
    expect(kept[0]?.name).toBe('C.V2');
  });

  it('is how far each work is', () => {
    const notes = given();
    const work = { kind: 'progress', ...stamp, of: 'firmware', requestId: 1, detail: undefined } as const;
    notes.take({ ...work, status: 'Downloading' });
    notes.take({ ...work, status: 'Installed' });
    expect(notes.work(cpA1).map(({ status }) => status)).toEqual(['Installed']);
  });

  it('puts the parts of a report together', () => {
    const notes = given();
    notes.take(part());
    expect(notes.reports(cpA1)).toMatchObject([{ isComplete: false, items: ['a'] }]);
    notes.take(part({ sequence: 1, isLast: true, items: ['b'] }));
    expect(notes.reports(cpA1)).toMatchObject([{ isComplete: true, items: ['a', 'b'] }]);
    notes.take(part({ isLast: true, items: ['c'] }));
    expect(notes.reports(cpA1)).toMatchObject([{ isComplete: true, items: ['c'] }]);
  });

  it('says when a part of a report is missing', () => {
    const notes = given();
    notes.take(part());
    notes.take(part({ sequence: 2, isLast: true }));
    expect(notes.reports(cpA1)).toMatchObject([{ isComplete: false }]);
  });

  it('puts parts without numbers together until the last', () => {
    const notes = given();
    notes.take(part({ sequence: undefined }));
    notes.take(part({ sequence: undefined, isLast: true, items: ['b'] }));
    expect(notes.reports(cpA1)).toMatchObject([{ isComplete: true, items: ['a', 'b'] }]);
    notes.take(part({ sequence: undefined, isLast: true, items: ['c'] }));
    expect(notes.reports(cpA1)).toMatchObject([{ items: ['c'] }]);
  });

  it('keeps eight reports of five thousand items each', () => {
    const notes = given();
    const items = Array.from({ length: 5_001 }, (_, index) => index);
    for (let requestId = 1; requestId <= 9; requestId += 1) notes.take(part({ requestId, items }));
    const reports = notes.reports(cpA1);
    expect(reports.map(({ requestId }) => requestId)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(reports[0]).toMatchObject({ isCut: true });
    expect(reports[0]?.items).toHaveLength(5_000);
  });
});
