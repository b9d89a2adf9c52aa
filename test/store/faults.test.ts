import { expect, it } from 'vitest';
import type { Fault } from '../../src/domain/fault.ts';
import { stationId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const cpA1 = stationId('CP-A1');
const given = (change: Partial<Fault> = {}): Fault => ({
  id: 'F1',
  stationId: cpA1,
  evseNumber: 1,
  source: 'status',
  key: 'status 1',
  code: 'GroundFailure',
  vendorCode: 'E17',
  detail: undefined,
  severity: 'critical',
  beganAtMs: 1000,
  endedAtMs: undefined,
  ...change,
});

describeOnBothDatabases('faults in the store', (database) => {
  it('come back as they were last saved, and the open ones by themselves', async () => {
    const first = await database.open();
    first.saveFault(given());
    first.saveFault(given({ id: 'F2', code: 'WeakSignal', beganAtMs: 2000 }));
    first.saveFault(given({ endedAtMs: 3000 }));
    await first.stop();
    const second = await database.open();
    const { items } = await second.listFaults(cpA1, { count: 10 });
    expect(items.map(({ id, endedAtMs }) => [id, endedAtMs])).toEqual([
      ['F2', undefined],
      ['F1', 3000],
    ]);
    expect((await second.openFaults()).map(({ id }) => id)).toEqual(['F2']);
  });

  it('are listed by source and in pages', async () => {
    const first = await database.open();
    for (const id of ['F1', 'F2', 'F3']) first.saveFault(given({ id }));
    first.saveFault(given({ id: 'S1', source: 'security event', endedAtMs: 1000 }));
    first.saveFault(given({ id: 'X', stationId: stationId('CP-A2') }));
    await first.stop();
    const store = await database.open();
    const page = await store.listFaults(cpA1, { count: 2, source: 'status' });
    expect(page.items.map(({ id }) => id)).toEqual(['F3', 'F2']);
    const next = await store.listFaults(cpA1, { count: 2, source: 'status', before: page.next });
    expect(next.items.map(({ id }) => id)).toEqual(['F1']);
    expect((await store.listFaults(cpA1, { count: 9, source: 'security event' })).items).toHaveLength(1);
  });

  it('are kept to the newest thousand of a station, and those that last', async () => {
    const first = await database.open();
    await database.run(
      `insert into station_fault (id, station_id, evse_number, source, key, code, severity, began_at_ms, ended_at_ms)
       select 'old' || n, 'CP-A1', 1, 'event', 'k', 'old', 'notice', n, case when n = 1 then null else n end from (
         with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 1005)
         select n from numbers) as many`,
    );
    first.saveFault(given({ beganAtMs: 10_000 }));
    await first.stop();
    const store = await database.open();
    const pages = [];
    let before: { readonly atMs: number; readonly id: string } | undefined;
    do {
      const page = await store.listFaults(cpA1, { count: 500, before });
      pages.push(page.items);
      before = page.next;
    } while (before !== undefined);
    const all = pages.flat();
    expect(all).toHaveLength(1001);
    expect(all.at(-1)).toMatchObject({ id: 'old1', endedAtMs: undefined });
  });
});
