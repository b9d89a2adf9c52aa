import { describe, expect, it } from 'vitest';
import { flowOf, kettleStep, meanFlow } from '../../src/console/setup/kettle.ts';

const heard = { isConnected: true, fault: null, topics: [], ageS: 0, refused: null };

describe('a kettle that is switched on', () => {
  it('is found on the phase that changed, with its direction', () => {
    expect(kettleStep([5, 4, 3], [5.2, 12.7, 2.8])).toEqual({
      phase: 'L2',
      changeAmps: expect.closeTo(8.7, 9),
    });
    expect(kettleStep([5, -4, 3], [5.2, -12.7, 2.8])).toMatchObject({
      phase: 'L2',
      changeAmps: expect.closeTo(-8.7, 9),
    });
  });

  it('is not found in what a building does by itself', () => {
    expect(kettleStep([5, 4, 3], [7.9, 4, 3])).toBeUndefined();
    expect(kettleStep([5, 4, 3], [8, 4, 3])).toBeDefined();
  });

  it('is not found where two phases changed alike, as by a motor or a car', () => {
    expect(kettleStep([5, 4, 3], [15, 9.1, 3])).toBeUndefined();
    expect(kettleStep([5, 4, 3], [15, 9, 3])).toBeDefined();
  });
});

describe('what a meter tells of its phases', () => {
  it('is its currents, or its powers where it tells none', () => {
    expect(flowOf({ ...heard, amps: [1, null, null], watts: [460, 460, null] })).toEqual([1, 2, undefined]);
  });

  it('is smoothed over what was told lately', () => {
    expect(
      meanFlow([
        [1, 2, undefined],
        [3, 2, undefined],
      ]),
    ).toEqual([2, 2, undefined]);
  });
});
