import { expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const garage = siteId('garage');
const series = {
  currency: 'SEK',
  setBy: 'office',
  setAtMs: 1_763_690_000_123,
  periods: [
    { fromMs: 1_763_690_400_000, untilMs: 1_763_694_000_000, perKwh: 0.1 },
    { fromMs: 1_763_694_000_000, untilMs: 1_763_697_600_000, perKwh: -0.00123 },
  ],
};

describeOnBothDatabases('prices in the store', (database) => {
  it('are there after a restart, to the last digit', async () => {
    const first = await database.open();
    await first.replacePrices(garage, series);
    await first.stop();
    expect(await (await database.open()).prices()).toEqual(new Map([[garage, series]]));
  });

  it('replace those before', async () => {
    const store = await database.open();
    await store.replacePrices(garage, series);
    await store.replacePrices(garage, { ...series, setBy: 'exchange', periods: [] });
    expect((await store.prices()).get(garage)).toEqual({ ...series, setBy: 'exchange', periods: [] });
  });
});

describeOnBothDatabases('what the plan remembers', (database) => {
  it('is there after a restart, the newest of each key', async () => {
    const first = await database.open();
    first.keepPlanMemory('peak/garage', '{"month":1}');
    first.keepPlanMemory('peak/garage', '{"month":2}');
    await first.stop();
    expect(await (await database.open()).planMemory()).toEqual(new Map([['peak/garage', '{"month":2}']]));
  });
});
