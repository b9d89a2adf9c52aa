import { expect, it } from 'vitest';
import { evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/session.ts';
import { recordFrom, recordOf } from '../../src/domain/sessionRecord.ts';
import type { Store } from '../../src/store/openStore.ts';
import { eventually } from '../eventually.ts';
import { describeOnBothDatabases } from './databases.ts';

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
/** Its record, without a story. */
const record = (...session: Parameters<typeof given>) => recordFrom(given(...session));

const stored = (store: Store): Promise<void> => eventually(() => expect(store.writeQueue().waiting).toBe(0));

describeOnBothDatabases('sessions in the store', (database) => {
  it('come back as they were last saved, after a restart too', async () => {
    const first = await database.open();
    void first.saveSession(record('a'));
    const other = record('b', { evseId: evseId('A2'), tokenId: 'DEADBEEF', departureAtMs: startedAtMs + 1 });
    void first.saveSession(other);
    await stored(first);
    const newest = record('a', {
      energyWh: 1234.5,
      wantedEnergyWh: 20_000,
      priority: 2,
      state: 'suspended-by-ev',
    });
    void first.saveSession(newest);
    await first.stop();

    const second = await database.open();
    expect(await second.openSessions()).toEqual([newest, other]);
    expect(await second.findSession(sessionId('a'))).toEqual(newest);
    expect(await second.findSession(sessionId('z'))).toBeUndefined();
  });

  it('still have the priority that their station told, after a restart', async () => {
    const first = await database.open();
    const about = { stationId: stationId('CP-A1'), transactionId: '17', evseNumber: 1 };
    const at = { atMs: startedAtMs, clock: 'right', aheadMs: 0 } as const;
    await first.saveSession(recordOf({ ...about, at, hasPriority: true }, evseId('A1')));
    await first.stop();
    const [open] = await (await database.open()).openSessions();
    expect(open?.session.hasPriority).toBe(true);
  });

  it('are no longer open once finished, and still listed', async () => {
    const store = await database.open();
    const finished = given('a', {
      state: 'finished',
      endedAtMs: startedAtMs + 60_000,
      endReason: 'EVDisconnected',
    });
    await store.saveSession(recordFrom(finished));
    expect(await store.openSessions()).toEqual([]);
    expect((await store.listSessions({ count: 10 })).items).toEqual([finished]);
  });

  it('are listed newest first, by EVSE, state and start, and in pages', async () => {
    const store = await database.open();
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
      void store.saveSession(
        record(id, {
          startedAtMs: startedAtMs + (index >> 1),
          evseId: evseId(id === 'd' ? 'B1' : 'A1'),
          ...(id === 'b' && { state: 'finished' }),
        }),
      );
    }
    await stored(store);
    const ids = async (query: Parameters<Store['listSessions']>[0]): Promise<string[]> =>
      (await store.listSessions(query)).items.map((session) => session.id);

    expect(await ids({ count: 10 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await ids({ count: 10, evseIds: [evseId('A1')] })).toEqual(['c', 'b', 'a']);
    expect(await ids({ count: 10, evseIds: [] })).toEqual([]);
    expect(await ids({ count: 10, isFinished: true })).toEqual(['b']);
    expect(await ids({ count: 10, isFinished: false })).toEqual(['d', 'c', 'a']);
    expect(await ids({ count: 10, fromMs: startedAtMs + 1 })).toEqual(['d', 'c']);
    expect(await ids({ count: 10, untilMs: startedAtMs + 1 })).toEqual(['b', 'a']);
    const { next } = await store.listSessions({ count: 3 });
    expect(await ids({ count: 3, before: next })).toEqual(['a']);
  });

  it('keep their story to the letter', async () => {
    const store = await database.open();
    const at = { atMs: startedAtMs, clock: 'corrected', aheadMs: 60_000 } as const;
    const about = { stationId: stationId('CP-A1'), transactionId: '17', evseNumber: 1, at };
    const told = recordOf({ ...about, begins: true, registerWh: 5000.25, sequence: 0 }, evseId('A1'));
    await store.saveSession(told);
    expect(await store.findSession(told.session.id)).toEqual(told);
  });

  it('keep of each quarter of an hour one signed value for each context, word for word', async () => {
    const store = await database.open();
    const value = (atMs: number, context: string | undefined, data: string) => ({
      ...{ atMs, context, data },
      signingMethod: 'ECDSA-secp256r1-SHA256',
      encodingMethod: 'OCMF',
      publicKey: undefined,
    });
    const begin = value(startedAtMs, 'Transaction.Begin', 'OCMF|{"FV":"1.0"}|{"SD":"30"}');
    const end = value(startedAtMs + 900_000, undefined, 'OCMF|…');
    store.saveSigned(sessionId('a'), [begin, end]);
    await stored(store);
    store.saveSigned(sessionId('a'), [value(startedAtMs + 1, 'Transaction.Begin', 'again')]);
    await stored(store);
    expect(await store.signedValues(sessionId('a'))).toEqual([begin, end]);
  });

  it('are removed with their signed values once they are old and finished, a few at a time', async () => {
    const store = await database.open();
    for (const id of ['a', 'b', 'c']) await store.saveSession(record(id, { state: 'finished' }));
    await store.saveSession(record('open'));
    const signed = { context: undefined, data: 'x' };
    const how = { signingMethod: undefined, encodingMethod: undefined, publicKey: undefined };
    store.saveSigned(sessionId('a'), [{ atMs: startedAtMs, ...signed, ...how }]);
    await stored(store);
    expect(await store.pruneSessions(startedAtMs, 10)).toBe(0);
    expect(await store.pruneSessions(startedAtMs + 1, 2)).toBe(2);
    expect(await store.pruneSessions(startedAtMs + 1, 2)).toBe(1);
    expect((await store.listSessions({ count: 10 })).items.map(({ id }) => id)).toEqual(['open']);
    expect(await store.signedValues(sessionId('a'))).toEqual([]);
  });
});
