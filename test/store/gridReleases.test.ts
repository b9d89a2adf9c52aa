import { expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import type { Release } from '../../src/domain/release.ts';
import { givenHeard } from '../control/givenConnection.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (change: Partial<Release> = {}): Release => ({
  caps: { amps: [32, 32, Number.POSITIVE_INFINITY], watts: Number.POSITIVE_INFINITY },
  atMs: 1_763_690_000_123,
  risesFromMs: 1_763_690_012_345.5,
  last: givenHeard({ value: { phaseAmps: [32, 32, Number.POSITIVE_INFINITY] } }),
  ...change,
});

describeOnBothDatabases('the release of limits in the store', (database) => {
  it('is there after a restart, whatever it holds', async () => {
    const first = await database.open();
    const kept = [
      {
        node: circuitId('feeder'),
        key: 'dso controllable',
        release: given({ caps: { amps: [1, 2, 3], watts: 5 } }),
      },
      { node: circuitId('grid'), key: 'dso connection', release: given() },
      {
        node: circuitId('hall'),
        key: 'dso connection',
        release: given({ risesFromMs: undefined, last: givenHeard() }),
      },
    ];
    for (const each of kept) first.rememberRelease(each);
    await first.stop();
    expect(await (await database.open()).releases()).toEqual(kept);
  });

  it('is replaced by what was told later, and gone when nothing is held any more', async () => {
    const first = await database.open();
    const kept = { node: circuitId('grid'), key: 'dso connection' };
    first.rememberRelease({ ...kept, release: given() });
    first.rememberRelease({ ...kept, key: 'market connection', release: given() });
    await first.stop();
    const second = await database.open();
    second.rememberRelease({ ...kept, release: given({ risesFromMs: undefined }) });
    second.rememberRelease({ ...kept, key: 'market connection', release: undefined });
    await second.stop();
    const read = await (await database.open()).releases();
    expect(read.map(({ key, release }) => [key, release?.risesFromMs])).toEqual([
      ['dso connection', undefined],
    ]);
  });
});
