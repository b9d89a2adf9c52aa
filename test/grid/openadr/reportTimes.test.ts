import { describe, expect, it } from 'vitest';
import type { OpenAdrEvent, ReportDescriptor } from '../../../src/grid/openadr/model.ts';
import { dueReport } from '../../../src/grid/openadr/reportTimes.ts';
import { at, givenEvent, interval, period } from './given.ts';

const descriptor = (change: Partial<ReportDescriptor> = {}): ReportDescriptor => ({
  payloadType: 'USAGE',
  readingType: undefined,
  units: undefined,
  isAggregate: false,
  startInterval: -1,
  intervalCount: -1,
  isHistorical: true,
  frequency: -1,
  repeat: 1,
  intervals: 'INTERVALS',
  ...change,
});

/** Six hours from noon. */
const six = { intervals: [0, 1, 2, 3, 4, 5].map((id) => interval(id, id)) };

/** Which intervals the newest due report is about at this time of the day, and when it came due. */
function due(time: string, change: Partial<ReportDescriptor>, event: Partial<OpenAdrEvent> = six): string {
  const input = { event: givenEvent(event), venName: 'v', heardAtMs: 0, intervalsMax: 2_000 };
  const report = dueReport(descriptor(change), input, at(`2026-01-31T${time}:00Z`));
  if (report === undefined) return 'none';
  const ids = report.intervals.map(({ id, cycle }) => (cycle > 0 ? `${id}*${cycle}` : `${id}`)).join(' ');
  return `${ids} at ${new Date(report.dueMs).toISOString().slice(11, 16)}`;
}

describe('when a report is due [OpenADR 3.1 User Guide 7.5]', () => {
  it.each<[fact: string, change: Partial<ReportDescriptor>, time: string, expected: string]>([
    ['all intervals: not before the last has ended', {}, '17:59', 'none'],
    ['all intervals: when the last has ended', {}, '18:00', '0 1 2 3 4 5 at 18:00'],
    ['a forecast of all: when the first begins', { isHistorical: false }, '12:00', '0 1 2 3 4 5 at 12:00'],
    ['a forecast of all: not before', { isHistorical: false }, '11:59', 'none'],
    [
      'a part: when its last interval has ended',
      { startInterval: 1, intervalCount: 3 },
      '16:00',
      '1 2 3 at 16:00',
    ],
    ['the last two', { intervalCount: 2 }, '18:00', '4 5 at 18:00'],
    [
      'every two hours: the first',
      { startInterval: 0, intervalCount: 2, frequency: 2, repeat: 3 },
      '14:30',
      '0 1 at 14:00',
    ],
    [
      'every two hours: the newest of two that are past',
      { startInterval: 0, intervalCount: 2, frequency: 2, repeat: 3 },
      '16:00',
      '2 3 at 16:00',
    ],
    [
      'every two hours: no more than are asked for',
      { startInterval: 0, intervalCount: 2, frequency: 2, repeat: 2 },
      '18:30',
      '2 3 at 16:00',
    ],
    [
      'every two hours, without end',
      { startInterval: 0, intervalCount: 2, frequency: 2, repeat: -1 },
      '18:30',
      '4 5 at 18:00',
    ],
    [
      'rolling forecasts: three hours ahead, each hour',
      { startInterval: 0, intervalCount: 3, frequency: 1, repeat: 3, isHistorical: false },
      '13:10',
      '1 2 3 at 13:00',
    ],
    [
      'rolling reports overlap',
      { startInterval: 0, intervalCount: 3, frequency: 1, repeat: 3 },
      '16:00',
      '1 2 3 at 16:00',
    ],
    ['at any time: never of itself', { frequency: 0 }, '18:00', 'none'],
  ])('%s', (_fact, change, time, expected) => {
    expect(due(time, change)).toBe(expected);
  });

  it('of an event that loops, a report for each loop', () => {
    const looping = { ...six, intervals: six.intervals.slice(0, 2), duration: 'P9999Y' };
    expect(due('16:30', { repeat: -1 }, looping)).toBe('0*1 1*1 at 16:00');
  });

  it('of an event without intervals, on periods that repeat', () => {
    const only: Partial<OpenAdrEvent> = { intervals: [], reportDescriptors: [descriptor()] };
    expect(due('14:10', { intervalCount: 1, repeat: -1 }, only)).toBe('0*1 at 14:00');
    expect(due('14:10', { intervalCount: 2, isHistorical: false, repeat: -1 }, only)).toBe(
      '0*2 0*3 at 14:00',
    );
  });

  it('of what never ends, or cannot be read, no report of the past', () => {
    expect(due('14:00', {}, { period: period('0001-01-01', 'P9999Y') })).toBe('none');
    expect(due('14:00', {}, { period: period('soon') })).toBe('none');
  });
});
