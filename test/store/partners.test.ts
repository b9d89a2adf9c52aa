import { expect, it } from 'vitest';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import { describeOnBothDatabases } from './databases.ts';

const invited: Partner = {
  id: 'roam',
  addedAtMs: 1_763_690_000_123,
  addedBy: 'office',
  state: { kind: 'invited', issuedSha256: 'a'.repeat(64) },
};

describeOnBothDatabases('partners in the store', (database) => {
  it('are there after a restart, as they were last', async () => {
    const first = await database.open();
    await first.savePartner(invited);
    await first.savePartner({ ...invited, id: 'gone' });
    const left: Partner = { ...invited, state: { kind: 'left' } };
    await first.savePartner(left);
    await first.deletePartner('gone');
    await first.stop();
    expect(await (await database.open()).partners()).toEqual([left]);
  });
});
