import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const passwords = { stationId: stationId('CP-A1'), configured: 'scrypt:1', hashes: ['scrypt:1', 'scrypt:2'] };

describeOnBothDatabases("stations' passwords in the store", (database) => {
  it('are there after a restart, oldest first', async () => {
    const first = await database.open();
    await first.saveStationPasswords(passwords);
    await first.stop();
    expect(await (await database.open()).stationPasswords()).toEqual([passwords]);
  });

  it('are replaced as a whole', async () => {
    const store = await database.open();
    await store.saveStationPasswords(passwords);
    const newest = { ...passwords, configured: undefined, hashes: ['scrypt:2'] };
    await store.saveStationPasswords(newest);
    expect(await store.stationPasswords()).toEqual([newest]);
  });
});
