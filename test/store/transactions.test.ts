import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import type { TransactionStart } from '../../src/store/transactions.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (change: Partial<TransactionStart> = {}): TransactionStart => ({
  stationId: stationId('CP-A1'),
  evseNumber: 1,
  startedAtMs: 1_763_690_000_123,
  meterStartWh: 1_234_567,
  tokenId: 'DEADBEEF',
  ...change,
});

describeOnBothDatabases('the number of a transaction', (database) => {
  it('rises from 1, over a restart too', async () => {
    const first = await database.open();
    expect(await first.transactionNumber(given())).toBe(1);
    expect(await first.transactionNumber(given({ evseNumber: 2 }))).toBe(2);
    await first.stop();
    const second = await database.open();
    expect(await second.transactionNumber(given({ meterStartWh: 0 }))).toBe(3);
  });

  it('is the same when the station repeats its start, over a restart too', async () => {
    const first = await database.open();
    const number = await first.transactionNumber(given());
    expect(await first.transactionNumber(given())).toBe(number);
    await first.stop();
    const second = await database.open();
    expect(await second.transactionNumber(given())).toBe(number);
  });

  it.each<[string, Partial<TransactionStart>]>([
    ['station', { stationId: stationId('CP-A2') }],
    ['EVSE', { evseNumber: 2 }],
    ['start', { startedAtMs: given().startedAtMs + 1 }],
    ['meter value', { meterStartWh: 1_234_568 }],
    ['token', { tokenId: 'CAFE' }],
  ])('is another one for another %s', async (_what, change) => {
    const store = await database.open();
    const number = await store.transactionNumber(given());
    expect(await store.transactionNumber(given(change))).toBe(number + 1);
  });

  it('is given to one start only when many ask at once', async () => {
    const store = await database.open();
    const starts = Array.from({ length: 20 }, (_, index) => given({ evseNumber: 1 + (index % 10) }));
    const numbers = await Promise.all(starts.map((start) => store.transactionNumber(start)));
    expect(numbers.slice(10)).toEqual(numbers.slice(0, 10));
    expect(new Set(numbers).size).toBe(10);
  });

  it('is given to each of five hundred that begin at once', async () => {
    const store = await database.open();
    const starts = Array.from({ length: 500 }, (_, index) => given({ stationId: stationId(`CP-${index}`) }));
    const numbers = await Promise.all(starts.map((start) => store.transactionNumber(start)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(starts.map((_, index) => index + 1));
  });
});
