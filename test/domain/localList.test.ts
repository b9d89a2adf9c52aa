import { describe, expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import {
  holds,
  type ListedToken,
  type LocalList,
  listedTokens,
  listParts,
  markOf,
  wholeList,
} from '../../src/domain/localList.ts';
import { givenToken as token } from './givenToken.ts';

const [garage, depot] = [siteId('garage'), siteId('depot')];
const nowMs = 1_000_000;

describe('what is on a local list', () => {
  it('is good or blocked at the sites of the station, the newest first', () => {
    const tokens = [
      token('GOOD', { groupId: 'FAMILY', type: 'ISO14443', expiresAtMs: nowMs + 1 }),
      token('NEWER', { setAtMs: nowMs + 1 }),
      token('BLOCKED', { isBlocked: true }),
      token('EXPIRED', { expiresAtMs: nowMs }),
      token('ELSEWHERE', { sites: [depot] }),
      token('BLOCKED ELSEWHERE', { sites: [depot], isBlocked: true }),
    ];
    expect(listedTokens(tokens, [garage], { nowMs, entriesMax: 1_000 })).toEqual([
      { tokenId: 'NEWER', status: 'accepted' },
      {
        ...{ tokenId: 'GOOD', tokenType: 'ISO14443', status: 'accepted', groupTokenId: 'FAMILY' },
        expiresAtMs: nowMs + 1,
      },
      { tokenId: 'BLOCKED', status: 'blocked' },
    ]);
  });

  it('is no more than there is room for', () => {
    const tokens = Array.from({ length: 4 }, (_, index) => token(`T${index}`, { setAtMs: index }));
    const listed = (count: number) =>
      listedTokens(tokens.slice(0, count), [garage], { nowMs, entriesMax: 3 });
    expect(listed(3)).toHaveLength(3);
    expect(listed(4).map(({ tokenId }) => tokenId)).toEqual(['T3', 'T2', 'T1']);
  });
});

const list = (mark: number, ...entries: readonly (string | ListedToken)[]): LocalList => ({
  mark,
  entries: entries.map((entry) =>
    typeof entry === 'string' ? { tokenId: entry, status: 'accepted' } : entry,
  ),
});
const newest = list(77, 'A', 'B', 'C');
const older = list(55, 'A', 'B');
const whole = (version: number) => wholeList(version, newest, 1_000);
const from = (version: number, perMessageMax = 1_000) =>
  listParts(version, newest, { former: [older], perMessageMax });
const versionOf = (count: number, mark: number): number => count * 2 ** 20 + mark;

describe('the version of a local list', () => {
  it('tells what is on it, whatever it counts', () => {
    expect(holds(versionOf(3, 77), newest)).toBe(true);
    expect(holds(versionOf(3, 78), newest)).toBe(false);
    expect([-1, 0].map((version) => holds(version, list(9)))).toEqual([true, true]);
    expect(holds(0, newest)).toBe(false);
  });

  it('has a mark of 1 to 1,048,575, so that no list looks like one that is not there', () => {
    expect(markOf('00000000')).toBe(1);
    expect(markOf('000ffffe')).toBe(1_048_575);
    expect(markOf('000fffff')).toBe(1);
  });

  it('rises with each change, and says that parts are still to come', () => {
    const held = versionOf(4, 55);
    expect(from(held)).toEqual([
      { version: versionOf(5, 77), isFull: false, entries: [{ tokenId: 'C', status: 'accepted' }] },
    ]);
    expect(wholeList(held, newest, 2)).toMatchObject([
      { version: versionOf(5, 0), isFull: true },
      { version: versionOf(6, 77), isFull: false },
    ]);
  });

  it('begins anew where it would be more than a thousand million, with the whole list', () => {
    expect(from(versionOf(899, 55))).toMatchObject([{ version: versionOf(900, 77), isFull: false }]);
    expect(from(versionOf(900, 55))).toMatchObject([{ version: versionOf(1, 77), isFull: true }]);
    expect(from(2 ** 31 - 1)).toMatchObject([{ version: versionOf(1, 77), isFull: true }]);
    expect(versionOf(901, 0)).toBeLessThan(1e9);
  });
});

describe('what gives a station its list', () => {
  it.each([
    ['none', 0],
    ['one that somebody else wrote', 7],
    ['one of which parts are missing', versionOf(4, 0)],
  ])('is the whole where it holds %s', (_what, version) => {
    expect(from(version)).toEqual(whole(version));
    expect(whole(version)).toMatchObject([{ isFull: true, entries: newest.entries }]);
  });

  it('is the whole where that is no more than what changed', () => {
    const other = list(55, 'D', 'E', 'F');
    const held = versionOf(1, 55);
    expect(listParts(held, newest, { former: [other], perMessageMax: 1_000 })).toEqual(whole(held));
  });

  it('is the whole where a token changed its type, which 1.6 does not know', () => {
    const typed = (tokenType: string) => ({ tokenId: 'A', tokenType, status: 'accepted' }) as const;
    const parts = listParts(versionOf(1, 55), list(77, typed('ISO15693'), 'B', 'C', 'D'), {
      former: [list(55, typed('ISO14443'), 'B', 'C', 'D')],
      perMessageMax: 1_000,
    });
    expect(parts).toMatchObject([{ isFull: true }]);
  });

  it('takes off before it puts on, for there may be no room', () => {
    const parts = listParts(versionOf(1, 55), list(77, 'A', 'B', 'C', 'NEW'), {
      former: [list(55, 'OLD', 'A', 'B', 'C')],
      perMessageMax: 1,
    });
    expect(parts.map(({ entries }) => entries)).toEqual([
      [{ tokenId: 'OLD', status: undefined }],
      [{ tokenId: 'NEW', status: 'accepted' }],
    ]);
  });

  it('is one empty message where nothing is to be on it', () => {
    expect(wholeList(versionOf(1, 55), list(9), 10)).toEqual([
      { version: versionOf(2, 9), isFull: true, entries: [] },
    ]);
  });
});
