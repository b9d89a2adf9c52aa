import { expect, it } from 'vitest';
import { evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/session.ts';
import type { Store } from '../../src/store/openStore.ts';
import { describeOnBothDatabases } from './databases.ts';
import { eventually } from './eventually.ts';

const startedAtMs = 1_763_690_000_123;

/** A session that charges, about which the driver told nothing. Each test changes what it is about. */
const given = (id: string, change: Partial<Session> = {}): Session => ({
  id: sessionId(id),
  evseId: evseId('A1'),
  stationId: stationId('CP-A1'),
  transactionId: '17',
  tokenId: undefined,
  state: 'charging',
  startedAtMs,
  endedAtMs: undefined,
  endReason: undefined,
  energyWh: 0,
  wantedEnergyWh: undefined,
  departureAtMs: undefined,
  priority: undefined,
  ...change,
});

const stored = (store: Store): Promise<void> => eventually(() => expect(store.writeQueue().waiting).toBe(0));

describeOnBothDatabases('sessions in the store', (database) => {
  it('come back as they were last saved, after a restart too', async () => {
    const first = await database.open();
    first.saveSession(given('a'));
    first.saveSession(
      given('b', { evseId: evseId('A2'), tokenId: 'DEADBEEF', departureAtMs: startedAtMs + 1 }),
    );
    await stored(first);
    const newest = given('a', {
      energyWh: 1234.5,
      wantedEnergyWh: 20_000,
      priority: 2,
      state: 'suspended-by-ev',
    });
    first.saveSession(newest);
    await first.stop();

    const second = await database.open();
    expect(await second.openSessions()).toEqual([
      newest,
      given('b', { evseId: evseId('A2'), tokenId: 'DEADBEEF', departureAtMs: startedAtMs + 1 }),
    ]);
  });

  it('are no longer open once finished, and still listed', async () => {
    const store = await database.open();
    const finished = given('a', {
      state: 'finished',
      endedAtMs: startedAtMs + 60_000,
      endReason: 'EVDisconnected',
    });
    store.saveSession(finished);
    await stored(store);
    expect(await store.openSessions()).toEqual([]);
    expect((await store.listSessions({ count: 10 })).items).toEqual([finished]);
  });

  it('are listed newest first, by station, and in pages', async () => {
    const store = await database.open();
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
      store.saveSession(
        given(id, {
          startedAtMs: startedAtMs + (index >> 1),
          stationId: stationId(id === 'd' ? 'CP-B1' : 'CP-A1'),
        }),
      );
    }
    await stored(store);
    const ids = async (query: Parameters<Store['listSessions']>[0]): Promise<string[]> =>
      (await store.listSessions(query)).items.map((session) => session.id);

    expect(await ids({ count: 10 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await ids({ count: 10, stationIds: [stationId('CP-A1')] })).toEqual(['c', 'b', 'a']);
    expect(await ids({ count: 10, stationIds: [] })).toEqual([]);
    const { next } = await store.listSessions({ count: 3 });
    expect(await ids({ count: 3, before: next })).toEqual(['a']);
  });
});
