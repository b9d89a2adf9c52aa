import { describe, expect, it } from 'vitest';
import { RestartWatch } from '../../src/ocpp/restartWatch.ts';

const minuteMs = 60_000;

/** So many times configured, and booted so long after each. */
function watched(times: number, afterMs: number): { readonly watch: RestartWatch; readonly nowMs: number } {
  const watch = new RestartWatch();
  let nowMs = 0;
  for (let time = 0; time < times; time += 1) {
    watch.configured(nowMs);
    nowMs += afterMs;
    watch.booted(nowMs);
  }
  return { watch, nowMs };
}

describe('a station that restarts when it is configured', () => {
  it.each([
    ['was never configured', 0, 0, true],
    ['restarted soon after it was, twice', 2, 3 * minuteMs - 1, true],
    ['restarted soon after it was, three times', 3, 3 * minuteMs - 1, false],
    ['restarted later, for other reasons', 30, 3 * minuteMs, true],
  ])('may be configured where it %s: %s', (_why, times, afterMs, may) => {
    const { watch, nowMs } = watched(times, afterMs);
    expect(watch.mayConfigure(nowMs)).toBe(may);
  });

  it('begins anew when it stood it in between', () => {
    const { watch, nowMs } = watched(2, minuteMs);
    watch.configured(nowMs);
    watch.booted(nowMs + 5 * minuteMs);
    watch.configured(nowMs + 5 * minuteMs);
    watch.booted(nowMs + 6 * minuteMs);
    expect(watch.mayConfigure(nowMs + 6 * minuteMs)).toBe(true);
  });

  it('is tried once more a day later, and left alone again when it restarts', () => {
    const { watch, nowMs } = watched(3, minuteMs);
    const dayMs = 24 * 60 * minuteMs;
    const nextMs = nowMs - minuteMs + dayMs;
    watch.booted(nextMs - 1);
    expect(watch.mayConfigure(nextMs - 1)).toBe(false);
    expect(watch.mayConfigure(nextMs)).toBe(true);
    watch.configured(nextMs);
    watch.booted(nextMs + minuteMs);
    expect(watch.mayConfigure(nextMs + minuteMs)).toBe(false);
  });
});
