import { expect, it } from 'vitest';
import type { RoamingObject } from '../../src/domain/roaming/partner.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (change: Partial<RoamingObject> = {}): RoamingObject => ({
  kind: 'cdr',
  partnerId: 'roam',
  id: 'C1',
  alias: 'CP-A1~5',
  createdAtMs: 1_000,
  lastUpdatedMs: 1_000,
  isDue: true,
  document: { id: 'C1', kwh: 12.3456 },
  ...change,
});

describeOnBothDatabases('objects of roaming in the store', (database) => {
  it('are found by their partner alone, after a restart too', async () => {
    const first = await database.open();
    await first.saveRoamingObject(given());
    await first.saveRoamingObject(given({ partnerId: 'other', document: { id: 'theirs' } }));
    await first.stop();
    const store = await database.open();
    expect(await store.findRoamingObject({ kind: 'cdr', partnerId: 'roam' }, 'C1')).toEqual(given());
    expect(await store.findRoamingObject({ kind: 'cdr', partnerId: 'nobody' }, 'C1')).toBeUndefined();
    expect(await store.findRoamingObject({ kind: 'session', partnerId: 'roam' }, 'C1')).toBeUndefined();
    expect((await store.roamingObjectsByAlias('cdr', 'CP-A1~5')).map(({ partnerId }) => partnerId)).toEqual([
      'other',
      'roam',
    ]);
  });

  it('come in pages in the order of their creation, whatever changed since', async () => {
    const store = await database.open();
    for (const n of [3, 1, 2, 4])
      await store.saveRoamingObject(given({ id: `C${n}`, createdAtMs: n, lastUpdatedMs: 10 * n }));
    await store.saveRoamingObject(given({ id: 'C1', createdAtMs: 99, lastUpdatedMs: 35 }));
    const page = (offset: number, isNewestFirst = false) => {
      const asked = { fromMs: 20, untilMs: 40, offset, limit: 2, isNewestFirst };
      return store.pageRoamingObjects({ kind: 'cdr', partnerId: 'roam', ...asked });
    };
    const ids = async (...asked: Parameters<typeof page>) => (await page(...asked)).items.map(({ id }) => id);
    expect([await ids(0), await ids(2)]).toEqual([['C1', 'C2'], ['C3']]);
    expect((await page(0)).total).toBe(3);
    expect([await ids(0, true), await ids(2, true)]).toEqual([['C3', 'C2'], ['C1']]);
  });

  it('are counted anew after every change', async () => {
    const store = await database.open();
    const counts = async (change: Partial<RoamingObject> = {}) => {
      const { kind, partnerId } = given(change);
      const page = (fromMs: number) =>
        store.pageRoamingObjects({ kind, partnerId, fromMs, offset: 0, limit: 1 });
      return [(await page(0)).total, (await page(20)).total];
    };
    for (const n of [1, 2, 3])
      expect(await store.addRoamingObject(given({ id: `C${n}`, lastUpdatedMs: 10, isDue: false }))).toBe(
        true,
      );
    expect(await counts()).toEqual([3, 0]);
    await store.saveRoamingObject(given({ id: 'C3', lastUpdatedMs: 30 }));
    expect(await counts()).toEqual([3, 1]);
    await store.deleteRoamingObject({ kind: 'cdr', partnerId: 'roam' }, 'C3');
    expect(await counts()).toEqual([2, 0]);
    await store.pruneRoamingObjects(20, 1);
    expect(await counts()).toEqual([1, 0]);
    await store.moveRoamingObjects('roam', 'roam~1');
    expect([await counts(), await counts({ partnerId: 'roam~1' })]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    const booking = { kind: 'booking', lastUpdatedMs: 20 } as const;
    expect(await counts(booking)).toEqual([0, 0]);
    await store.keepBooking(given(booking), undefined);
    expect(await counts(booking)).toEqual([1, 1]);
  });

  it('are told to go on where another process has added some since they were counted', async () => {
    const [store, another] = [await database.open(), await database.open()];
    const shelf = { kind: 'cdr', partnerId: 'roam' } as const;
    const page = (offset: number) => store.pageRoamingObjects({ ...shelf, offset, limit: 1 });
    await store.saveRoamingObject(given());
    expect((await page(0)).total).toBe(1);
    await another.saveRoamingObject(given({ id: 'C2', createdAtMs: 2_000 }));
    expect((await page(0)).total).toBe(2);
    expect((await page(1)).items.map(({ id }) => id)).toEqual(['C2']);
  });

  it('are due until their partner was told', async () => {
    const store = await database.open();
    const shelf = { kind: 'cdr', partnerId: 'roam' } as const;
    await store.saveRoamingObject(given());
    await store.saveRoamingObject(given({ id: 'C2', createdAtMs: 2_000 }));
    expect((await store.dueRoamingObjects(shelf, 1)).map(({ id }) => id)).toEqual(['C1']);
    await store.toldRoamingObject(shelf, 'C1');
    expect((await store.dueRoamingObjects(shelf, 9)).map(({ id }) => id)).toEqual(['C2']);
    expect(await store.countRoamingObjects(shelf)).toBe(2);
  });

  it('are removed by their partner alone, once', async () => {
    const store = await database.open();
    await store.saveRoamingObject(given());
    expect(await store.deleteRoamingObject({ kind: 'cdr', partnerId: 'other' }, 'C1')).toBe(false);
    expect(await store.deleteRoamingObject({ kind: 'cdr', partnerId: 'roam' }, 'C1')).toBe(true);
    expect(await store.deleteRoamingObject({ kind: 'cdr', partnerId: 'roam' }, 'C1')).toBe(false);
  });

  it('are put aside with those of the parties behind a hub, and with nobody else’s', async () => {
    const store = await database.open();
    const ids = ['hub', 'hub~SE-GRG', 'hub~1769860800000', 'hub2', 'hub2~SE-GRG'];
    for (const partnerId of ids) await store.saveRoamingObject(given({ partnerId }));
    await store.moveRoamingObjects('hub', 'hub~1769860900000');
    const found = await store.roamingObjectsByAlias('cdr', 'CP-A1~5');
    expect(found.map(({ partnerId, isDue }) => [partnerId, isDue]).toSorted()).toEqual([
      ['hub2', true],
      ['hub2~SE-GRG', true],
      ['hub~1769860800000', true],
      ['hub~1769860900000', false],
      ['hub~1769860900000~SE-GRG', false],
    ]);
  });

  it('that were added are not changed by adding them again', async () => {
    const store = await database.open();
    expect(await store.addRoamingObject(given())).toBe(true);
    expect(await store.addRoamingObject(given({ document: 'another' }))).toBe(false);
    expect((await store.findRoamingObject({ kind: 'cdr', partnerId: 'roam' }, 'C1'))?.document).toEqual({
      id: 'C1',
      kwh: 12.3456,
    });
  });

  it('are removed when they are old and nothing of them is due, some at a time', async () => {
    const store = await database.open();
    for (const n of [1, 2, 3, 4])
      await store.saveRoamingObject(given({ id: `C${n}`, lastUpdatedMs: n * 1_000, isDue: n === 2 }));
    await store.saveRoamingObject(given({ kind: 'token', isDue: false }));
    expect(await store.pruneRoamingObjects(4_000, 1)).toBe(1);
    expect(await store.pruneRoamingObjects(4_000, 9)).toBe(1);
    expect(await store.pruneRoamingObjects(4_000, 9)).toBe(0);
    expect(await store.countRoamingObjects({ kind: 'cdr', partnerId: 'roam' })).toBe(2);
    expect(await store.countRoamingObjects({ kind: 'token', partnerId: 'roam' })).toBe(1);
  });
});
