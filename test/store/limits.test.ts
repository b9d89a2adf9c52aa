import { expect, it } from 'vitest';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, limitId, siteId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const nowMs = 1_763_690_000_123;

/** A grid operator's curtailment to 20.5 A for an hour. Each test changes what it is about. */
const given = (id: string, change: Partial<GridLimit> = {}): GridLimit => ({
  id: limitId(id),
  target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') },
  value: { amps: 20.5 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'Transformator överlastad',
  fromMs: nowMs,
  untilMs: nowMs + 3_600_000,
  createdAtMs: nowMs,
  ...change,
});

describeOnBothDatabases('limits in the store', (database) => {
  it('come back as they were set, after a restart too', async () => {
    const limits = [
      given('a'),
      given('b', { target: { kind: 'area', areaId: areaId('feeder-12') }, value: { watts: 400_000 } }),
      given('c', { source: 'site-operator', untilMs: undefined, value: { amps: 0 } }),
    ];
    const first = await database.open();
    for (const limit of limits) await first.insertLimit(limit);
    await first.stop();

    const second = await database.open();
    expect(await second.limitsNotEnded(nowMs)).toEqual(limits);
  });

  it('are given back until the instant they end, and before they begin', async () => {
    const store = await database.open();
    await store.insertLimit(given('over', { untilMs: nowMs }));
    await store.insertLimit(given('last millisecond', { untilMs: nowMs + 1 }));
    await store.insertLimit(given('tomorrow', { fromMs: nowMs + 86_400_000, untilMs: undefined }));
    const ids = (await store.limitsNotEnded(nowMs)).map((limit) => limit.id);
    expect(ids).toEqual(['last millisecond', 'tomorrow']);
  });

  it('are lifted once, and kept with when and by whom', async () => {
    const store = await database.open();
    await store.insertLimit(given('a'));
    expect(await store.endLimit(limitId('a'), { atMs: nowMs + 5, endedBy: 'office' })).toBe(true);
    expect(await store.endLimit(limitId('a'), { atMs: nowMs + 9, endedBy: 'somebody else' })).toBe(false);
    expect(await store.endLimit(limitId('never set'), { atMs: nowMs, endedBy: 'office' })).toBe(false);

    expect(await store.limitsNotEnded(nowMs)).toEqual([]);
    const { items } = await store.listLimits({ count: 10 });
    expect(items).toEqual([{ limit: given('a'), ended: { atMs: nowMs + 5, endedBy: 'office' } }]);
  });

  it('are listed newest first in pages that neither repeat nor miss one of the same millisecond', async () => {
    const store = await database.open();
    for (const id of ['a', 'b', 'c', 'd']) await store.insertLimit(given(id));
    await store.insertLimit(given('older', { createdAtMs: nowMs - 1 }));

    const first = await store.listLimits({ count: 2 });
    const second = await store.listLimits({ count: 2, before: first.next });
    const third = await store.listLimits({ count: 2, before: second.next });
    const ids = [first, second, third].map((page) => page.items.map(({ limit }) => limit.id));
    expect(ids).toEqual([['d', 'c'], ['b', 'a'], ['older']]);
    expect(third.next).toBeUndefined();
  });

  it('with an id that is taken are refused', async () => {
    const store = await database.open();
    await store.insertLimit(given('a'));
    await expect(store.insertLimit(given('a'))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'refused',
    });
  });
});
