import { describe, expect, it } from 'vitest';
import { isSinceConnected, newPace, withTold } from '../../src/domain/paceOfMeasuring.ts';

/** Whether the last of these was surely taken since its station connected, at 0 s: each is [arrived, taken], in seconds. */
const isSure = (...told: readonly (readonly [number, number])[]): boolean =>
  isSinceConnected(
    told.reduce(
      (pace, [arrivedS, takenS]) =>
        withTold(pace, { arrivedAtMs: arrivedS * 1000, takenAtMs: takenS * 1000 }),
      newPace(0),
    ),
  );

describe('a measurement was surely taken since its station connected', () => {
  it.each([
    ['not when it is the first', [[3, 3]], false],
    [
      'when it comes as much later than one before as it was taken',
      [
        [3, 3],
        [13, 13],
      ],
      true,
    ],
    [
      'when the station tells every second, after five',
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
      ],
      true,
    ],
    [
      'whatever its clock shows',
      [
        [3, 903],
        [13, 913],
      ],
      true,
    ],
    [
      'though its stamps are whole seconds',
      [
        [3.9, 3],
        [13.1, 13],
      ],
      true,
    ],
    [
      'not when it was queued',
      [
        [0.1, -28],
        [0.2, -18],
        [0.3, -8],
      ],
      false,
    ],
    [
      'not when only the one before it was',
      [
        [0.1, -8],
        [10, 10],
      ],
      false,
    ],
    [
      'when that one is two before',
      [
        [0.1, -8],
        [10, 10],
        [20, 20],
      ],
      true,
    ],
    [
      'not when a queue of many is told slowly',
      [
        [1, -300],
        [7, -290],
        [13, -280],
      ],
      false,
    ],
    ['when it comes so late that it would not be taken for live', [[35, 35]], true],
  ] as const)('%s', (_, told, expected) => {
    expect(isSure(...told)).toBe(expected);
  });

  it('not as long as nothing was told', () => expect(isSure()).toBe(false));
});
