import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ChainVerdict } from '../../src/domain/chainVerdict.ts';
import type { EvidenceEntry } from '../../src/store/evidence.ts';
import { verifyEvidenceIn } from '../../src/store/evidenceChain.ts';
import { describeOnBothDatabases } from './databases.ts';
import { recordedLog } from './recordedLog.ts';

const entry = (atMs: number, change: Partial<EvidenceEntry> = {}): EvidenceEntry => ({
  atMs,
  kind: 'progress',
  connectionId: 'dso',
  node: 'grid',
  externalId: 'event-1',
  body: { phase: 'effective' },
  ...change,
});
const all = { fromMs: 0, untilMs: 1e15, limit: 100 };

describeOnBothDatabases('the evidence', (database) => {
  it('is read back in its order, by time, connection, kind and page', async () => {
    const store = await database.open();
    await store.appendEvidence([
      entry(1),
      entry(2, { connectionId: 'other' }),
      entry(3, { kind: 'minute', body: null }),
    ]);
    expect(await store.listEvidence(all)).toMatchObject([
      { sequence: 1, ...entry(1) },
      { sequence: 2, connectionId: 'other' },
      { sequence: 3, kind: 'minute', body: null },
    ]);
    const sequences = async (change: object) =>
      (await store.listEvidence({ ...all, ...change })).map(({ sequence }) => sequence);
    expect(await sequences({ fromMs: 2, untilMs: 3 })).toEqual([2]);
    expect(await sequences({ connectionIds: ['dso'] })).toEqual([1, 3]);
    expect(await sequences({ connectionIds: [] })).toEqual([]);
    expect(await sequences({ kind: 'minute' })).toEqual([3]);
    expect(await sequences({ after: 1, limit: 1 })).toEqual([2]);
  });

  it('is whole as long as nobody touched it, over restarts too', async () => {
    const first = await database.open();
    expect(await first.verifyEvidence()).toMatchObject({ status: 'whole', records: 0 });
    await first.appendEvidence([entry(1), entry(2)]);
    await first.stop();
    const second = await database.open();
    await second.appendEvidence([entry(3)]);
    expect(await second.verifyEvidence()).toMatchObject({ status: 'whole', records: 3 });
  });

  it.each([
    ['update grid_evidence set body = \'{"phase":"applied"}\' where sequence = 2', 2, 'it was changed'],
    ['update grid_evidence set at_ms = 0 where sequence = 3', 3, 'it was changed'],
    ['delete from grid_evidence where sequence = 2', 3, 'it does not follow'],
    ['delete from grid_evidence where sequence = 1', 2, 'the records before it were removed'],
    ['delete from grid_evidence where sequence = 4', 4, 'the newest records were removed'],
  ])('shows what was tampered with: %s', async (statement, brokenAt, why) => {
    const store = await database.open();
    await store.appendEvidence([1, 2, 3, 4].map((atMs) => entry(atMs)));
    await store.stop();
    await database.run(statement);
    const verdict = await (await database.open()).verifyEvidence();
    expect(verdict).toMatchObject({ status: 'broken', brokenAt, why: expect.stringContaining(why) });
  });

  it('forgets what is too old, and is whole afterwards', async () => {
    const store = await database.open();
    await store.appendEvidence([1, 2, 3, 4].map((atMs) => entry(atMs)));
    expect(await store.pruneEvidence(3, 9)).toBe(2);
    expect((await store.listEvidence(all)).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [3, 'progress'],
      [4, 'progress'],
      [5, 'pruned'],
    ]);
    expect(await store.verifyEvidence()).toMatchObject({ status: 'whole', records: 3 });
    expect(await store.pruneEvidence(3, 9)).toBe(0);
  });

  it('keeps its order when many append at once', async () => {
    const store = await database.open();
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => store.appendEvidence([entry(index), entry(index)])),
    );
    expect(await store.verifyEvidence()).toMatchObject({ status: 'whole', records: 60 });
  });

  it('is verified beside whoever appends and prunes, and found whole every time', async () => {
    const store = await database.open();
    await store.appendEvidence(Array.from({ length: 2_100 }, (_, index) => entry(index)));
    let isVerifying = true;
    const appending = (async () => {
      for (let atMs = 3_000; isVerifying; atMs += 1) {
        await store.appendEvidence([entry(atMs), entry(atMs)]);
        if (atMs === 3_003) await store.pruneEvidence(500, atMs);
        await nextTurn();
      }
    })();
    const verdicts: ChainVerdict[] = [];
    while (verdicts.length < 10) verdicts.push(await verifyEvidenceIn(database.url(), recordedLog().log));
    isVerifying = false;
    await appending;
    expect(verdicts.filter(({ status }) => status !== 'whole')).toEqual([]);
    expect(await store.verifyEvidence()).toMatchObject({ status: 'whole' });
  });

  it('is not made where there is none to verify', async () => {
    await expect(verifyEvidenceIn(database.url(), recordedLog().log)).rejects.toMatchObject({
      message: expect.stringContaining('could not verify the evidence'),
    });
  });
});
