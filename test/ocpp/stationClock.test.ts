import { describe, expect, it } from 'vitest';
import { StationClock } from '../../src/ocpp/stationClock.ts';

const nowMs = 1_000_000_000;

/** A clock that was told of these instants, each with its arrival, both from `nowMs`. */
function heard(...told: readonly (readonly [toldAtMs: number, arrivedAtMs: number])[]): StationClock {
  const clock = new StationClock();
  for (const [toldAtMs, arrivedAtMs] of told) clock.heard(nowMs + toldAtMs, nowMs + arrivedAtMs);
  return clock;
}

describe("a station's clock", () => {
  it('is taken for right as long as nothing was told, or one instant', () => {
    expect(heard().aheadMs).toBe(0);
    expect(heard([-300_000, 0]).aheadMs).toBe(0);
  });

  it('is off when two messages that came apart agree on it', () => {
    expect(heard([-300_000, 0], [-240_100, 60_000]).aheadMs).toBe(-300_000);
    expect(heard([300_000, 0], [360_000, 60_100]).aheadMs).toBe(300_000);
  });

  it('is right within what a message may be on its way', () => {
    expect(heard([-4_000, 0], [56_000, 60_000]).aheadMs).toBe(0);
  });

  it('is not taken for slow because of what was queued while the station was offline', () => {
    const queued = [-340_000, -320_000, -300_000].map((toldAtMs, order) => [toldAtMs, 100 * order] as const);
    expect(heard(...queued).aheadMs).toBe(0);
    expect(heard([-900_000, -900_000], [-840_000, -840_000], ...queued).aheadMs).toBe(0);
  });

  it('is not taken for slow by a queue that takes longer than a burst', () => {
    // A quarter of an hour of two EVSEs in turns, told in 18 s.
    const queued = Array.from(
      { length: 180 },
      (_, order) => [-900_000 + 5_000 * order, 100 * order] as const,
    );
    queued.forEach((_, count) => {
      expect(heard(...queued.slice(0, count + 1)).aheadMs).toBe(0);
    });
  });

  it('that was set is followed with the second message', () => {
    const before = [
      [0, 0],
      [60_000, 60_000],
    ] as const;
    expect(heard(...before, [-180_000, 120_000]).aheadMs).toBe(0);
    expect(heard(...before, [-180_000, 120_000], [-120_000, 180_000]).aheadMs).toBe(-300_000);
  });

  it('tells what is long gone from what is so now', () => {
    expect(heard().isPast(nowMs - 30_000, nowMs)).toBe(false);
    expect(heard().isPast(nowMs - 30_001, nowMs)).toBe(true);
    const slow = heard([-300_000, 0], [-240_000, 60_000]);
    expect(slow.isPast(nowMs - 180_000, nowMs + 120_000)).toBe(false);
  });

  it('ignores what is no instant', () => {
    expect(heard([Number.NaN, 0], [Number.NaN, 60_000]).aheadMs).toBe(0);
  });

  it('tells an instant as it is while the clock is right, to the millisecond', () => {
    const clock = new StationClock();
    expect(clock.told(1_000_000.4, 1_000_500)).toEqual({ atMs: 1_000_000, clock: 'right', aheadMs: 0 });
  });

  it('corrects an instant by what the clock is known to be off', () => {
    const clock = new StationClock();
    clock.heard(3_600_000, 0);
    clock.heard(3_610_000, 10_000);
    expect(clock.told(3_615_000, 20_000)).toEqual({ atMs: 15_000, clock: 'corrected', aheadMs: 3_600_000 });
  });

  it('guesses the instants of a station that had lost the time by the last one it tells', () => {
    const clock = new StationClock();
    const nowMs = Date.parse('2026-11-21T12:00:00Z');
    const hour = 3_600_000;
    expect(clock.told(hour, nowMs)).toMatchObject({ atMs: nowMs, clock: 'guessed' });
    expect(clock.told(2 * hour, nowMs + 10)).toMatchObject({ atMs: nowMs + 10, clock: 'guessed' });
    expect(clock.told(hour, nowMs + 20)).toMatchObject({ atMs: nowMs + 10 - hour });
    // It has the time again, and tells of now.
    expect(clock.told(nowMs + 30, nowMs + 30)).toMatchObject({ clock: 'right' });
    clock.booted();
    expect(clock.told(hour, nowMs + 40)).toMatchObject({ atMs: nowMs + 40, clock: 'guessed' });
  });

  it('does not believe what is still to come', () => {
    expect(new StationClock().told(7_200_000, 3_600_000)).toMatchObject({
      atMs: 3_600_000,
      clock: 'guessed',
    });
  });
});
