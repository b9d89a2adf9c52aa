import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/control/ports.ts';
import { startLiveOutput } from '../../src/sim/terminal.ts';

/** A clock whose one timer is fired by hand. */
function handClock() {
  let due: (() => void) | undefined;
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    after(_delayMs, callback) {
      due = callback;
      return () => {
        due = undefined;
      };
    },
  };
  return { clock, tick: () => due?.() };
}

function given(isTTY: boolean, rows?: number) {
  const written: string[] = [];
  const { clock, tick } = handClock();
  let count = 0;
  const output = startLiveOutput({
    stream: { isTTY, ...(rows !== undefined && { rows }), write: (text: string) => written.push(text) },
    clock,
    periodMs: 1_000,
    picture: () => `one ${count++}\ntwo\nthree`,
    summary: () => ({ count: count++ }),
  });
  return { written, tick, output };
}

describe('live output', () => {
  it('is one JSON line a period where there is no terminal', () => {
    const { written, tick, output } = given(false);
    tick();
    output.stop();
    tick();
    expect(written).toEqual(['{"count":0}\n', '{"count":1}\n']);
  });

  it('draws over the last picture without clearing it first', () => {
    const { written, tick } = given(true);
    tick();
    expect(written[0]).toBe('\x1b[?25l\x1b[2J');
    expect(written[2]).toBe('\x1b[Hone 1\x1b[K\ntwo\x1b[K\nthree\x1b[K\x1b[J');
  });

  it('draws no more lines than the window has', () => {
    expect(given(true, 3).written[1]).toBe('\x1b[Hone 0\x1b[K\ntwo\x1b[K\x1b[J');
  });

  it('gives the cursor back when it stops, once', () => {
    const { written, output } = given(true);
    output.stop();
    output.stop();
    expect(written.filter((text) => text.includes('\x1b[?25h'))).toHaveLength(1);
    expect(written.at(-1)).toBe('\x1b[?25h\n');
  });
});
