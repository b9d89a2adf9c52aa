import { describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { answer } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { RefusedSessions } from '../../src/ocpp/refusedSessions.ts';
import { TokenGate } from '../../src/ocpp/tokenGate.ts';
import { VirtualClock } from '../virtualClock.ts';

const request = {
  ...{ stationId: stationId('CP-A1'), tokenId: 'T1', type: undefined },
  ...{ evseNumber: undefined, transactionId: undefined },
};

describe('the gate of tokens', () => {
  it('asks for 120 at once and one a second, and puts the station off past that', () => {
    const clock = new VirtualClock();
    let asked = 0;
    const gate = new TokenGate({ clock, log: createLogger('silent') }, async () => {
      asked += 1;
      return answer('accepted');
    });
    for (let n = 0; n < 120; n += 1) void gate.authorize(request);
    expect(() => gate.authorize(request)).toThrow('try again later');
    expect(asked).toBe(120);
    clock.advance(1_000);
    void gate.authorize(request);
    expect(() => gate.authorize(request)).toThrow('try again later');
    expect(asked).toBe(121);
  });
});

describe('a session whose token was refused', () => {
  const judged = (isRefused: boolean) =>
    ({ kind: 'session changed', transactionId: '7', evseNumber: 1, state: 'charging', isRefused }) as const;

  it('is ended by us where the station does not, five times at most', () => {
    const clock = new VirtualClock();
    const stopped: string[] = [];
    const refused = new RefusedSessions(clock, (transactionId) => stopped.push(transactionId));
    refused.follow(judged(true));
    clock.advance(29_999);
    expect(stopped).toEqual([]);
    clock.advance(1);
    expect(stopped).toEqual(['7']);
    clock.advance(600_000);
    expect(stopped).toHaveLength(5);
  });

  it.each([
    [
      'the station ended it',
      { kind: 'session ended', transactionId: '7', reason: 'DeAuthorized', endedAtMs: 0, energyWh: 0 },
    ],
    ['another token was accepted', judged(false)],
  ] as const)('is left alone once %s', (_what, news) => {
    const clock = new VirtualClock();
    const stopped: string[] = [];
    const refused = new RefusedSessions(clock, (transactionId) => stopped.push(transactionId));
    refused.follow(judged(true));
    refused.follow(news);
    refused.stop();
    clock.advance(600_000);
    expect(stopped).toEqual([]);
  });
});
