import { expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const stop = { siteId: siteId('garage'), atMs: 1_763_690_000_123, by: 'office', reason: 'Rök i hallen' };

describeOnBothDatabases('stopped sites in the store', (database) => {
  it('are still stopped after a restart', async () => {
    const first = await database.open();
    await first.insertStop(stop);
    await first.stop();
    expect(await (await database.open()).stops()).toEqual([stop]);
  });

  it('keep their first stop', async () => {
    const store = await database.open();
    await store.insertStop(stop);
    await store.insertStop({ ...stop, by: 'root' });
    expect(await store.stops()).toEqual([stop]);
  });

  it('are released for good', async () => {
    const store = await database.open();
    await store.insertStop(stop);
    await store.deleteStop(stop.siteId);
    expect(await store.stops()).toEqual([]);
  });
});
