import { describe, expect, it } from 'vitest';
import { createRandom, randomAt, streamSeed } from '../../src/sim/random.ts';

describe('random numbers', () => {
  it('repeat for the same seed', () => {
    const [first, second] = [createRandom(7), createRandom(7)];
    expect(Array.from({ length: 5 }, first)).toEqual(Array.from({ length: 5 }, second));
  });

  it('are the same whether asked one by one or by their index', () => {
    const random = createRandom(7);
    expect([random(), random(), random()]).toEqual([randomAt(7, 0), randomAt(7, 1), randomAt(7, 2)]);
  });

  it('fill [0, 1) evenly, within three standard deviations', () => {
    const count = 20_000;
    const values = Array.from({ length: count }, (_, index) => randomAt(3, index));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tens = Array.from(
      { length: 10 },
      (_, ten) => values.filter((value) => Math.floor(value * 10) === ten).length,
    );
    const deviation = Math.sqrt(count * 0.1 * 0.9);
    for (const share of tens) expect(Math.abs(share - count / 10)).toBeLessThan(3 * deviation);
  });

  it('have a stream of their own for each name', () => {
    expect(randomAt(streamSeed(1, 'A1'), 0)).not.toBe(randomAt(streamSeed(1, 'A2'), 0));
    expect(streamSeed(1, 'A1')).not.toBe(streamSeed(2, 'A1'));
  });
});
