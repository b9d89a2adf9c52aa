import { describe, expect, it } from 'vitest';
import { stillness } from '../../src/control/stillness.ts';

const afterMs = 3_000;
const drainMs = 2_000;

/** A process that ran until 10 s. */
function given() {
  const pauses: number[] = [];
  const still = stillness(afterMs, (forMs) => pauses.push(forMs));
  still.alive(0);
  for (let nowMs = 1_000; nowMs <= 10_000; nowMs += 1_000) still.alive(nowMs);
  return { still, pauses };
}

describe('what is read from a socket', () => {
  it('arrived just now as long as the process runs', () => {
    const { still, pauses } = given();
    expect(still.arrivedAtMs(10_400)).toBe(10_400);
    expect(still.arrivedAtMs(10_400 + afterMs)).toBe(10_400 + afterMs);
    expect(pauses).toEqual([]);
  });

  it('may have waited since the process last did anything, where that is too long ago', () => {
    const { still, pauses } = given();
    expect(still.arrivedAtMs(10_001 + afterMs)).toBe(10_000);
    expect(pauses).toEqual([afterMs + 1]);
  });

  it('may have waited whatever noticed the pause first', () => {
    const { still } = given();
    still.alive(60_000);
    expect(still.arrivedAtMs(60_001)).toBe(10_000);
  });

  it('is live again once everything that waited was read', () => {
    const { still } = given();
    still.alive(60_000);
    expect(still.arrivedAtMs(60_000 + drainMs - 1)).toBe(10_000);
    expect(still.arrivedAtMs(60_000 + drainMs)).toBe(60_000 + drainMs);
  });

  it('is live however long the process takes to start', () => {
    const still = stillness(afterMs, () => {});
    expect([still.arrivedAtMs(0), still.arrivedAtMs(60_000)]).toEqual([0, 60_000]);
  });

  it('is told the same by one that goes on where another was', () => {
    const { still } = given();
    still.alive(60_000);
    const next = stillness(afterMs, () => {});
    next.restore(still.snapshot());
    expect(next.arrivedAtMs(60_001)).toBe(10_000);
  });
});
