import { describe, expect, it } from 'vitest';
import {
  allowedAmps,
  compositePeriods,
  type InstalledProfile,
  type ProfileContext,
  type ProfileSchedule,
} from '../../src/sim/chargingProfiles.ts';

const t0 = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 86_400_000;

/** EVSE 1, three phases, charging since t0. */
const context: ProfileContext = {
  evseNumber: 1,
  transactionKey: 'T1',
  startedAtMs: t0,
  conductorCount: 3,
  phaseVolts: 230,
  sharedBy: 1,
};
const idle: ProfileContext = { ...context, transactionKey: undefined };

/** A default profile of 16 A for ever. */
const given = (
  change: Partial<InstalledProfile> = {},
  schedule: Partial<ProfileSchedule> = {},
): InstalledProfile => ({
  profileId: 1,
  stackLevel: 0,
  purpose: 'default',
  evseNumber: 1,
  transactionKey: undefined,
  validFromMs: undefined,
  validToMs: undefined,
  kind: 'absolute',
  ...change,
  schedule: {
    unit: 'A',
    startMs: t0,
    durationS: undefined,
    periods: [{ startS: 0, limit: 16, phaseCount: 3 }],
    ...schedule,
  },
});

const at = (limit: number, startS = 0): ProfileSchedule['periods'][number] => ({
  startS,
  limit,
  phaseCount: 3,
});
const own = { purpose: 'transaction', transactionKey: 'T1' } as const;

describe('allowed amps', () => {
  it('are without limit where no profile is installed', () => {
    expect(allowedAmps([], context, t0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("are the default profile's without one of the transaction", () => {
    expect(allowedAmps([given()], context, t0)).toBe(16);
  });

  it("are the transaction's own, lower or higher than the default", () => {
    const profiles = [given(), given({ ...own, profileId: 2 }, { periods: [at(25)] })];
    expect(allowedAmps(profiles, context, t0)).toBe(25);
  });

  it("leave another transaction's profile aside", () => {
    const profiles = [given(), given({ ...own, transactionKey: 'T0' }, { periods: [at(25)] })];
    expect(allowedAmps(profiles, context, t0)).toBe(16);
  });

  it("are capped by the station's maximum", () => {
    const max = given({ purpose: 'max', evseNumber: 0 }, { periods: [at(10)] });
    expect(allowedAmps([given(own), max], context, t0)).toBe(10);
  });

  it("divide the station's maximum by the EVSEs that charge", () => {
    const max = given({ purpose: 'max', evseNumber: 0 }, { periods: [at(20)] });
    expect(allowedAmps([max], { ...context, sharedBy: 2 }, t0)).toBe(10);
  });

  it('come from the highest stack level, in any order of installation', () => {
    const low = given({ stackLevel: 0 }, { periods: [at(20)] });
    const high = given({ stackLevel: 3 }, { periods: [at(8)] });
    expect(allowedAmps([low, high], context, t0)).toBe(8);
    expect(allowedAmps([high, low], context, t0)).toBe(8);
  });

  it('fall to the next stack level when the duration of the higher is over', () => {
    const low = given({ stackLevel: 0 }, { periods: [at(6)] });
    const high = given({ stackLevel: 1 }, { periods: [at(20)], durationS: 60 });
    expect(allowedAmps([low, high], context, t0 + 59_999)).toBe(20);
    expect(allowedAmps([low, high], context, t0 + 60_000)).toBe(6);
  });

  it("fall from the transaction's own to the default when its duration is over", () => {
    const profiles = [given({}, { periods: [at(6)] }), given(own, { periods: [at(20)], durationS: 60 })];
    expect(allowedAmps(profiles, context, t0 + 60_000)).toBe(6);
  });

  it('fall by themselves from period to period, as a lease does', () => {
    const lease = given(own, { periods: [at(20), at(6, 120)] });
    expect(allowedAmps([lease], context, t0 + 119_999)).toBe(20);
    expect(allowedAmps([lease], context, t0 + 120_000)).toBe(6);
  });

  it('leave out a profile before its start and outside its validity', () => {
    const late = given({}, { startMs: t0 + 1_000 });
    const brief = given({ validFromMs: t0 + 1_000, validToMs: t0 + 2_000 });
    expect(allowedAmps([late], context, t0 + 999)).toBe(Number.POSITIVE_INFINITY);
    expect(allowedAmps([late], context, t0 + 1_000)).toBe(16);
    const seen = [999, 1_000, 1_999, 2_000].map((ms) => allowedAmps([brief], context, t0 + ms));
    expect(seen).toEqual([Number.POSITIVE_INFINITY, 16, 16, Number.POSITIVE_INFINITY]);
  });

  it.each([
    ['a relative schedule', { kind: 'relative' as const }],
    ['an absolute one without a start', {}],
  ])('count %s from the start of the transaction', (_what, change) => {
    const profile = given(change, { startMs: undefined, periods: [at(16), at(8, 30)] });
    const later = { ...context, startedAtMs: t0 + 10_000 };
    expect(allowedAmps([profile], later, t0 + 39_999)).toBe(16);
    expect(allowedAmps([profile], later, t0 + 40_000)).toBe(8);
  });

  it.each([
    ['daily', dayMs],
    ['weekly', 7 * dayMs],
  ] as const)('repeat a %s schedule, with its gap between the rounds', (kind, cycleMs) => {
    const profile = given({ kind }, { durationS: 3_600, periods: [at(16), at(8, 1_800)] });
    const seen = [0, 1_800_000, 3_600_000, cycleMs - 1, cycleMs, 3 * cycleMs + 1_800_000].map((ms) =>
      allowedAmps([profile], context, t0 + ms),
    );
    const none = Number.POSITIVE_INFINITY;
    expect(seen).toEqual([16, 8, none, none, 16, 8]);
  });

  it("prefer an EVSE's own default to the one for all EVSEs, whatever their levels", () => {
    const all = given({ evseNumber: 0, stackLevel: 5 }, { periods: [at(20)] });
    expect(allowedAmps([all], context, t0)).toBe(20);
    expect(allowedAmps([all, given({ stackLevel: 0 })], context, t0)).toBe(16);
    expect(allowedAmps([given({ evseNumber: 2 }), all], context, t0)).toBe(20);
  });

  it.each([
    ['three phases', 3, 3, 11_040, 16],
    ['the phases the period names', 1, 3, 3_680, 16],
    ['no more phases than the EVSE has', 3, 1, 3_680, 16],
  ])('share watts by %s', (_how, phaseCount, conductorCount, limit, amps) => {
    const profile = given({}, { unit: 'W', periods: [{ startS: 0, limit, phaseCount }] });
    expect(allowedAmps([profile], { ...context, conductorCount }, t0)).toBe(amps);
  });
});

describe('composite periods', () => {
  it('are one at the hardware maximum without profiles', () => {
    expect(compositePeriods([], context, 32, t0, 600)).toEqual([{ startS: 0, amps: 32 }]);
  });

  it('show a lease and what it falls to', () => {
    const profiles = [
      given({}, { periods: [at(6)] }),
      given(own, { startMs: t0 - 60_000, durationS: 180, periods: [at(20), at(8, 120)] }),
    ];
    expect(compositePeriods(profiles, context, 32, t0, 600)).toEqual([
      { startS: 0, amps: 20 },
      { startS: 60, amps: 8 },
      { startS: 120, amps: 6 },
    ]);
  });

  it('join periods that say the same and end with the duration', () => {
    const profile = given({}, { periods: [at(16), at(16, 30), at(8, 60), at(10, 600)] });
    expect(compositePeriods([profile], context, 32, t0, 600)).toEqual([
      { startS: 0, amps: 16 },
      { startS: 60, amps: 8 },
    ]);
  });

  it('count a relative schedule from the question while nothing charges', () => {
    const profile = given({ kind: 'relative' }, { startMs: undefined, periods: [at(16), at(8, 30)] });
    expect(compositePeriods([profile], { ...idle, startedAtMs: t0 }, 32, t0, 60)).toEqual([
      { startS: 0, amps: 16 },
      { startS: 30, amps: 8 },
    ]);
  });

  it('show the next round of a daily schedule', () => {
    const profile = given({ kind: 'daily' }, { durationS: 3_600 });
    const periods = compositePeriods([profile], context, 32, t0 + 1_800_000, dayMs / 1000);
    expect(periods).toEqual([
      { startS: 0, amps: 16 },
      { startS: 1_800, amps: 32 },
      { startS: 84_600, amps: 16 },
    ]);
  });
});
