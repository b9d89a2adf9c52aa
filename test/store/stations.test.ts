import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import type { StationRecord } from '../../src/store/stations.ts';
import { describeOnBothDatabases } from './databases.ts';

const lastSeenAtMs = 1_763_690_000_123;

describeOnBothDatabases('stations in the store', (database) => {
  it('come back as they were last saved, after a restart too', async () => {
    const connected: StationRecord = {
      id: stationId('CP-A1'),
      protocol: 'ocpp1.6',
      hardware: undefined,
      lastSeenAtMs,
    };
    const booted: StationRecord = {
      ...connected,
      hardware: { vendor: 'Garo', model: 'LS4', serialNumber: undefined, firmware: '1.2.3' },
      lastSeenAtMs: lastSeenAtMs + 1,
    };
    const never: StationRecord = { ...connected, id: stationId('CP-A2'), protocol: undefined };
    const first = await database.open();
    for (const record of [connected, never, booted]) first.saveStation(record);
    await first.stop();

    const second = await database.open();
    expect(await second.stations()).toEqual([booted, never]);
  });
});
