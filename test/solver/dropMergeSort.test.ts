import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropMergeSort } from '../../solver/dropMergeSort.ts';

describe('dropMergeSort', () => {
  it('sorts by key, equals by rank, from any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), fc.nat(), (keys, seed) => {
        const count = keys.length;
        const rank = Uint32Array.from(keys, (_, index) => (index * 7 + seed) % 61);
        const order = Uint32Array.from(keys, (_, index) => (index * 31 + seed) % Math.max(1, count));
        const isPermutation = new Set(order).size === count;
        if (!isPermutation) order.set(keys.map((_, index) => index));
        dropMergeSort(order, Float64Array.from(keys), rank, new Uint32Array(2 * count));
        const expected = keys
          .map((_, index) => index)
          .sort((a, b) => keys[a]! - keys[b]! || rank[a]! - rank[b]!);
        expect(Array.from(order, (index) => [keys[index], rank[index]])).toEqual(
          expected.map((index) => [keys[index], rank[index]]),
        );
        expect(new Set(order).size).toBe(count);
      }),
    );
  });
});
