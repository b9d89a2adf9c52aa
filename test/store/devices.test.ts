import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

describeOnBothDatabases('what is known of devices in the store', (database) => {
  it('is there after a restart, the last word of each station', async () => {
    const first = await database.open();
    const learnt = [
      { change: { takesZero: false }, why: 'refused 0 A', atMs: 1_763_690_000_123, firmware: '1.8' },
    ];
    const hardware = { vendor: 'ABB', model: 'Terra AC', serialNumber: undefined, firmware: '1.8' };
    first.rememberDevice(stationId('CP-A1'), { hardware, learnt: [] });
    first.rememberDevice(stationId('CP-A2'), { hardware: undefined, learnt: [] });
    first.rememberDevice(stationId('CP-A1'), { hardware, learnt });
    await first.stop();
    expect([...(await (await database.open()).devices())]).toEqual([
      ['CP-A1', { hardware, learnt }],
      ['CP-A2', { learnt: [] }],
    ]);
  });
});
