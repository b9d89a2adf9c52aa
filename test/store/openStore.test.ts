import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { areaId, evseId, limitId } from '../../src/domain/ids.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { describeOnBothDatabases } from './databases.ts';
import { recordedLog } from './recordedLog.ts';
import { startTcpProxy, type TcpProxy } from './tcpProxy.ts';

const open = (url: string): Promise<Store> =>
  openStore(url, { log: recordedLog().log, clock: systemClock() });

const limit: GridLimit = {
  id: limitId('a'),
  target: { kind: 'area', areaId: areaId('feeder-12') },
  value: { watts: 1 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'test',
  fromMs: 0,
  untilMs: undefined,
  createdAtMs: 0,
};

describeOnBothDatabases('a store', (database) => {
  it('numbers its starts, rising', async () => {
    const first = await database.open();
    const epochs = [await first.nextEpoch()];
    await first.stop();
    const second = await database.open();
    epochs.push(await second.nextEpoch());
    expect(epochs).toEqual([1, 2]);
  });

  it('may be stopped twice', async () => {
    const store = await database.open();
    await Promise.all([store.stop(), store.stop()]);
    await store.stop();
  });

  it('rejects with a StoreError once it is stopped', async () => {
    const store = await database.open();
    await store.stop();
    await expect(store.insertLimit(limit)).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('is not opened when a newer version of the program has used the database', async () => {
    await (await database.open()).stop();
    await database.run("insert into lastvakt_migration values ('999-future', '2099-01-01T00:00:00.000Z')");
    await expect(database.open()).rejects.toMatchObject({
      code: 'schema-too-new',
      message: expect.stringMatching(/newer version of Lastvakt \(it has 999-future\): start that version/),
    });
  });

  it('leaves no half migration behind when one fails', async () => {
    await database.run('create table audit (somebody_elses text)');
    await expect(database.open()).rejects.toMatchObject({ code: 'migration-failed' });
    await database.run('drop table audit');
    const store = await database.open();
    expect(await store.nextEpoch()).toBe(1);
  });
});

describe('opening a store', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lastvakt-open-'));
    await writeFile(join(folder, 'notes.txt'), 'This is not a database.\n'.repeat(100));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('works in memory', async () => {
    const store = await open('sqlite::memory:');
    expect(await store.nextEpoch()).toBe(1);
    await store.stop();
  });

  it.each(['', 'sqlite:', 'lastvakt.db', 'mysql://user@host/database'])(
    'refuses the URL "%s"',
    async (url) => {
      await expect(open(url)).rejects.toMatchObject({
        code: 'bad-url',
        message: expect.stringContaining('write sqlite:FILE, or postgres://user@host/database'),
      });
    },
  );

  it('names the file whose folder is missing, and what to do', async () => {
    const file = join(folder, 'missing', 'lastvakt.db');
    await expect(open(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'file-not-usable',
      message: expect.stringMatching(new RegExp(`${file} cannot be opened .*its folder must exist`)),
    });
  });

  it('refuses a file that is no database', async () => {
    await expect(open(`sqlite:${join(folder, 'notes.txt')}`)).rejects.toMatchObject({
      code: 'not-a-database',
    });
  });

  it('says where it looked for PostgreSQL and not which password it had', async () => {
    const outcome = open('postgres://lastvakt:secret@127.0.0.1:1/lastvakt');
    await expect(outcome).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/PostgreSQL at 127\.0\.0\.1:1 cannot be reached .*start it, or correct/),
    });
    await expect(outcome).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });
});

describeWith('postgres', 'a PostgreSQL server', (server) => {
  it('that lacks the database is told apart from one that is away', async () => {
    const url = Object.assign(new URL(server), { pathname: 'nowhere' });
    await expect(open(url.href)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('"nowhere"'),
    });
  });
});

describeOnBothDatabases('a store whose database goes away', (database) => {
  if (database.kind === 'SQLite') {
    it('keeps queued records while another program holds the file, and refuses a limit', async () => {
      const store = await database.open({ flushMs: 1, retryMinMs: 20 });
      await database.run("begin immediate; insert into counter values ('held', 1)", async () => {
        store.rememberStanding(evseId('A1'), 6);
        await eventually(() => expect(store.writeQueue()).toMatchObject({ waiting: 1, isFailing: true }));
        await expect(store.insertLimit(limit)).rejects.toMatchObject({ code: 'unavailable' });
      });
      await eventually(() => expect(store.writeQueue()).toEqual({ waiting: 0, lost: 0, isFailing: false }));
      await store.insertLimit(limit);

      // Seen by another connection means committed: a failed statement must not hold up later commits.
      const other = await database.open();
      expect(await other.exposures()).toMatchObject([{ evseId: 'A1', standingAmps: 6 }]);
      expect(await other.limitsNotEnded(0)).toEqual([limit]);
    });
    return;
  }

  const throughProxy = async (): Promise<{
    proxy: TcpProxy;
    store: Store;
    messages(): readonly string[];
  }> => {
    const url = new URL(database.url());
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const { log, messages } = recordedLog();
    const store = await openStore(url.href, { log, clock: systemClock() }, { flushMs: 1, retryMinMs: 20 });
    return { proxy, store, messages };
  };

  it('keeps queued records, refuses a limit, and goes on by itself when the server is back', async () => {
    const { proxy, store, messages } = await throughProxy();
    proxy.cut();
    store.rememberStanding(evseId('A1'), 6);
    await eventually(() => expect(store.writeQueue()).toMatchObject({ waiting: 1, isFailing: true }));
    await expect(store.insertLimit(limit)).rejects.toMatchObject({ code: 'unavailable' });
    store.rememberStanding(evseId('A1'), 8);
    store.rememberStanding(evseId('A2'), 10);

    await proxy.mend();
    await eventually(() => expect(store.writeQueue()).toEqual({ waiting: 0, lost: 0, isFailing: false }));
    await store.insertLimit(limit);
    expect(await store.limitsNotEnded(0)).toEqual([limit]);
    expect(await store.exposures()).toMatchObject([{ standingAmps: 8 }, { standingAmps: 10 }]);
    expect(messages()).toEqual(['database takes no records', 'database takes records again']);
    await store.stop();
    proxy.cut();
  });

  it('stops all the same, and counts what it could not store', async () => {
    const { proxy, store, messages } = await throughProxy();
    proxy.cut();
    store.rememberStanding(evseId('A1'), 6);
    await store.stop();
    expect(store.writeQueue()).toMatchObject({ waiting: 0, lost: 1 });
    expect(messages()).toContain('stopped before all records were stored');
  });
});
