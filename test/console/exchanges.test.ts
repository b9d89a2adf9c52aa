import { describe, expect, it } from 'vitest';
import { exchangesIn, fits, isRoutine, linesOf } from '../../src/console/stations/exchanges.ts';
import type { LoggedMessageBody } from '../../src/http/stationSchemas.ts';

const given = (sequence: number, change: Partial<LoggedMessageBody>): LoggedMessageBody => ({
  ...{ sequence, at: '2026-01-31T12:00:00.000Z', isSent: false, kind: 'call', messageId: 'a' },
  ...{ action: 'Heartbeat', latencyMs: null, error: null, payload: {}, isCut: false, length: 20 },
  ...change,
});

const call = given(1, {});
const answer = given(2, { kind: 'result', isSent: true, latencyMs: 3 });

describe('messages as exchanges', () => {
  it('have a call and its answer in one, whatever passed between them', () => {
    const reset = given(3, { isSent: true, action: 'Reset', messageId: 'b' });
    expect(exchangesIn([answer, reset, call])).toEqual([
      { first: reset, answer: undefined },
      { first: call, answer },
    ]);
  });

  it('tell calls with the same id apart: of the two sides, and of a station that begins anew', () => {
    const ours = given(3, { isSent: true });
    const again = given(4, {});
    const answerAgain = given(5, { kind: 'result', isSent: true });
    expect(exchangesIn([answerAgain, again, ours, answer, call])).toEqual([
      { first: again, answer: answerAgain },
      { first: ours, answer: undefined },
      { first: call, answer },
    ]);
  });

  it('leave an answer alone whose call is not kept any more', () => {
    const lone = given(1, { kind: 'result', action: null });
    expect(exchangesIn([lone])).toEqual([{ first: lone, answer: undefined }]);
  });

  it('are found by any words in them', () => {
    const exchange = { first: given(1, { payload: { reason: 'EVDisconnected' } }), answer: undefined };
    expect(fits(exchange, '')).toBe(true);
    expect(fits(exchange, 'evdis heart')).toBe(true);
    expect(fits(exchange, 'evdis reset')).toBe(false);
  });

  it.each([
    ['Heartbeat', {}, true],
    ['MeterValues', {}, true],
    ['TransactionEvent', { eventType: 'Updated', triggerReason: 'MeterValuePeriodic' }, true],
    ['TransactionEvent', { eventType: 'Updated', triggerReason: 'ChargingStateChanged' }, false],
    ['StatusNotification', {}, false],
  ])('are what is said all day long: %s %j: %s', (action, payload, isSo) => {
    expect(isRoutine({ first: given(1, { action, payload }), answer: undefined })).toBe(isSo);
  });

  it('become a line of JSON for each message, the oldest first', () => {
    const lines = linesOf(exchangesIn([answer, call]))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([call, answer]);
  });
});
