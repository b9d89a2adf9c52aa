import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const id = stationId('CP-A1');

describeOnBothDatabases('what is kept for the own CSMS of a station', (database) => {
  it('is there after a restart, messages in their order', async () => {
    const first = await database.open();
    await first.saveUpstreamMemory(id, { profiles: [], transactions: [[1, 41]] });
    for (const sequence of [10, 9]) await first.insertUpstreamMessage(id, sequence, { sequence });
    await first.stop();
    const second = await database.open();
    expect(await second.upstreamMemory(id)).toEqual({ profiles: [], transactions: [[1, 41]] });
    expect(await second.upstreamMessages(id)).toEqual([{ sequence: 9 }, { sequence: 10 }]);
  });

  it('goes when it was told, and belongs to its station alone', async () => {
    const store = await database.open();
    for (const sequence of [1, 2]) await store.insertUpstreamMessage(id, sequence, { sequence });
    await store.deleteUpstreamMessage(id, 1);
    expect(await store.upstreamMessages(id)).toEqual([{ sequence: 2 }]);
    expect(await store.upstreamMessages(stationId('CP-B2'))).toEqual([]);
    expect(await store.upstreamMemory(id)).toBeUndefined();
  });
});
