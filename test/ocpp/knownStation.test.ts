import { describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { answer } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { knownStation } from '../../src/ocpp/knownStation.ts';
import { MessageLog } from '../../src/ocpp/messageLog.ts';
import type { ResumedTransaction } from '../../src/ocpp/stationMemory.ts';
import { VirtualClock } from '../virtualClock.ts';

const transaction: Omit<ResumedTransaction, 'isRefused'> = {
  ...{ transactionId: '7', evseNumber: 1, tokenId: 'T1', startedAtMs: 0, startRegisterWh: undefined },
  wasSeenStarting: true,
  state: 'charging',
  energyWh: 600,
  lastRegisterWh: 5600,
};

describe('a station that is heard of for the first time after a restart', () => {
  it.each([
    [true, ['7', '7']],
    [false, []],
  ])('has its session ended where the token was refused: %s', (isRefused, stopped) => {
    const clock = new VirtualClock();
    const asked: string[] = [];
    const station = knownStation(
      stationId('CP-A1'),
      { idleGraceMs: 120_000, bootGraceMs: 600_000 },
      {
        clock,
        log: createLogger('silent'),
        onEvent: () => {},
        onAnswer: () => {},
        authorize: async () => answer('accepted'),
        transactionNumber: async () => 1,
        takeFacts: async () => {},
        resumed: () => [{ ...transaction, isRefused }],
        stationNowMs: () => clock.monotonicMs(),
        tell: () => {},
        messages: new MessageLog({ maxLogBytes: 0, maxStationLogBytes: 0 }, clock).station(),
        stopTransaction: (transactionId) => asked.push(transactionId),
      },
    );
    clock.advance(60_000);
    expect(asked).toEqual(stopped);
    expect(station.memory.transactionAt(1)).toBe('7');
  });
});
