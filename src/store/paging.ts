/** Where a page ended: give it back to get the next one. */
export interface Cursor {
  readonly atMs: number;
  readonly id: string;
}

export interface PageRequest {
  /** How many at most; one to 500 are returned. */
  readonly count: number;
  /** Absent for the first page. */
  readonly before?: Cursor | undefined;
}

/** Newest first. `next` is undefined on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: Cursor | undefined;
}

const pageItemsMax = 500;

/** Rows to ask the database for: one more than the page holds tells whether another page follows. */
export const rowsToRead = (request: PageRequest): number => pageSize(request) + 1;

const pageSize = (request: PageRequest): number => Math.min(Math.max(1, request.count), pageItemsMax);

/** The page in `rows`, which were read with `rowsToRead`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  request: PageRequest,
  item: (row: Row) => Item,
  cursor: (row: Row) => Cursor,
): Page<Item> {
  const kept = rows.slice(0, pageSize(request));
  const last = kept.at(-1);
  const hasMore = rows.length > kept.length;
  return { items: kept.map(item), next: hasMore && last !== undefined ? cursor(last) : undefined };
}
