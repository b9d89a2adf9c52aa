import { describe, expect, it } from 'vitest';
import { registerCount, withReading } from '../../src/domain/meterRegister.ts';

const told = (...readingsWh: number[]) => {
  const { countedWh, faults } = registerCount(readingsWh);
  return { wh: countedWh.at(-1), faults: [...faults] };
};

describe('energy from readings of a register', () => {
  it.each<[string, number[], number, string[]]>([
    ['is the difference of the last and the first', [5000, 5200, 6000], 1000, []],
    ['is nothing of one reading', [5000], 0, []],
    ['passes over a zero in between', [5000, 5200, 0, 5300], 300, ['meter glitch']],
    ['passes over a leap in between', [5000, 5200, 9_000_000, 5300], 300, ['meter glitch']],
    ['leaves out what flowed unmeasured in a reset', [5000, 5200, 10, 110], 300, ['meter reset']],
    ['does not count a last reading of zero', [5000, 5200, 0], 200, ['meter reset']],
    ['goes on over the end of eight digits', [99_999_000, 99_999_900, 100], 1100, ['meter rollover']],
    ['goes on over the end of 32 bits', [2 ** 32 - 500, 500], 1000, ['meter rollover']],
    ['takes a fall that no car can fill for a reset', [90_000_000, 100], 0, ['meter reset']],
  ])('%s', (_what, readings, wh, faults) => {
    expect(told(...readings)).toEqual({ wh, faults });
  });

  it('has a figure for every reading, and none is less than the one before', () => {
    expect(registerCount([5000, 5200, 0, 5300, 10, 60]).countedWh).toEqual([0, 200, 200, 300, 300, 350]);
  });
});

describe('a register that is followed', () => {
  it('counts the same, reading by reading', () => {
    const totals: number[] = [];
    let count = { lastWh: 5000, totalWh: 0 };
    for (const wh of [5200, 0, 5300, 10, 60]) {
      count = withReading(count, wh);
      totals.push(count.totalWh);
    }
    expect(totals).toEqual([200, 200, 300, 300, 350]);
  });
});
