import { describe, expect, it } from 'vitest';
import { FaultBook } from '../../src/control/faultBook.ts';
import type { Fault, FaultWords } from '../../src/domain/fault.ts';
import { stationId } from '../../src/domain/ids.ts';
import type { StationReport } from '../../src/domain/stationReport.ts';
import { createLogger } from '../../src/log.ts';

const cpA1 = stationId('CP-A1');
const ground: FaultWords = {
  code: 'GroundFailure',
  vendorCode: 'E17',
  detail: undefined,
  severity: 'critical',
};

const given = (before: readonly Fault[] = []) => {
  const noted: Fault[] = [];
  let count = 0;
  const book = new FaultBook([cpA1], before, {
    log: createLogger('silent'),
    newId: () => {
      count += 1;
      return `F${count}`;
    },
    onFault: (fault) => noted.push(fault),
  });
  return { book, noted };
};

const condition = (
  fault: FaultWords | undefined,
  change: Partial<Extract<StationReport, { kind: 'condition' }>> = {},
) =>
  ({
    kind: 'condition',
    stationId: cpA1,
    atMs: 1000,
    source: 'status',
    evseNumber: 1,
    key: 'status 1',
    sinceMs: 900,
    fault,
    ...change,
  }) as const;

describe('the faults of a station', () => {
  it('begin when they are told, and end when nothing is wrong any more', () => {
    const { book, noted } = given();
    book.take(condition(ground));
    expect(book.open(cpA1)).toEqual([
      {
        id: 'F1',
        stationId: cpA1,
        evseNumber: 1,
        source: 'status',
        key: 'status 1',
        ...ground,
        beganAtMs: 900,
        endedAtMs: undefined,
      },
    ]);
    book.take(condition(undefined, { sinceMs: 5000 }));
    expect(book.open(cpA1)).toEqual([]);
    expect(noted.map(({ id, endedAtMs }) => [id, endedAtMs])).toEqual([
      ['F1', undefined],
      ['F1', 5000],
    ]);
  });

  it('are one as long as the same is told again, and two when it changes', () => {
    const { book, noted } = given();
    book.take(condition(ground));
    book.take(condition(ground, { sinceMs: 2000 }));
    book.take(condition({ ...ground, code: 'OverVoltage', severity: 'error' }, { sinceMs: 3000 }));
    expect(book.open(cpA1).map(({ code }) => code)).toEqual(['OverVoltage']);
    expect(noted.map(({ code, endedAtMs }) => [code, endedAtMs])).toEqual([
      ['GroundFailure', undefined],
      ['GroundFailure', 3000],
      ['OverVoltage', undefined],
    ]);
  });

  it('last under each key by themselves', () => {
    const { book } = given();
    book.take(condition(ground));
    book.take(condition(ground, { key: 'status 2', evseNumber: 2 }));
    book.take(condition(undefined));
    expect(book.open(cpA1).map(({ evseNumber }) => evseNumber)).toEqual([2]);
  });

  it('go on over a restart of ours', () => {
    const { book } = given();
    book.take(condition(ground));
    const { book: after, noted } = given(book.open(cpA1));
    after.take(condition(undefined, { sinceMs: 7000 }));
    expect(noted).toMatchObject([{ id: 'F1', endedAtMs: 7000 }]);
  });

  it('never end before they began', () => {
    const { book, noted } = given();
    book.take(condition(ground, { sinceMs: 5000 }));
    book.take(condition(undefined, { sinceMs: 100 }));
    expect(noted.at(-1)?.endedAtMs).toBe(5000);
  });

  it('keep a security event as a moment', () => {
    const { book, noted } = given();
    book.take({
      kind: 'security event',
      stationId: cpA1,
      atMs: 1000,
      happenedAtMs: 800,
      fault: { ...ground, code: 'TamperDetectionActivated', severity: 'warning' },
    });
    expect(book.open(cpA1)).toEqual([]);
    expect(noted).toMatchObject([{ source: 'security event', beganAtMs: 800, endedAtMs: 800 }]);
  });

  it('are not those of a station that is not in the config', () => {
    const { book, noted } = given();
    book.take(condition(ground, { stationId: stationId('CP-X') }));
    expect(noted).toEqual([]);
  });

  it('are bounded: a hundred last, the oldest gives way to one more', () => {
    const { book, noted } = given();
    for (let n = 1; n <= 101; n += 1) {
      book.take(condition(ground, { key: `event ${n}`, atMs: n * 60_000, sinceMs: n }));
    }
    const open = book.open(cpA1);
    expect(open).toHaveLength(100);
    expect(open[0]?.key).toBe('event 2');
    expect(noted.find(({ key, endedAtMs }) => key === 'event 1' && endedAtMs === 101)).toBeDefined();
  });

  it('are believed sixty times a minute and no more', () => {
    const { book, noted } = given();
    const tell = (n: number, atMs: number): void =>
      book.take({ kind: 'security event', stationId: cpA1, atMs, happenedAtMs: n, fault: ground });
    for (let n = 1; n <= 61; n += 1) tell(n, 1000);
    expect(noted).toHaveLength(60);
    tell(62, 61_000);
    expect(noted).toHaveLength(61);
  });
});
