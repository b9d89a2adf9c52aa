import { describe, expect, it } from 'vitest';
import { fraction, shortText } from '../../../src/domain/pricing/fraction.ts';
import type { RoamingProfile } from '../../../src/domain/roaming/chargingProfile.ts';
import { activeProfile, profileBoundAmps } from '../../../src/domain/roaming/profileBound.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const charge = {
  ...{ startedAtMs: nowMs - 600_000, maxAmps: 32, setpointAmps: 16, conductorCount: 3, phaseVolts: 230 },
};
type Period = readonly [startS: number, limit: number];
const profile = (periods: readonly Period[], change: Partial<RoamingProfile> = {}): RoamingProfile => ({
  unit: 'A',
  periods: periods.map(([startS, limit]) => ({ startS, limit: fraction(limit) })),
  ...change,
});
const boundAt = (bound: RoamingProfile, seconds: number, of = charge) =>
  profileBoundAmps(bound, of, nowMs + seconds * 1000);

describe('a profile of a partner', () => {
  it('counts from the start of the charge, or from its own', () => {
    const bound = profile([
      [0, 20],
      [900, 10],
    ]);
    expect([boundAt(bound, 0), boundAt(bound, 300)]).toEqual([20, 10]);
    const absolute = { ...bound, startsAtMs: nowMs };
    expect([boundAt(absolute, -1), boundAt(absolute, 0), boundAt(absolute, 900)]).toEqual([
      undefined,
      20,
      10,
    ]);
  });

  it('bounds nothing before its first period and after its duration; without one it runs on', () => {
    const bound = profile([[60, 10]], { startsAtMs: nowMs });
    expect([boundAt(bound, 59), boundAt(bound, 60), boundAt(bound, 1e6)]).toEqual([undefined, 10, 10]);
    const short = { ...bound, durationS: 120 };
    expect([boundAt(short, 119), boundAt(short, 120)]).toEqual([10, undefined]);
  });

  it('takes its periods in any order', () => {
    const bound = profile([
      [900, 10],
      [0, 20],
    ]);
    expect(boundAt(bound, 300)).toBe(10);
  });

  it('in watts is shared by the phases that carry them', () => {
    const bound = profile([[0, 6_900]], { unit: 'W' });
    expect(boundAt(bound, 0)).toBeCloseTo(10);
    expect(boundAt(bound, 0, { ...charge, conductorCount: 1 })).toBeCloseTo(30);
  });
});

describe('the active profile of a session', () => {
  const told = (bound: RoamingProfile | undefined, setpointAmps = 16) => {
    const { startsAtMs, profile: active } = activeProfile(
      bound,
      { ...charge, setpointAmps },
      { nowMs, durationS: 3600 },
    );
    expect([startsAtMs, active.startsAtMs, active.unit, active.durationS]).toEqual([nowMs, nowMs, 'A', 3600]);
    return active.periods.map(({ startS, limit }) => [startS, Number(shortText(limit))]);
  };

  it('is what it has, and less where a profile will say so', () => {
    expect(told(undefined)).toEqual([[0, 16]]);
    const bound = profile(
      [
        [0, 24],
        [600, 10],
        [1200, 32],
      ],
      { startsAtMs: nowMs },
    );
    expect(told(bound)).toEqual([
      [0, 16],
      [600, 10],
      [1200, 16],
    ]);
  });

  it('is what the profile says later, up to its maximum, where it is the profile that binds', () => {
    const bound = profile(
      [
        [0, 16.9],
        [600, 63],
      ],
      { startsAtMs: nowMs },
    );
    expect(told(bound)).toEqual([
      [0, 16],
      [600, 32],
    ]);
  });

  it('is rounded down', () => {
    expect(told(undefined, 9.99)).toEqual([[0, 9.9]]);
  });
});
