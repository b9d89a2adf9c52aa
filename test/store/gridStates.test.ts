import { expect, it } from 'vitest';
import { describeOnBothDatabases } from './databases.ts';

describeOnBothDatabases('states of grid connections in the store', (database) => {
  it('are there after a restart, each connection its own', async () => {
    const first = await database.open();
    await first.saveGridState('dso', 'peer', { url: 'https://dso.example', untilMs: 1_763_690_000_123 });
    await first.saveGridState('dso', 'forecast', { capacities: [] });
    await first.saveGridState('other', 'peer', {});
    await first.stop();
    expect([...(await (await database.open()).gridStates('dso'))]).toEqual([
      ['forecast', { capacities: [] }],
      ['peer', { url: 'https://dso.example', untilMs: 1_763_690_000_123 }],
    ]);
  });

  it('are replaced by the newer document of the same name', async () => {
    const store = await database.open();
    await store.saveGridState('dso', 'peer', { version: 1 });
    await store.saveGridState('dso', 'peer', { version: 2 });
    expect([...(await store.gridStates('dso'))]).toEqual([['peer', { version: 2 }]]);
  });
});
