import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/grid/intake/schedule.ts';
import { gridTarget } from '../control/givenConnection.ts';

const read = (csv: string, nowMs = 0) =>
  schedule({ csv, target: gridTarget, boundary: 'connection', kind: 'cap', name: 'contract', nowMs });
const faults = (csv: string) => {
  const found = read(csv);
  return found.status === 'refused' ? found.faults.map(({ line, why }) => `${line}: ${why}`) : [];
};
const quarter = (minute: number) => new Date(Date.UTC(2026, 0, 31, 18, minute)).toISOString();

describe('a schedule of caps', () => {
  it('is one limit for each line, named after its beginning', () => {
    const csv = `from;until;watts\r\n${quarter(0)};${quarter(15)};5000\r\n\r\n"${quarter(15)}";"${quarter(30)}";"0"\r\n`;
    expect(read(csv)).toMatchObject({
      status: 'understood',
      limits: [
        { externalId: 'contract-2026-01-31T18:00:00.000Z', value: { watts: 5_000 } },
        {
          externalId: 'contract-2026-01-31T18:15:00.000Z',
          value: { watts: 0 },
          untilMs: Date.UTC(2026, 0, 31, 18, 30),
        },
      ],
    });
  });

  it('leaves away what is over', () => {
    const csv = `${quarter(0)},${quarter(15)},1\n${quarter(15)},${quarter(30)},2`;
    expect(read(csv, Date.parse(quarter(15)))).toMatchObject({ limits: [{ value: { watts: 2 } }] });
  });

  it('knows the night of 25 hours by the zone of its lines', () => {
    const csv = [
      '2026-10-25T02:45:00+02:00,2026-10-25T02:00:00+01:00,1000',
      '2026-10-25T02:00:00+01:00,2026-10-25T02:15:00+01:00,2000',
    ].join('\n');
    expect(read(csv)).toMatchObject({
      limits: [
        { fromMs: Date.UTC(2026, 9, 25, 0, 45), untilMs: Date.UTC(2026, 9, 25, 1) },
        { fromMs: Date.UTC(2026, 9, 25, 1), untilMs: Date.UTC(2026, 9, 25, 1, 15) },
      ],
    });
  });

  it('is refused with the number of each line that is wrong, and nothing of it is taken', () => {
    const csv = [
      `${quarter(0)},${quarter(15)},5000`,
      `2026-01-31T18:15:00,${quarter(30)},5000`,
      `${quarter(15)},${quarter(30)}`,
      `${quarter(30)},${quarter(15)},5000`,
      `${quarter(10)},${quarter(20)},5000`,
      `${quarter(30)},${quarter(45)},-1`,
      `${quarter(30)},${quarter(45)},`,
    ].join('\n');
    expect(faults(csv)).toEqual([
      expect.stringMatching(/^2: "2026-01-31T18:15:00" is not an instant with a zone/),
      '3: has 2 columns: give from,until,watts',
      '4: its end is not after its beginning',
      '5: begins before the line above it ends',
      '6: "-1" is not a power in watts, 0 or more',
      '7: "" is not a power in watts, 0 or more',
    ]);
  });

  it('is refused when it is empty, over, or without end', () => {
    expect(faults('')).toEqual([expect.stringContaining('1: there is no interval')]);
    expect(faults('\n'.repeat(20_001))).toEqual(['20001: a schedule has at most 20000 lines']);
  });
});
