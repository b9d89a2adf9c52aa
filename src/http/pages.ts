import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';

/** Of a list that is told page by page. */
export interface PageAsked {
  readonly offset: number;
  readonly limit: number;
}

export interface PageTold<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

const limit = 100;

export const pageQuery = Type.Object(
  {
    offset: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,7}$', description: 'The next page: see the Link header of this one' }),
    ),
  },
  { additionalProperties: false },
);

type PageQuery = Static<typeof pageQuery>;

export const pageOf = ({ offset = '0' }: PageQuery): PageAsked => ({ offset: Number(offset), limit });

/** Says where the next page is, where there is one [RFC 8288]; `also`: what else was asked for. */
export function linkNext(
  reply: FastifyReply,
  path: string,
  query: PageQuery,
  total: number,
  also: Readonly<Record<string, string>> = {},
): void {
  const next = pageOf(query).offset + limit;
  const asked = new URLSearchParams({ ...also, offset: String(next) });
  if (next < total) reply.header('link', `</api/v1${path}?${asked}>; rel="next"`);
}
