import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ListedToken,
  type ListOutcome,
  LocalLists,
  listedTokens,
} from '../../src/control/localLists.ts';
import { type SiteId, siteId, stationId } from '../../src/domain/ids.ts';
import type { Token } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { VirtualClock } from '../virtualClock.ts';

const garage = siteId('garage');
const depot = siteId('depot');
const startMs = new VirtualClock().nowMs();

const token = (id: string, change: Partial<Token> = {}): Token => ({
  ...{ key: id, id, type: undefined, groupId: undefined, isBlocked: false, expiresAtMs: undefined },
  ...{ sites: [], note: '', setAtMs: startMs, setBy: 'office', ...change },
});

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** One station with its list, and whatever it is told to answer. */
function given(tokens: readonly Token[], sites: readonly SiteId[] = [garage]) {
  const clock = new VirtualClock();
  const station = {
    version: 0,
    entries: [] as readonly ListedToken[],
    asked: 0,
    replaced: 0,
    refuses: undefined as Exclude<ListOutcome<unknown>, { outcome: 'accepted' }> | undefined,
  };
  const desk = { revision: 0, tokens, list: () => desk.tokens };
  const lists = new LocalLists({
    clock,
    log: createLogger('silent'),
    stations: [{ id: stationId('CP-A1'), sites }],
    tokens: desk,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    versionAt: async () => {
      station.asked += 1;
      return station.refuses ?? { outcome: 'accepted', value: station.version };
    },
    replaceAt: async (_id, version, entries) => {
      station.replaced += 1;
      Object.assign(station, { version, entries });
      return { outcome: 'accepted', value: undefined };
    },
  });
  stops.push(() => lists.stop());
  return {
    station,
    lists,
    set: (changed: readonly Token[]) => {
      desk.tokens = changed;
      desk.revision += 1;
    },
    run: async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 30) {
        clock.advance(30_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('the local list of a station', () => {
  it('holds what is good or blocked at its sites, the newest first', () => {
    const tokens = [
      token('GOOD', { groupId: 'FAMILY', type: 'ISO14443', expiresAtMs: startMs + 1 }),
      token('NEWER', { setAtMs: startMs + 1 }),
      token('BLOCKED', { isBlocked: true }),
      token('EXPIRED', { expiresAtMs: startMs }),
      token('ELSEWHERE', { sites: [depot] }),
      token('BLOCKED ELSEWHERE', { sites: [depot], isBlocked: true }),
    ];
    expect(listedTokens(tokens, [garage], startMs)).toEqual([
      { tokenId: 'NEWER', status: 'accepted' },
      {
        ...{ tokenId: 'GOOD', tokenType: 'ISO14443', status: 'accepted', groupTokenId: 'FAMILY' },
        expiresAtMs: startMs + 1,
      },
      { tokenId: 'BLOCKED', status: 'blocked' },
    ]);
  });

  it('is no longer than a thousand', () => {
    const tokens = Array.from({ length: 1_001 }, (_, index) => token(`T${index}`));
    expect(listedTokens(tokens.slice(1), [garage], startMs)).toHaveLength(1_000);
    expect(listedTokens(tokens, [garage], startMs)).toHaveLength(1_000);
  });
});

describe('local lists', () => {
  it('are replaced where they differ, once, and again when a token changes', async () => {
    const { station, run, set } = given([token('A')]);
    await run(300);
    expect(station).toMatchObject({ replaced: 1, entries: [{ tokenId: 'A' }] });
    set([token('A'), token('B', { setAtMs: startMs + 1 })]);
    await run(60);
    expect(station).toMatchObject({ replaced: 2, entries: [{ tokenId: 'B' }, { tokenId: 'A' }] });
  });

  it('are left where the station tells their version, as after a restart of ours', async () => {
    const before = given([token('A')]);
    await before.run(30);
    const { station, run } = given([token('A', { note: 'his', setAtMs: 0 })]);
    station.version = before.station.version;
    await run(300);
    expect(station).toMatchObject({ asked: 1, replaced: 0 });
  });

  it('that are empty are not sent to a station without one', async () => {
    const { station, run } = given([]);
    await run(60);
    expect(station).toMatchObject({ asked: 1, replaced: 0 });
  });

  it('are set right again a day later where somebody else changed them', async () => {
    const { station, run } = given([token('A')]);
    await run(60);
    station.version = 7;
    await run(24 * 3_600);
    expect(station.replaced).toBe(2);
  });

  it('reach a station that was away with the next sweep', async () => {
    const { station, run } = given([token('A')]);
    station.refuses = { outcome: 'unsent', reason: 'the station is not connected' };
    await run(120);
    expect(station).toMatchObject({ asked: 4, replaced: 0 });
    station.refuses = undefined;
    await run(30);
    expect(station.replaced).toBe(1);
  });

  it('are not offered again for a day to a station that refuses them, unless they change', async () => {
    const { station, run, set } = given([token('A')]);
    station.refuses = { outcome: 'rejected', reason: 'NotSupported' };
    await run(600);
    expect(station.asked).toBe(1);
    set([token('B')]);
    await run(60);
    expect(station.asked).toBe(2);
    await run(24 * 3_600);
    expect(station.asked).toBe(3);
  });

  it('are left alone once stopped, twice if need be', async () => {
    const { station, lists, run } = given([token('A')]);
    lists.stop();
    lists.stop();
    await run(60);
    expect(station.asked).toBe(0);
  });
});
