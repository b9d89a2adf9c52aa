import { describe, expect, it } from 'vitest';
import { genesis, hashOfParts, type Link, verifyChain } from '../../src/store/hashChain.ts';

const hashOf = ({ sequence, previous_hash }: Omit<Link, 'hash'>): string =>
  hashOfParts([previous_hash, sequence]);

function links(count: number, first = genesis): readonly Link[] {
  const made: Link[] = [];
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const link = { sequence, previous_hash: made.at(-1)?.hash ?? first };
    made.push({ ...link, hash: hashOf(link) });
  }
  return made;
}

const verify = (
  rows: readonly Link[],
  { numbered = rows.length, noted = genesis, anchors = [genesis] } = {},
) =>
  verifyChain(
    {
      lastNumber: async () => numbered,
      page: async (after, count) => rows.filter(({ sequence }) => sequence > after).slice(0, count),
      hashOf,
      anchors: async () => new Set(anchors),
    },
    noted,
  );

describe('a chain of hashes', () => {
  it('is whole over many pages, and empty', async () => {
    const rows = links(2_500);
    expect(await verify(rows)).toEqual({ status: 'whole', records: 2_500, lastHash: rows.at(-1)?.hash });
    expect(await verify([])).toEqual({ status: 'whole', records: 0, lastHash: genesis });
  });

  it('may begin anew where pruning left it', async () => {
    const rows = links(3, 'pruned up to here');
    expect(await verify(rows)).toMatchObject({ status: 'broken', brokenAt: 1 });
    expect(await verify(rows, { anchors: [genesis, 'pruned up to here'] })).toMatchObject({
      status: 'whole',
    });
  });

  it('that was written anew as a whole, or cut off together with its counter, lacks the hash that was noted', async () => {
    const rows = links(4);
    const noted = rows.at(-1)?.hash ?? '';
    expect(await verify(rows, { noted })).toMatchObject({ status: 'whole' });
    expect(await verify(links(6), { noted })).toMatchObject({ status: 'whole' });
    const cut = await verify(links(3), { noted });
    expect(cut).toMatchObject({ status: 'broken', why: expect.stringContaining('hash that was noted') });
    const other = await verify(links(4, hashOfParts([])), { noted, anchors: [hashOfParts([])] });
    expect(other).toMatchObject({ status: 'broken', why: expect.stringContaining('hash that was noted') });
  });
});
