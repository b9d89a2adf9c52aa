import { describe, expect, it } from 'vitest';
import { listReply, pageOf, pageQuery } from '../../src/ocpi/transport/paging.ts';

const all = Array.from({ length: 250 }, (_, n) => ({ n, lastUpdatedMs: n }));
const asked = (query: string) => new URLSearchParams(query);

describe('pages of a list', () => {
  it('lead from one to the next with the filters kept, and the last to none', () => {
    let url: URL | undefined = new URL(
      'https://us.example/ocpi/2.2.1/sender/cdrs?date_from=1970-01-01T00:00:00Z',
    );
    const seen: number[] = [];
    while (url !== undefined) {
      const query = pageQuery(url.searchParams);
      const page = pageOf(all, query);
      seen.push(...page.items.map(({ n }) => n));
      const place = { url: `${url.origin}${url.pathname}`, query: url.searchParams };
      const { headers = {} } = listReply(page, query, place);
      expect(headers).toMatchObject({ 'X-Total-Count': '250', 'X-Limit': '100' });
      const next = /^<(.*)>; rel="next"$/.exec(headers['Link'] ?? '')?.[1];
      if (next !== undefined) expect(next).toContain('date_from=1970');
      url = next === undefined ? undefined : new URL(next);
    }
    expect(seen).toEqual(all.map(({ n }) => n));
  });

  it('hold at most a hundred, and at least one', () => {
    expect(pageQuery(asked('limit=100000')).limit).toBe(100);
    expect(pageQuery(asked('limit=0')).limit).toBe(1);
    expect(pageQuery(asked('')).limit).toBe(100);
  });

  it('take the first instant and leave the last', () => {
    const query = pageQuery(asked('date_from=1970-01-01T00:00:00.010Z&date_to=1970-01-01T00:00:00.012'));
    expect(pageOf(all, query).items.map(({ n }) => n)).toEqual([10, 11]);
  });

  it('end where a walk by offset would read the whole database', () => {
    expect(pageQuery(asked('offset=1000000')).offset).toBe(1_000_000);
    expect(() => pageQuery(asked('offset=1000001'))).toThrow('date_from');
  });
});
