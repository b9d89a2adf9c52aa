import { expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import {
  type Figures,
  hourMs,
  type Minute,
  type MinuteSeries,
  minuteMs,
  type SeriesMinute,
} from '../../src/domain/minutes.ts';
import { historyIn } from '../../src/store/history.ts';
import type { Store } from '../../src/store/openStore.ts';
import { eventually } from '../eventually.ts';
import { describeOnBothDatabases } from './databases.ts';
import { recordedLog } from './recordedLog.ts';

const noonMs = Date.parse('2026-01-31T12:00:00Z');
const garage = siteId('garage');
const grid: MinuteSeries = { siteId: garage, kind: 'circuit', id: 'grid' };
const minute = (index: number, figures: Figures, series = grid): SeriesMinute => ({
  series,
  atMs: noonMs + index * minuteMs,
  figures,
});

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const settled = (store: Store): Promise<void> =>
  eventually(() => expect(store.historyQueue()).toEqual({ waiting: 0, lost: 0, isFailing: false }));

const near = { fromMs: noonMs - 24 * hourMs, untilMs: noonMs + 24 * hourMs };
const told = async (store: Store, series = grid): Promise<readonly [number, Figures][]> =>
  (await all<Minute>(store.minutes(series, near))).map(({ atMs, figures }) => [
    (atMs - noonMs) / minuteMs,
    figures,
  ]);

describeOnBothDatabases('the history', (database) => {
  it('has every minute of a series, and what was not known is not there', async () => {
    const store = await database.open();
    const hall: MinuteSeries = { ...grid, id: 'hall' };
    store.keepMinutes([minute(58, { a: 1.25, b: 2 }), minute(58, { a: 7 }, hall)]);
    store.keepMinutes([minute(59, { a: 1.25 })]);
    store.keepMinutes([minute(61, { a: -3, b: 2 })]);
    await settled(store);
    expect(await told(store)).toEqual([
      [58, { a: 1.25, b: 2 }],
      [59, { a: 1.25 }],
      [61, { a: -3, b: 2 }],
    ]);
    expect(await told(store, hall)).toEqual([[58, { a: 7 }]]);
  });

  it('goes on in the hour that a process before it began, and a minute told again replaces the first', async () => {
    const first = await database.open();
    first.keepMinutes([minute(1, { a: 1 })]);
    first.keepMinutes([minute(2, { a: 2, b: 5 })]);
    await first.stop();
    const store = await database.open();
    store.keepMinutes([minute(2, { a: 22 })]);
    store.keepMinutes([minute(3, { a: 3 })]);
    await settled(store);
    expect(await told(store)).toEqual([
      [1, { a: 1 }],
      [2, { a: 22 }],
      [3, { a: 3 }],
    ]);
  });

  it('holds a site and a circuit of the same name apart, and more series than one record carries', async () => {
    const store = await database.open();
    const series: MinuteSeries[] = Array.from({ length: 101 }, (_, index) => ({
      ...grid,
      kind: 'evse',
      id: `E${index}`,
    }));
    const site: MinuteSeries = { siteId: garage, kind: 'site', id: 'E7' };
    store.keepMinutes([site, ...series].map((each, index) => minute(0, { a: index }, each)));
    await settled(store);
    expect(await told(store, site)).toEqual([[0, { a: 0 }]]);
    expect(await told(store, { ...grid, kind: 'evse', id: 'E7' })).toEqual([[0, { a: 8 }]]);
    expect(await told(store, { ...grid, kind: 'evse', id: 'E100' })).toEqual([[0, { a: 101 }]]);
  });

  it('is read from the first minute asked for up to the last, which is not included', async () => {
    const store = await database.open();
    for (const index of [0, 1, 59, 60, 61]) store.keepMinutes([minute(index, { a: index })]);
    await settled(store);
    const span = { fromMs: noonMs + minuteMs, untilMs: noonMs + 61 * minuteMs };
    const found = await all(store.minutes(grid, span));
    expect(found.map(({ figures }) => figures['a'])).toEqual([1, 59, 60]);
    const beside = await all(historyIn(database.url(), span, recordedLog().log));
    expect(beside).toEqual(found.map((each) => ({ ...each, series: grid })));
  });

  it('forgets whole hours that are too old, and no other', async () => {
    const store = await database.open();
    for (const index of [-61, -1, 0]) store.keepMinutes([minute(index, { a: index })]);
    await settled(store);
    expect(await store.pruneHistory(noonMs)).toBe(1);
    expect((await told(store)).map(([index]) => index)).toEqual([-1, 0]);
    expect(await store.pruneHistory(noonMs + 1)).toBe(1);
    expect((await told(store)).map(([index]) => index)).toEqual([0]);
    expect(await store.pruneHistory(noonMs + 1)).toBe(0);
  });

  it('is bounded while the database is away, and tells what did not fit', async () => {
    const store = await database.open();
    await store.stop();
    store.keepMinutes([minute(0, { a: 1 })]);
    expect(store.historyQueue()).toMatchObject({ waiting: 0, lost: 1 });
  });
});
