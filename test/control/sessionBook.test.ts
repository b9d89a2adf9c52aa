import { describe, expect, it } from 'vitest';
import { SessionBook } from '../../src/control/sessionBook.ts';
import { evseId, type SessionId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { SessionFact } from '../../src/domain/sessionFact.ts';
import type { SessionRecord } from '../../src/domain/sessionRecord.ts';
import { createLogger } from '../../src/log.ts';
import { givenSession } from '../views.ts';
import { VirtualClock } from '../virtualClock.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');

const fact = (transactionId: string, minutes: number, change: Partial<SessionFact> = {}): SessionFact => ({
  stationId: stationId('CP-A1'),
  transactionId,
  evseNumber: 1,
  at: { atMs: startMs + minutes * 60_000, clock: 'right', aheadMs: 0 },
  ...change,
});
const begin = (transactionId: string, minutes: number) =>
  fact(transactionId, minutes, { begins: true, tokenId: 'T1', registerWh: 5000 });
const ends = { reason: 'Local', isPresumed: false };

/** A book on a database that keeps everything at once. */
function given(kept = new Map<SessionId, SessionRecord>()) {
  const clock = new VirtualClock(startMs);
  let saves = 0;
  let isAway = false;
  const open = [...kept.values()].filter(({ session }) => session.state !== 'finished');
  const book = new SessionBook(
    {
      clock,
      log: createLogger('silent'),
      evseOf: (_station, evseNumber) => (evseNumber === 1 ? evseId('A1') : undefined),
      find: async (id) => {
        if (isAway) throw new Error('the database is away');
        return kept.get(id);
      },
      save: async (record) => {
        saves += 1;
        kept.set(record.session.id, record);
      },
      saveSigned: () => {},
    },
    open,
  );
  const session = (transactionId: string) => kept.get(sessionId(`CP-A1~${transactionId}`))?.session;
  return {
    book,
    clock,
    kept,
    session,
    saves: () => saves,
    goAway: () => {
      isAway = true;
    },
  };
}

describe('the book of sessions', () => {
  it('keeps a session from its begin to its end', async () => {
    const { book, session } = given();
    await book.take([begin('7', 0)]);
    expect(book.open().map((record) => record.session.transactionId)).toEqual(['7']);
    await book.take([fact('7', 30, { ends, registerWh: 9000 })]);
    expect(session('7')).toMatchObject({ state: 'finished', energyWh: 4000, evseId: 'A1' });
    expect(book.open()).toEqual([]);
  });

  it('writes down at once that a profile prevails at the station, which it tells no second time', async () => {
    const { book, saves, session } = given();
    await book.take([begin('7', 0)]);
    await book.take([fact('7', 1, { hasPriority: true })]);
    expect(saves()).toBe(2);
    expect(session('7')?.hasPriority).toBe(true);
  });

  it('writes energy down once a minute, and everything else at once', async () => {
    const { book, clock, saves, session } = given();
    await book.take([begin('7', 0)]);
    for (let n = 1; n <= 12; n += 1) {
      clock.advance(10_000);
      await book.take([fact('7', n / 6, { registerWh: 5000 + n })]);
    }
    expect(saves()).toBe(3);
    await book.take([fact('7', 3, { state: 'suspended-by-ev' })]);
    expect(session('7')).toMatchObject({ state: 'suspended-by-ev', energyWh: 12 });
  });

  it('writes down at once what is told of the energy of a session that has ended', async () => {
    const { book, session } = given();
    await book.take([begin('7', 0), fact('7', 30, { ends })]);
    await book.take([fact('7', 30, { registerWh: 9000 })]);
    expect(session('7')?.energyWh).toBe(4000);
  });

  it('ends a session when another begins at its EVSE, and marks it', async () => {
    const { book, kept, session } = given();
    await book.take([begin('7', 0)]);
    await book.take([begin('8', 45)]);
    expect(session('7')).toMatchObject({ state: 'finished', endReason: 'superseded' });
    expect(kept.get(sessionId('CP-A1~7'))?.marks).toEqual(['stop missing']);
  });

  it('has a session that was told late beside the one that runs, and does not end that', async () => {
    const { book, session } = given();
    await book.take([begin('8', 45)]);
    await book.take([begin('7', 0)]);
    await book.take([fact('7', 30, { ends, registerWh: 6000, isOffline: true })]);
    expect(session('7')).toMatchObject({ endReason: 'Local', energyWh: 1000 });
    expect(session('8')).toMatchObject({ endedAtMs: undefined });
  });

  it('goes on after a restart, from the register before it', async () => {
    const first = given();
    await first.book.take([begin('7', 0)]);
    const second = given(first.kept);
    expect(second.book.open()).toHaveLength(1);
    await second.book.take([fact('7', 30, { ends, registerWh: 9000 })]);
    expect(second.session('7')).toMatchObject({ energyWh: 4000, tokenId: 'T1' });
  });

  it('finds a session that ended before a restart, and learns what is told late', async () => {
    const first = given();
    await first.book.take([begin('7', 0), fact('7', 30, { ends, registerWh: 9000 })]);
    const second = given(first.kept);
    await second.book.take([fact('7', 10, { state: 'suspended-by-us', isOffline: true })]);
    const record = second.kept.get(sessionId('CP-A1~7'));
    expect(record?.session).toMatchObject({ state: 'finished', energyWh: 4000 });
    expect(record?.marks).toEqual(['told late']);
  });

  it('keeps what its driver wants beside what the station tells', async () => {
    const { book, session } = given();
    await book.take([begin('7', 0)]);
    const wish = { transactionId: '7', wantedEnergyWh: 12_000, priority: 2 };
    book.follow(givenSession('CP-A1~7', wish));
    await book.take([fact('7', 1, { state: 'charging' })]);
    expect(session('7')).toMatchObject({ wantedEnergyWh: 12_000, priority: 2, state: 'charging' });
  });

  it('begins a session while the database is away, and refuses what it could get wrong', async () => {
    const { book, goAway } = given();
    goAway();
    await book.take([begin('7', 0)]);
    expect(book.open()).toHaveLength(1);
    await expect(book.take([fact('6', 0, { registerWh: 1 })])).rejects.toThrow('away');
    await book.take([fact('7', 1, { ends })]);
    expect(book.open()).toEqual([]);
  });

  it('has no session at an EVSE that is not in the config', async () => {
    const { book, kept } = given();
    await book.take([{ ...begin('7', 0), evseNumber: 2 }]);
    expect(kept.size).toBe(0);
  });
});
