import { describe, expect, it } from 'vitest';
import { answerBoundsS, type LoopCounts, loopCounts } from '../../src/control/loopCounts.ts';
import type { CommandAnswer, StationCommand } from '../../src/control/ports.ts';
import { evseId, siteId, stationId } from '../../src/domain/ids.ts';

const command = (sequence: number, sentAtMs: number): StationCommand => ({
  ...{
    siteId: siteId('garage'),
    stationId: stationId('CP-A1'),
    evseId: evseId('A1'),
    evseNumber: 1,
    epoch: 1,
  },
  ...{ sequence, sentAtMs, expiresAtMs: sentAtMs + 10_000 },
  ...{ kind: 'remote stop', transactionId: 'T1' },
});

const answer = (sequence: number, outcome: CommandAnswer['outcome']): CommandAnswer => ({
  ...{
    stationId: stationId('CP-A1'),
    evseId: evseId('A1'),
    epoch: 1,
    sequence,
    atMs: 0,
    outcome,
    reason: '',
  },
});

const tick = (counts: LoopCounts, nowMs: number, ...commands: readonly StationCommand[]): void => {
  const sent = commands.map((each) => ({ evseIndex: 0, command: each, cause: 'standing' as const }));
  counts.follow({ sent, refused: [] }, nowMs);
};

describe('what is counted of the loop', () => {
  it('is a tick that comes later than twice the pace', () => {
    const counts = loopCounts(1_000);
    for (const nowMs of [0, 1_000, 3_000]) tick(counts, nowMs);
    expect(counts.overdue).toBe(0);
    tick(counts, 5_001);
    expect(counts.overdue).toBe(1);
  });

  it('is how long a station took to answer, from the command that the answer is about', () => {
    const counts = loopCounts(1_000);
    tick(counts, 0, command(1, 0));
    counts.answered(answer(1, 'accepted'), 400);
    tick(counts, 1_000, command(2, 1_000));
    counts.answered(answer(2, 'rejected'), 4_000);
    expect(counts.answers).toEqual({ within: [0, 0, 1, 1, 1, 2, 2, 2], count: 2, sumS: 3.4 });
    expect(answerBoundsS[2]).toBe(0.5);
  });

  it('is every outcome, and no time where no station answered or a newer command took its place', () => {
    const counts = loopCounts(1_000);
    tick(counts, 0, command(1, 0));
    counts.answered(answer(1, 'timed-out'), 10_000);
    tick(counts, 10_000, command(2, 10_000));
    tick(counts, 11_000, command(3, 11_000));
    counts.answered(answer(2, 'accepted'), 12_000);
    expect(Object.fromEntries(counts.outcomes)).toEqual({
      accepted: 1,
      rejected: 0,
      'timed-out': 1,
      unsent: 0,
    });
    expect(counts.answers.count).toBe(0);
  });
});
