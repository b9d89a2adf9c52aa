import { expect, it } from 'vitest';
import type { KeptLease } from '../../src/control/inherited.ts';
import { evseId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (id: string, setpointAmps = 16.5): KeptLease => ({
  evseId: evseId(id),
  setpointAmps,
  tailAmps: 6,
  sentAtMs: 1_763_690_000_123,
  leaseMs: 120_000,
});

describeOnBothDatabases('what an EVSE was told', (database) => {
  it('is remembered over a restart: standing limit and newest lease, apart from each other', async () => {
    const first = await database.open();
    first.rememberLease(given('A1', 32));
    first.rememberStanding(evseId('A1'), 6);
    first.rememberLease(given('A1'));
    first.rememberStanding(evseId('A2'), 0);
    first.rememberLease(given('A3'));
    await first.stop();

    const second = await database.open();
    expect(await second.exposures()).toEqual([
      { evseId: 'A1', standingAmps: 6, lease: given('A1') },
      { evseId: 'A2', standingAmps: 0, lease: undefined },
      { evseId: 'A3', standingAmps: undefined, lease: given('A3') },
    ]);
  });

  it('is remembered with the charge that is to begin again there, until there is none', async () => {
    const wish = { wantedEnergyWh: 9_000, departureAtMs: undefined, priority: 2 };
    const charge = { tokenId: 'TAG', drawAmps: 16, wish, atMs: 5, attempts: 1, seenAtMs: 7 } as const;
    const first = await database.open();
    first.rememberStanding(evseId('A1'), 6);
    for (const id of ['A1', 'A2']) first.rememberInterrupted(evseId(id), charge);
    first.rememberInterrupted(evseId('A2'), undefined);
    await first.stop();

    const second = await database.open();
    expect([...(await second.interruptedCharges())]).toEqual([['A1', charge]]);
  });
});
