import { expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import type { ApiKey, Login, User } from '../../src/domain/person.ts';
import { eventually } from '../eventually.ts';
import { describeOnBothDatabases } from './databases.ts';

const entry = { atMs: 1, actor: 'root', action: 'user added', target: 'anna', before: undefined, after: {} };
const anna: User = {
  ...{ name: 'anna', role: 'site-operator', sites: [siteId('garage')], passwordHash: 'scrypt:…' },
  ...{ stamp: 's1', isBlocked: false, setAtMs: 1_763_690_000_123, setBy: 'root' },
};
const key: ApiKey = {
  ...{ name: 'meter', role: 'viewer', sites: [], sha256: 'ab', expiresAtMs: 1_763_690_000_124 },
  ...{ setAtMs: 1, setBy: 'root' },
};
const login = (sha256: string): Login => ({
  ...{ sha256, user: 'anna', stamp: 's1', startedAtMs: 5, usedAtMs: 6 },
});

describeOnBothDatabases('people in the store', (database) => {
  it('come back as they were last kept, after a restart too, with an entry for every change', async () => {
    const first = await database.open();
    await first.saveUser(anna, entry);
    await first.saveUser({ ...anna, isBlocked: true }, { ...entry, action: 'user changed' });
    await first.saveApiKey(key, { ...entry, action: 'API key added' });
    await first.insertLogin(login('l1'), { ...entry, action: 'signed in' });
    await first.stop();
    const second = await database.open();
    expect(await second.users()).toEqual([{ ...anna, isBlocked: true }]);
    expect(await second.apiKeys()).toEqual([key]);
    expect(await second.logins()).toEqual([login('l1')]);
    const { items } = await second.listAudit({ count: 9 });
    expect(items.map(({ action }) => action).reverse()).toEqual([
      'user added',
      'user changed',
      'API key added',
      'signed in',
    ]);
  });

  it('are gone once removed, and a user takes its logins along', async () => {
    const store = await database.open();
    await store.saveUser(anna, entry);
    await store.saveApiKey(key, entry);
    await store.insertLogin(login('l1'), entry);
    await store.deleteUser('anna', entry);
    await store.deleteApiKey('meter', entry);
    expect([await store.users(), await store.apiKeys(), await store.logins()]).toEqual([[], [], []]);
    expect((await store.listAudit({ count: 9 })).items).toHaveLength(5);
  });

  it('keep when a login was used last, and forget logins that ended', async () => {
    const store = await database.open();
    for (const id of ['l1', 'l2']) await store.insertLogin(login(id), entry);
    store.touchLogin('l1', 99);
    await eventually(async () => expect((await store.logins())[0]?.usedAtMs).toBe(99));
    await store.deleteLogins(['l1', 'unknown']);
    expect((await store.logins()).map(({ sha256 }) => sha256)).toEqual(['l2']);
  });

  it('are not changed without their entry: both are refused together', async () => {
    const store = await database.open();
    await store.saveApiKey(key, entry);
    await expect(store.saveApiKey({ ...key, name: 'twin' }, entry)).rejects.toThrow('could not keep API key');
    expect(await store.apiKeys()).toEqual([key]);
    expect((await store.listAudit({ count: 9 })).items).toHaveLength(1);
  });
});
