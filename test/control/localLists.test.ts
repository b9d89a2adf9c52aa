import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type ListOutcome, LocalLists } from '../../src/control/localLists.ts';
import { type SiteId, siteId, stationId } from '../../src/domain/ids.ts';
import type { ListBounds, ListChange, ListPart } from '../../src/domain/localList.ts';
import type { Token } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { givenToken } from '../domain/givenToken.ts';
import { VirtualClock } from '../virtualClock.ts';

const garage = siteId('garage');
const startMs = new VirtualClock().nowMs();
const token = (id: string, change: Partial<Token> = {}): Token =>
  givenToken(id, { setAtMs: startMs, ...change });
const many = (count: number): readonly Token[] =>
  Array.from({ length: count }, (_, index) => token(`T${index}`));

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

type Refusal = Exclude<ListOutcome<unknown>, { outcome: 'accepted' }>;

/** One station with its list, which it keeps as it is told to, and whatever it is told to answer. */
function given(tokens: readonly Token[], sites: readonly SiteId[] = [garage]) {
  const clock = new VirtualClock();
  const station = {
    version: 0,
    list: new Map<string, ListChange>(),
    asked: 0,
    /** What it was told, the oldest first. */
    told: [] as ListPart[],
    bounds: {} as Partial<ListBounds>,
    refuses: undefined as Refusal | undefined,
    refusesPart: (_part: ListPart): Refusal | undefined => undefined,
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
    boundsAt: async () => ({ outcome: 'accepted', value: station.bounds }),
    sendTo: async (_id, part) => {
      station.told.push(part);
      const refusal = station.refusesPart(part);
      if (refusal !== undefined) return refusal;
      if (part.isFull) station.list.clear();
      else if (part.version <= station.version) return { outcome: 'rejected', reason: 'VersionMismatch' };
      station.version = part.version;
      for (const entry of part.entries)
        if (entry.status === undefined) station.list.delete(entry.tokenId);
        else station.list.set(entry.tokenId, entry);
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

const listed = ({ list }: { readonly list: ReadonlyMap<string, ListChange> }) => [...list.keys()].toSorted();
const shape = ({ told }: { readonly told: readonly ListPart[] }) =>
  told.map(({ isFull, entries }) => ({ isFull, entries: entries.length }));

describe('local lists', () => {
  it('are sent whole to a station that holds another one, once', async () => {
    const { station, run } = given([token('A')]);
    station.version = 7;
    await run(300);
    expect(station).toMatchObject({ asked: 1, told: [{ isFull: true, entries: [{ tokenId: 'A' }] }] });
  });

  it('are told as what changed to a station that holds one of ours', async () => {
    const { station, run, set } = given([token('A'), token('B'), token('C'), token('D')]);
    await run(60);
    set([token('A'), token('C', { isBlocked: true }), token('D'), token('E')]);
    await run(60);
    expect(station.told[1]).toMatchObject({
      isFull: false,
      entries: [
        { tokenId: 'B', status: undefined },
        { tokenId: 'C', status: 'blocked' },
        { tokenId: 'E', status: 'accepted' },
      ],
    });
    expect(listed(station)).toEqual(['A', 'C', 'D', 'E']);
  });

  it('are told as what changed since, to one that was away over some changes', async () => {
    const { station, run, set } = given(many(5));
    await run(60);
    station.refuses = { outcome: 'unsent', reason: 'the station is not connected' };
    set(many(6));
    await run(60);
    set(many(7));
    await run(60);
    station.refuses = undefined;
    await run(60);
    expect(shape(station)).toEqual([
      { isFull: true, entries: 5 },
      { isFull: false, entries: 2 },
    ]);
  });

  it.each(['VersionMismatch', 'Failed'])(
    'are sent whole where a change is answered with %s',
    async (reason) => {
      const { station, run, set } = given(many(5));
      await run(60);
      station.refusesPart = ({ isFull }) => (isFull ? undefined : { outcome: 'rejected', reason });
      set(many(6));
      await run(300);
      expect(shape(station).slice(1)).toEqual([
        { isFull: false, entries: 1 },
        { isFull: true, entries: 6 },
      ]);
      expect(listed(station)).toHaveLength(6);
    },
  );

  it('come in parts where a message has room for so many, the first of a whole list replacing the one before', async () => {
    const { station, run, set } = given(many(5));
    station.bounds = { perMessageMax: 2 };
    await run(60);
    set([...many(5), token('X'), token('Y'), token('Z')]);
    await run(60);
    expect(shape(station)).toEqual([
      { isFull: true, entries: 2 },
      { isFull: false, entries: 2 },
      { isFull: false, entries: 1 },
      { isFull: false, entries: 2 },
      { isFull: false, entries: 1 },
    ]);
    expect(listed(station)).toHaveLength(8);
  });

  it('that were cut off between two parts begin again', async () => {
    const { station, run } = given(many(3));
    station.bounds = { perMessageMax: 2 };
    station.refusesPart = ({ isFull }) =>
      isFull ? undefined : { outcome: 'timed-out', reason: 'no answer' };
    await run(30);
    station.refusesPart = () => undefined;
    await run(30);
    expect(shape(station).map(({ isFull }) => isFull)).toEqual([true, false, true, false]);
    expect(listed(station)).toEqual(['T0', 'T1', 'T2']);
  });

  it('hold no more than a station has room for: what was set last', async () => {
    const { station, run } = given([token('OLD', { setAtMs: 0 }), token('A'), token('B')]);
    station.bounds = { entriesMax: 2 };
    await run(60);
    expect(listed(station)).toEqual(['A', 'B']);
  });

  it('are left where the station tells their version, as after a restart of ours', async () => {
    const before = given([token('A')]);
    await before.run(30);
    const { station, run } = given([token('A', { note: 'his', setAtMs: 0 })]);
    station.version = before.station.version;
    await run(300);
    expect(station).toMatchObject({ asked: 1, told: [] });
  });

  it('that are empty are not sent to a station without one', async () => {
    const { station, run } = given([]);
    await run(60);
    expect(station).toMatchObject({ asked: 1, told: [] });
  });

  it('are set right again a day later where somebody else changed them', async () => {
    const { station, run } = given([token('A')]);
    await run(60);
    station.version = 7;
    await run(24 * 3_600);
    expect(shape(station)).toEqual([
      { isFull: true, entries: 1 },
      { isFull: true, entries: 1 },
    ]);
  });

  it('reach a station that was away with the next sweep', async () => {
    const { station, run } = given([token('A')]);
    station.refuses = { outcome: 'unsent', reason: 'the station is not connected' };
    await run(120);
    expect(station).toMatchObject({ asked: 4, told: [] });
    station.refuses = undefined;
    await run(30);
    expect(listed(station)).toEqual(['A']);
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
