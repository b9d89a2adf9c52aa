import { describe, expect, it } from 'vitest';
import { CallQueue, type CallTerms, questionPatienceMs } from '../../src/ocpp/callQueue.ts';
import type { MessageSchema } from '../../src/ocpp/schemas.ts';
import { VirtualClock } from '../virtualClock.ts';

interface Numbered {
  readonly n: number;
}

/** Stands for a published schema: a number, and not the one that is forbidden. */
const numbered = (forbidden: number): MessageSchema<Numbered> => ({
  check: (payload): payload is Numbered =>
    typeof payload === 'object' && payload !== null && 'n' in payload && payload.n !== forbidden,
  violation: () => ({ code: 'PropertyConstraintViolation', description: '/n is forbidden', path: '/n' }),
});
const procedure = { action: 'Set', request: numbered(13), response: numbered(14) };

const whenFree: CallTerms = { urgency: 'request' };
const setpoint: CallTerms = { urgency: 'setpoint' };
const question: CallTerms = { urgency: 'question' };

interface Given {
  readonly queue: CallQueue;
  readonly clock: VirtualClock;
  /** The numbers that went on the wire, in order. */
  sent(): readonly number[];
  call(n: number, terms?: CallTerms): ReturnType<CallQueue['call']>;
  /** Answers the call that is in flight. */
  answer(payload: unknown): boolean;
}

function given(callTimeoutMs = 1000): Given {
  const clock = new VirtualClock(0);
  const frames: [number, string, string, Numbered][] = [];
  const limits = { callTimeoutMs, maxWaitingCalls: 3 };
  const queue = new CallQueue(limits, clock, (text) => frames.push(JSON.parse(text)));
  return {
    queue,
    clock,
    sent: () => frames.map(([, , , payload]) => payload.n),
    call: (n, terms = whenFree) => queue.call(procedure, () => ({ n }), terms),
    answer: (payload) => queue.answer(frames.at(-1)?.[1] ?? '', { kind: 'result', payload }),
  };
}

describe('the queue of calls to a station', () => {
  it('has one in flight, and sends the next when it is answered [OCPP 2.0.1 Part 4, 4.1.1]', async () => {
    const { call, answer, sent } = given();
    const first = call(1);
    void call(2);
    expect(sent()).toEqual([1]);
    expect(answer({ n: 0 })).toBe(true);
    expect(sent()).toEqual([1, 2]);
    expect(await first).toEqual({ kind: 'result', payload: { n: 0 } });
  });

  it('lets setpoints overtake requests, in their own order', () => {
    const { call, answer, sent } = given();
    void call(1);
    void call(2);
    void call(3, setpoint);
    void call(4, setpoint);
    for (let n = 0; n < 3; n += 1) answer({ n });
    expect(sent()).toEqual([1, 3, 4, 2]);
  });

  it('replaces a waiting call by a newer one in the same slot', async () => {
    const { call, answer, sent } = given();
    void call(1);
    const old = call(2, { ...setpoint, slot: 'lease 1' });
    void call(3, { ...setpoint, slot: 'lease 1' });
    expect(await old).toEqual({ kind: 'unsent', why: 'superseded by a newer one' });
    answer({ n: 0 });
    expect(sent()).toEqual([1, 3]);
  });

  it('is bounded', async () => {
    const { call } = given();
    for (const n of [1, 2, 3, 4]) void call(n);
    expect(await call(5)).toEqual({ kind: 'unsent', why: '3 calls wait already' });
  });

  it('drops what expired while it waited, at the very millisecond', async () => {
    const { call, answer, clock, sent } = given();
    void call(1);
    const late = call(2, { ...setpoint, expiresAtMs: 500 });
    const inTime = call(3, { ...setpoint, expiresAtMs: 501 });
    clock.advance(500);
    answer({ n: 0 });
    expect(await late).toEqual({ kind: 'unsent', why: 'expired before it could be sent' });
    expect(sent()).toEqual([1, 3]);
    answer({ n: 0 });
    expect(await inTime).toMatchObject({ kind: 'result' });
  });

  it('leaves a call in doubt that is not answered in time, and goes on', async () => {
    const { call, clock, sent } = given();
    const silent = call(1);
    void call(2);
    clock.advance(999);
    expect(sent()).toEqual([1]);
    clock.advance(1);
    expect(await silent).toEqual({ kind: 'in doubt', why: 'no answer within 1000 ms' });
    expect(sent()).toEqual([1, 2]);
  });

  it('gives an unanswered question up when a setpoint waits, and not before its time', async () => {
    const { call, clock, sent } = given(3 * questionPatienceMs);
    const silent = call(1, question);
    clock.advance(questionPatienceMs - 1);
    void call(2, setpoint);
    expect(sent()).toEqual([1]);
    clock.advance(1);
    expect(await silent).toEqual({ kind: 'in doubt', why: 'no answer within 10000 ms' });
    expect(sent()).toEqual([1, 2]);
  });

  it('gives an unanswered question up at once when it had its time before the setpoint came', () => {
    const { call, clock, sent } = given(3 * questionPatienceMs);
    void call(1, question);
    clock.advance(2 * questionPatienceMs);
    expect(sent()).toEqual([1]);
    void call(2, setpoint);
    clock.advance(0);
    expect(sent()).toEqual([1, 2]);
  });

  it("lets an operator's request have the whole timeout, though a setpoint waits", () => {
    const { call, clock, sent } = given(3 * questionPatienceMs);
    void call(1);
    void call(2, setpoint);
    clock.advance(3 * questionPatienceMs - 1);
    expect(sent()).toEqual([1]);
    clock.advance(1);
    expect(sent()).toEqual([1, 2]);
  });

  it('does not take a late or repeated answer for the next call', async () => {
    const { queue, call, answer } = given();
    void call(1);
    answer({ n: 0 });
    expect(queue.answer('unheard of', { kind: 'result', payload: {} })).toBe(false);
    expect(answer({ n: 0 })).toBe(false);
  });

  it('leaves a call in doubt whose answer does not fit its schema', async () => {
    const { call, answer } = given();
    const outcome = call(1);
    answer({ n: 14 });
    expect(await outcome).toEqual({ kind: 'in doubt', why: 'the answer is not valid: /n is forbidden' });
  });

  it('never sends a request that does not fit its schema', async () => {
    const { call, sent } = given();
    expect(await call(13)).toEqual({ kind: 'unsent', why: 'the request is not valid: /n is forbidden' });
    expect(sent()).toEqual([]);
    void call(1);
    expect(sent()).toEqual([1]);
  });

  it('builds the request when it goes out, not when it is queued', () => {
    const { queue, call, answer, clock, sent } = given();
    void call(1);
    void queue.call(procedure, () => ({ n: clock.nowMs() }), whenFree);
    clock.advance(250);
    answer({ n: 0 });
    expect(sent()).toEqual([1, 250]);
  });

  it('settles everything when it stops: what went out is in doubt, the rest unsent', async () => {
    const { queue, call } = given();
    const inFlight = call(1);
    const waiting = call(2);
    queue.stop('the line broke');
    queue.stop('again');
    expect(await inFlight).toEqual({ kind: 'in doubt', why: 'the line broke' });
    expect(await waiting).toEqual({ kind: 'unsent', why: 'the line broke' });
    expect(await call(3)).toEqual({ kind: 'unsent', why: 'the line broke' });
  });
});
