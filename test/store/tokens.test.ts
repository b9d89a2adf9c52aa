import { expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import type { Token } from '../../src/domain/token.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (change: Partial<Token> = {}): Token => ({
  ...{ key: 'a1', id: '04A2B3C4', type: 'ISO14443', groupId: 'FAMILY', isBlocked: true },
  ...{ expiresAtMs: 1_763_690_000_123, sites: [siteId('garage')], note: 'Anna', setAtMs: 1, setBy: 'office' },
  ...change,
});

describeOnBothDatabases('tokens in the store', (database) => {
  it('come back as they were last kept, after a restart too, and are gone once removed', async () => {
    const first = await database.open();
    const plain = {
      type: undefined,
      groupId: undefined,
      isBlocked: false,
      expiresAtMs: undefined,
      sites: [],
    };
    await first.saveToken(given({ isBlocked: false }));
    await first.saveToken(given());
    await first.saveToken(given({ key: 'b2', ...plain }));
    await first.stop();
    const second = await database.open();
    expect(await second.tokens()).toEqual([given(), given({ key: 'b2', ...plain })]);
    await second.deleteToken('a1');
    expect(await second.tokens()).toEqual([given({ key: 'b2', ...plain })]);
  });
});
