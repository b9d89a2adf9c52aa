import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtualClock.ts';

describe('the virtual clock', () => {
  it('stands still until it is moved', () => {
    const clock = new VirtualClock(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 1_000]);
    clock.advance(5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_005, 1_005]);
  });

  it('runs timers in the order they fall due, each at its instant, also those that timers set', () => {
    const clock = new VirtualClock(0);
    const ran: string[] = [];
    const say = (name: string) => () => void ran.push(`${name} at ${clock.monotonicMs()}`);
    clock.after(20, say('second'));
    clock.after(10, () => {
      say('first')();
      clock.after(5, say('set on the way'));
    });
    clock.after(20, say('third'));
    clock.after(31, say('late'));
    clock.advance(30);
    expect(ran).toEqual(['first at 10', 'set on the way at 15', 'second at 20', 'third at 20']);
  });

  it('cancels a timer, twice if need be', () => {
    const clock = new VirtualClock();
    let hasRun = false;
    const cancel = clock.after(10, () => {
      hasRun = true;
    });
    cancel();
    cancel();
    clock.advance(100);
    expect(hasRun).toBe(false);
  });

  it('lets the wall clock be set while monotonic time runs on', () => {
    const clock = new VirtualClock(1_000);
    clock.setWall(-500);
    clock.advance(10);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([510, 1_010]);
  });
});
