/** Maps and sets keep the order of insertion: what came first goes first. */
export function keepNewest<Key>(
  collection: { readonly size: number; keys(): IterableIterator<Key>; delete(key: Key): boolean },
  size: number,
): void {
  for (const oldest of collection.keys()) {
    if (collection.size <= size) return;
    collection.delete(oldest);
  }
}
