import { decoder } from '../codec.ts';
import { instant } from '../values.ts';
import { done, invalid, type Reply } from './reply.ts';

/** Which part of a list is asked for. */
export interface PageQuery {
  /** Changed from then on. */
  readonly fromMs?: number;
  /** Changed before. */
  readonly untilMs?: number;
  readonly offset: number;
  readonly limit: number;
}

/** A part of a list and how long the whole of it is, filters applied. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

export const pageLimitMax = 100;
/** Beyond it a list is walked by `date_from`: a database counts every row that it passes over. */
const offsetMax = 1_000_000;

const readInstant = decoder(instant);

/** Throws a refusal of what cannot be read. A limit above ours is ours. */
export function pageQuery(query: URLSearchParams): PageQuery {
  const fromMs = instantAsked(query, 'date_from');
  const untilMs = instantAsked(query, 'date_to');
  return {
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    offset: Math.max(0, countOf(query, 'offset', 0, offsetMax)),
    limit: Math.min(pageLimitMax, Math.max(1, countOf(query, 'limit', pageLimitMax))),
  };
}

/** The reply to a request for a list; `url` is what was asked for, without its query. */
export function listReply(
  { items, total }: ListPage<unknown>,
  { offset, limit }: PageQuery,
  { url, query }: { readonly url: string; readonly query: URLSearchParams },
): Reply {
  const nextOffset = offset + limit;
  const next = new URLSearchParams(query);
  next.set('offset', String(nextOffset));
  next.set('limit', String(limit));
  return {
    ...done(items),
    headers: {
      'X-Total-Count': String(total),
      'X-Limit': String(pageLimitMax),
      ...(nextOffset < total && { Link: `<${url}?${next}>; rel="next"` }),
    },
  };
}

/** The part of a list that is held in memory, in its order. */
export function pageOf<Item extends { readonly lastUpdatedMs: number }>(
  all: readonly Item[],
  { fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY, offset, limit }: PageQuery,
): ListPage<Item> {
  const asked = all.filter(({ lastUpdatedMs }) => lastUpdatedMs >= fromMs && lastUpdatedMs < untilMs);
  return { items: asked.slice(offset, offset + limit), total: asked.length };
}

export function instantAsked(query: URLSearchParams, name: string): number | undefined {
  const told = query.get(name);
  if (told === null) return undefined;
  const decoded = readInstant(told);
  if (decoded.status === 'read') return decoded.value;
  throw invalid(`${name} must be an instant in UTC without an offset, such as 2026-01-31T18:00:00Z`);
}

function countOf(
  query: URLSearchParams,
  name: string,
  byDefault: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const told = query.get(name);
  if (told === null) return byDefault;
  const count = /^\d{1,15}$/.test(told) ? Number(told) : Number.NaN;
  if (count <= most) return count;
  throw invalid(`${name} must be a whole number up to ${most}: beyond it ask with date_from`);
}
