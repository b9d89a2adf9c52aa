import { expect, it } from 'vitest';
import type { AuditEntry } from '../../src/store/audit.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs: 1_763_690_000_123,
  actor: 'office',
  action: 'limit set',
  target: 'garage/grid',
  before: undefined,
  after: { amps: 20.5, reason: 'överlast "akut"' },
  ...change,
});

describeOnBothDatabases('the audit log', (database) => {
  it('keeps every entry as it was written, over a restart too', async () => {
    const lifted = given({ action: 'limit ended', before: { amps: 20.5 }, after: null });
    const first = await database.open();
    await first.appendAudit(given());
    await first.appendAudit(lifted);
    await first.stop();
    const second = await database.open();
    expect((await second.listAudit({ count: 10 })).items).toEqual([lifted, given()]);
  });

  it('is listed newest first in pages, in the order of writing even when the clock was set back', async () => {
    const store = await database.open();
    for (const atMs of [3, 3, 2, 1]) {
      await store.appendAudit(
        given({ atMs, target: `${(await store.listAudit({ count: 9 })).items.length}` }),
      );
    }
    const first = await store.listAudit({ count: 3 });
    const second = await store.listAudit({ count: 3, before: first.next });
    expect([first, second].map((page) => page.items.map((entry) => entry.target))).toEqual([
      ['3', '2', '1'],
      ['0'],
    ]);
    expect(second.next).toBeUndefined();
  });

  it('takes many writers at once without losing an entry', async () => {
    const store = await database.open();
    await Promise.all(Array.from({ length: 20 }, () => store.appendAudit(given())));
    expect((await store.listAudit({ count: 100 })).items).toHaveLength(20);
  });
});
