import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import { siteId } from '../../src/domain/ids.ts';
import { openDatabase } from '../../src/store/dialect.ts';
import { m041AuditChain } from '../../src/store/migrations/m041AuditChain.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import { describeOnBothDatabases, type TestDatabase } from './databases.ts';
import { recordedLog } from './recordedLog.ts';

const given = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs: 1_763_690_000_123,
  actor: 'office',
  action: 'limit set',
  target: 'garage/grid',
  before: undefined,
  after: { amps: 20.5, reason: 'överlast "akut"' },
  ...change,
});

const all = { count: 100 };
const listed = async (store: Store): Promise<readonly AuditEntry[]> => (await store.listAudit(all)).items;

/** What keeps everybody from changing the log, taken away as only the owner of the database can. */
const dropGuards = ({ kind }: TestDatabase): string =>
  kind === 'SQLite'
    ? 'drop trigger audit_no_update; drop trigger audit_no_delete;'
    : 'drop trigger audit_no_change on audit; drop trigger audit_no_truncate on audit;';

describeOnBothDatabases('the audit log', (database) => {
  it('keeps every entry as it was written, over a restart too', async () => {
    const lifted = given({
      action: 'limit ended',
      before: { amps: 20.5 },
      after: null,
      site: siteId('garage'),
    });
    const first = await database.open();
    await first.appendAudit(given());
    await first.appendAudit(lifted);
    await first.stop();
    expect(await listed(await database.open())).toMatchObject([
      { sequence: 2, ...lifted },
      { sequence: 1, ...given(), site: undefined, requestId: undefined, address: undefined },
    ]);
  });

  it('has the request that a change came with', async () => {
    const origin = { requestId: 'r-1', address: '192.0.2.7', site: siteId('garage') };
    const store = await openStore(database.url(), {
      ...{ log: recordedLog().log, clock: systemClock() },
      origin: () => origin,
    });
    await store.appendAudit(given());
    await store.appendAudit(given({ site: siteId('depot') }));
    expect(await listed(store)).toMatchObject([{ ...origin, site: 'depot' }, origin]);
    await store.stop();
  });

  it('is listed newest first in pages, in the order of writing even when the clock was set back', async () => {
    const store = await database.open();
    for (const atMs of [3, 3, 2, 1]) await store.appendAudit(given({ atMs, target: `t${atMs}` }));
    const first = await store.listAudit({ count: 3 });
    const second = await store.listAudit({ count: 3, before: first.next });
    expect([first, second].map((page) => page.items.map(({ sequence }) => sequence))).toEqual([
      [4, 3, 2],
      [1],
    ]);
    expect(second.next).toBeUndefined();
  });

  it('is searched by who, what, where and when', async () => {
    const store = await database.open();
    await store.appendAudit(given({ atMs: 1, site: siteId('garage') }));
    await store.appendAudit(given({ atMs: 2, actor: 'root', site: siteId('depot') }));
    await store.appendAudit(given({ atMs: 3, action: 'user added', target: 'bo' }));
    const found = async (change: object) =>
      (await store.listAudit({ ...all, ...change })).items.map(({ sequence }) => sequence);
    expect(await found({ sites: [siteId('garage')] })).toEqual([1]);
    expect(await found({ sites: [] })).toEqual([]);
    expect(await found({ actor: 'root' })).toEqual([2]);
    expect(await found({ action: 'user added' })).toEqual([3]);
    expect(await found({ target: 'bo' })).toEqual([3]);
    expect(await found({ fromMs: 2, untilMs: 3 })).toEqual([2]);
  });

  it('takes many writers at once without losing an entry, and is whole', async () => {
    const store = await database.open();
    await Promise.all(Array.from({ length: 20 }, () => store.appendAudit(given())));
    expect(await listed(store)).toHaveLength(20);
    expect(await store.verifyAudit()).toMatchObject({ status: 'whole', records: 20 });
  });

  it.each(['update audit set actor = 1', 'delete from audit', "delete from audit where actor = 'office'"])(
    'cannot be changed by: %s',
    async (statement) => {
      const store = await database.open();
      await store.appendAudit(given());
      await store.stop();
      await expect(database.run(statement.replace('= 1', "= 'nobody'"))).rejects.toThrow(
        'the audit log is append-only',
      );
    },
  );

  it.each([
    ['changed', "update audit set actor = 'nobody' where sequence = 2", 2, 'it was changed'],
    ['changed in what was before', "update audit set before = '1' where sequence = 3", 3, 'it was changed'],
    ['moved to another day', 'update audit set at_ms = 0 where sequence = 4', 4, 'it was changed'],
    ['removed', 'delete from audit where sequence = 2', 3, 'it does not follow'],
    ['removed from the beginning', 'delete from audit where sequence = 1', 2, 'were removed'],
    ['cut off at the end', 'delete from audit where sequence = 4', 4, 'the newest records were removed'],
    ['all removed', 'delete from audit', 1, 'the newest records were removed'],
    [
      'put in another order',
      'update audit set sequence = 9 where sequence = 2; update audit set sequence = 2 where sequence = 3; ' +
        'update audit set sequence = 3 where sequence = 9',
      2,
      'it does not follow',
    ],
  ])('shows what was %s', async (_what, statement, brokenAt, why) => {
    const store = await database.open();
    for (const atMs of [1, 2, 3, 4]) await store.appendAudit(given({ atMs }));
    await store.stop();
    await database.run(`${dropGuards(database)} ${statement}`);
    const verdict = await (await database.open()).verifyAudit();
    expect(verdict).toMatchObject({ status: 'broken', brokenAt, why: expect.stringContaining(why) });
  });

  it('that was there before it was a chain becomes one', async () => {
    const first = await database.open();
    for (const atMs of [1, 2]) await first.appendAudit(given({ atMs }));
    await first.stop();
    const columns = ['site_id', 'request_id', 'address', 'previous_hash', 'hash'];
    const forget = columns.map((column) => `alter table audit drop column ${column};`).join(' ');
    const guard = database.kind === 'SQLite' ? '' : 'drop function lastvakt_audit_guard();';
    await database.run(`${dropGuards(database)} ${guard} ${forget}`);
    const { db } = await openDatabase(database.url(), recordedLog().log);
    await m041AuditChain.up(db);
    await db.destroy();
    const second = await database.open();
    await second.appendAudit(given({ atMs: 3 }));
    expect(await second.verifyAudit()).toMatchObject({ status: 'whole', records: 3 });
  });
});
