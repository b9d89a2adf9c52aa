import { describe, expect, it } from 'vitest';
import { PartnerRefusalError } from '../../src/ocpi/partners/client.ts';
import { PushQueue } from '../../src/ocpi/partners/pushQueue.ts';
import { PartnerUnreachableError } from '../../src/ocpi/transport/outgoing.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';

function given(spare = { left: 128 }) {
  const clock = new VirtualClock(0);
  const { log, messages } = recordedLog();
  return { clock, messages, queue: new PushQueue('roam', { clock, log, random: () => 1, spare }) };
}

/** Lets everything run that waits for no clock. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const dead = () => Promise.reject(new PartnerUnreachableError('https://roam.example', 'refused'));

describe('what waits for a partner', () => {
  it('is told once under its key, the newest of it', async () => {
    const { queue } = given();
    const told: string[] = [];
    for (const [key, what] of [
      ['a', 'first'],
      ['b', 'old'],
      ['b', 'new'],
    ] as const)
      queue.put(key, { send: async () => told.push(what) });
    await settled();
    expect(told).toEqual(['first', 'new']);
    expect(queue.waiting).toBe(0);
  });

  it('is told side by side as long as the partner answers, never twice at once under one key', async () => {
    const { queue } = given();
    const [underWay, most] = [new Set<string>(), { count: 0 }];
    const told: string[] = [];
    const send = (key: string, what: string) => async () => {
      expect(underWay.has(key)).toBe(false);
      underWay.add(key);
      most.count = Math.max(most.count, underWay.size);
      await settled();
      underWay.delete(key);
      told.push(what);
    };
    for (let n = 0; n < 100; n += 1) queue.put(`key ${n}`, { send: send(`key ${n}`, `${n}`) });
    while (underWay.size < 32) await settled();
    queue.put([...underWay][0] ?? '', { send: send([...underWay][0] ?? '', 'newer') });
    while (queue.waiting > 0) await settled();
    expect([most.count, told.length, told.includes('newer')]).toEqual([32, 101, true]);
  });

  it('is told one thing at a time where other partners have taken what may be told side by side', async () => {
    const spare = { left: 0 };
    const { queue } = given(spare);
    let [underWay, most, told] = [0, 0, 0];
    const send = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await settled();
      underWay -= 1;
      told += 1;
    };
    for (let n = 0; n < 20; n += 1) queue.put(`key ${n}`, { send });
    while (told < 10) await settled();
    expect(most).toBe(1);
    spare.left = 3;
    while (queue.waiting > 0) await settled();
    expect([most, told, spare.left]).toEqual([4, 20, 3]);
  });

  it('keeps a single request busy with a partner that is dead', async () => {
    const { queue, clock } = given();
    let [underWay, most, isDead] = [0, 0, false];
    const send = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await settled();
      underWay -= 1;
      if (isDead) await dead();
    };
    for (let n = 0; n < 500; n += 1) queue.put(`key ${n}`, { send });
    while (underWay < 32) await settled();
    isDead = true;
    while (underWay > 0) await settled();
    most = 0;
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1_000);
      await settled();
      await settled();
    }
    expect(most).toBe(1);
    queue.stop();
  });

  it('is tried again, each time later, and given up in the end', async () => {
    const { queue, clock, messages } = given();
    const triedMs: number[] = [];
    const send = () => {
      triedMs.push(clock.nowMs());
      return dead();
    };
    queue.put('a', { send });
    for (let second = 0; second < 400; second += 1) {
      await settled();
      clock.advance(1_000);
    }
    expect(triedMs.map((ms) => ms / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63, 127]);
    expect(messages()).toEqual(['partner could not be told, it has to ask']);
    expect(queue.waiting).toBe(0);
  });

  it('is not tried again where the partner is of another mind, and later where it is broken', async () => {
    const { queue, clock } = given();
    let [refused, broken] = [0, 0];
    const answer = (status: number) => () => {
      if (status === 404) refused += 1;
      else broken += 1;
      throw new PartnerRefusalError('https://roam.example', status);
    };
    queue.put('a', { send: answer(404) });
    queue.put('b', { send: answer(503) });
    await settled();
    clock.advance(1_000);
    await settled();
    expect([refused, broken]).toEqual([1, 2]);
    queue.stop();
  });

  it('goes before all that is less urgent, however much of that there is', async () => {
    const { queue } = given({ left: 0 });
    const told: string[] = [];
    const saying = (what: string) => async () => {
      await settled();
      told.push(what);
    };
    for (let n = 0; n < 1_000; n += 1) queue.put(`session ${n}`, { send: saying(`session ${n}`) });
    queue.put('fault', { send: saying('fault'), isUrgent: true });
    while (told.length < 3) await settled();
    expect(told).toEqual(['session 0', 'fault', 'session 1']);
    queue.stop();
  });

  it('is kept back alone where the partner fails with it alone, and the rest is told', async () => {
    const { queue, clock } = given({ left: 0 });
    const told: string[] = [];
    const send = (what: string) => async () => {
      if (what === 'bad') throw new PartnerRefusalError('https://roam.example', 500);
      told.push(what);
    };
    for (const what of ['first', 'bad', 'second', 'third']) queue.put(what, { send: send(what) });
    for (let n = 0; n < 10; n += 1) await settled();
    expect([told, queue.waiting]).toEqual([['first', 'second', 'third'], 1]);
    queue.put('bad', { send: send('good again') });
    for (let n = 0; n < 10; n += 1) await settled();
    expect([told.at(-1), queue.waiting]).toEqual(['good again', 0]);
    clock.advance(10_000);
    expect(told).toHaveLength(4);
  });

  it('waits with all the rest where the partner fails with whatever it is told', async () => {
    const { queue, clock } = given({ left: 0 });
    let tries = 0;
    const send = async () => {
      tries += 1;
      throw new PartnerRefusalError('https://roam.example', 500);
    };
    for (let n = 0; n < 1_000; n += 1) queue.put(`key ${n}`, { send });
    for (let n = 0; n < 50; n += 1) await settled();
    expect(tries).toBe(2);
    clock.advance(1_000);
    for (let n = 0; n < 50; n += 1) await settled();
    expect(tries).toBe(3);
    queue.stop();
  });

  it('has a bound, and is forgotten when the service ends', async () => {
    const { queue } = given();
    for (let n = 0; n < 6_000; n += 1) queue.put(`key ${n}`, { send: dead });
    expect(queue.waiting).toBe(5_000);
    await settled();
    queue.stop();
    queue.stop();
    expect(queue.waiting).toBe(0);
    queue.put('late', { send: dead });
    expect(queue.waiting).toBe(0);
  });
});
