import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';

describe('the clock of the machine', () => {
  it('does what is due at once before what asks for the next turn after it, as a database does', async () => {
    const order: string[] = [];
    systemClock().after(0, () => order.push('the tick'));
    await nextTurn();
    order.push('the disk');
    expect(order).toEqual(['the tick', 'the disk']);
  });

  it('forgets what was due at once when it is cancelled', async () => {
    const order: string[] = [];
    const cancel = systemClock().after(0, () => order.push('the tick'));
    cancel();
    await nextTurn();
    expect(order).toEqual([]);
  });
});
