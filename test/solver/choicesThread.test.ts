import { afterEach, describe, expect, it } from 'vitest';
import type { ChoiceAnswer } from '../../solver/choices.ts';
import {
  type ChoiceThread,
  type ChoiceThreadOptions,
  startChoiceThread,
} from '../../solver/choicesThread.ts';
import { choiceRequest } from './choiceRequest.ts';
import { nextWorker } from './nextWorker.ts';

const realTimer: ChoiceThreadOptions['after'] = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

describe('the choice thread', () => {
  let thread: ChoiceThread | undefined;
  afterEach(() => thread?.stop());

  const started = (
    change: Partial<ChoiceThreadOptions> = {},
  ): { thread: ChoiceThread; next: () => Promise<ChoiceAnswer> } => {
    const waiting: ((answer: ChoiceAnswer) => void)[] = [];
    thread = startChoiceThread({
      onAnswer: (answer) => waiting.shift()?.(answer),
      after: realTimer,
      ...change,
    });
    return { thread, next: () => new Promise((resolve) => waiting.push(resolve)) };
  };

  const tight = choiceRequest([8, 8, 8], 3);
  const onOnePhaseEach = [{ wiring: 1 }, { wiring: 1 }, { wiring: 1 }];

  it('answers what the search finds', async () => {
    const { thread, next } = started();
    const answer = next();
    expect(thread.submit(tight)).toBe(true);
    expect(await answer).toMatchObject({ choices: onOnePhaseEach, origin: 'proven' });
  });

  it('takes one request at a time', async () => {
    const { thread, next } = started();
    const answer = next();
    expect([1, 2].map(() => thread.submit(tight))).toEqual([true, false]);
    await answer;
    expect(thread.submit(tight)).toBe(true);
  });

  it('takes sites of 30 EVSEs and not of 31', () => {
    const { thread } = started();
    expect(thread.submit(choiceRequest([63, 63, 63], 31))).toBe(false);
    expect(thread.submit(choiceRequest([63, 63, 63], 30))).toBe(true);
  });

  it('ends a search that is late, gives the greedy answer, and goes on with a new thread', async () => {
    const timers: (() => void)[] = [];
    const { thread, next } = started({
      after: (_delayMs, callback) => {
        timers.push(callback);
        return () => {};
      },
    });
    const late = next();
    thread.submit(tight);
    timers[0]?.();
    expect(await late).toMatchObject({ origin: 'greedy', reason: 'no answer within 10000 ms' });
    const again = next();
    thread.submit(tight);
    expect(await again).toMatchObject({ origin: 'proven' });
  });

  it('gives the greedy answer when its thread is killed, and goes on with a new one', async () => {
    const { thread, next } = started();
    const worker = nextWorker();
    const killed = next();
    thread.submit(tight);
    await (await worker).terminate();
    const answer = await killed;
    expect(answer).toMatchObject({
      origin: 'greedy',
      reason: expect.stringContaining('the choice thread ended'),
    });
    expect(answer.choices.filter(({ wiring }) => wiring !== undefined).length).toBeGreaterThan(0);
    const again = next();
    expect(thread.submit(tight)).toBe(true);
    expect(await again).toMatchObject({ choices: onOnePhaseEach, origin: 'proven' });
  });

  it('takes nothing more once it has stopped, and may be stopped twice', async () => {
    const { thread } = started();
    await thread.stop();
    await thread.stop();
    expect(thread.submit(tight)).toBe(false);
  });
});
