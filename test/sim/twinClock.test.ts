import { describe, expect, it } from 'vitest';
import { TwinClock, TwinProcess } from '../../src/sim/twin/twinClock.ts';

/** A process that does things at its instants, and what it did when, in ms. */
function given() {
  const clock = new TwinClock(0);
  const process = new TwinProcess(clock, () => 0);
  const did: string[] = [];
  const does = (what: string) => () => void did.push(`${what} at ${clock.nowMs}`);
  return { clock, process, did, does };
}

describe('a process that stands still', () => {
  it('finds everything in its sockets first when it goes on, and then in its timers', async () => {
    const { clock, process, did, does } = given();
    process.stop();
    process.after(10, does('tick'));
    clock.after(20, () => process.run(does('message')));
    clock.after(100, () => process.goOn());
    await clock.runUntil(200);
    expect(did).toEqual(['message at 100', 'tick at 100']);
  });

  it('in the midst of a tick sends what it decided before it hears anything else', async () => {
    const { clock, process, did, does } = given();
    process.after(10, () => {
      process.stop();
      clock.after(50, () => process.goOn());
      process.run(does('command'));
    });
    process.after(10, does('other tick'));
    clock.after(20, () => process.run(does('message')));
    await clock.runUntil(200);
    expect(did).toEqual(['command at 60', 'message at 60', 'other tick at 60']);
  });

  it('is done with a message, what waits for its own promises included, before its timers', async () => {
    const { clock, process, did, does } = given();
    process.stop();
    process.after(10, does('tick'));
    clock.after(20, () =>
      process.run(() => {
        clock.settles();
        void Promise.resolve().then(does('heard'));
      }),
    );
    clock.after(100, () => process.goOn());
    await clock.runUntil(200);
    expect(did).toEqual(['heard at 100', 'tick at 100']);
  });

  it('does nothing any more once it is killed', async () => {
    const { clock, process, did, does } = given();
    process.stop();
    process.run(does('message'));
    process.kill();
    process.goOn();
    process.run(does('command'));
    await clock.runUntil(200);
    expect(did).toEqual([]);
  });
});
