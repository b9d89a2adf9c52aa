/**
 * Sorts `order` by `key` ascending, equals by `rank`. Almost nothing moves from one tick to the next, so what is
 * in order is kept, what is not is taken out, sorted and merged back: linear in what is kept. `scratch` has room
 * for twice as many.
 */
export function dropMergeSort(
  order: Uint32Array,
  key: Float64Array,
  rank: Uint32Array,
  scratch: Uint32Array,
): void {
  const count = order.length;
  let kept = 0;
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const item = order[index]!;
    if (kept > 0 && isAfter(order[kept - 1]!, item, key, rank)) {
      // Either of the two may be the one out of place. Taking both out costs one and is never wrong.
      kept--;
      scratch[taken++] = order[kept]!;
      scratch[taken++] = item;
    } else {
      order[kept++] = item;
    }
  }
  if (taken === 0) return;
  const from = mergeSort(scratch, taken, count, key, rank);
  // From the back, so that nothing kept is overwritten before it is read.
  for (let at = count - 1; taken > 0; at--) {
    const isKept = kept > 0 && isAfter(order[kept - 1]!, scratch[from + taken - 1]!, key, rank);
    order[at] = isKept ? order[--kept]! : scratch[from + --taken]!;
  }
}

function isAfter(a: number, b: number, key: Float64Array, rank: Uint32Array): boolean {
  const difference = key[a]! - key[b]!;
  return difference > 0 || (difference === 0 && rank[a]! > rank[b]!);
}

/** Sorts `count` items at the front, through the free half from `half` on. Returns where the result begins. */
function mergeSort(
  items: Uint32Array,
  count: number,
  half: number,
  key: Float64Array,
  rank: Uint32Array,
): number {
  let source = 0;
  let target = half;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const isRight =
          left === middle ||
          (right < end && isAfter(items[source + left]!, items[source + right]!, key, rank));
        items[target + at] = isRight ? items[source + right++]! : items[source + left++]!;
      }
    }
    [source, target] = [target, source];
  }
  return source;
}
