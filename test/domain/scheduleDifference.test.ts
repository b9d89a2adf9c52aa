import { describe, expect, it } from 'vitest';
import type { ChargingProfile } from '../../src/domain/chargingProfile.ts';
import { compositeSchedule } from '../../src/domain/compositeSchedule.ts';
import { type ReportedSchedule, scheduleDifference } from '../../src/domain/scheduleDifference.ts';
import { givenProfile, givenQuery, t0 } from './givenProfiles.ts';

const terms = { hardwareLimit: 32, tolerance: 0.1, slackS: 30 };
const reported = (...steps: readonly (readonly [startS: number, limit: number])[]): ReportedSchedule => ({
  startMs: t0,
  durationS: 3_600,
  periods: steps.map(([startS, limit]) => ({ startS, limit })),
});
const difference = (profiles: readonly ChargingProfile[], said: ReportedSchedule) =>
  scheduleDifference(compositeSchedule(profiles, givenQuery()), said, terms);

describe('what a station says against what its profiles allow', () => {
  const profile = givenProfile([
    [0, 16],
    [600, 10],
  ]);

  it.each<[string, readonly ChargingProfile[], ReportedSchedule]>([
    ['the same', [profile], reported([0, 16], [600, 10])],
    ['the same in smaller pieces', [profile], reported([0, 16], [300, 16], [600, 10])],
    ['a change as much later as clocks may be off', [profile], reported([0, 16], [660, 10])],
    ['rounding', [profile], reported([0, 15.9], [600, 10])],
    ['the hardware where nothing is installed', [], reported([0, 32])],
    ['more than the hardware where nothing is installed', [], reported([0, 48])],
    ['nothing at all', [profile], reported()],
  ])('%s is no difference', (_what, profiles, said) => {
    expect(difference(profiles, said)).toBeUndefined();
  });

  it('tells when more would flow, and which profile is not obeyed', () => {
    expect(difference([profile], reported([0, 16]))).toEqual({
      kind: 'above',
      atMs: t0 + 600_000,
      ownLimit: 10,
      reportedLimit: 16,
      profileId: profile.id,
    });
  });

  it('tells when less would flow: the station has a limit of its own', () => {
    const found = difference([profile], reported([0, 8]));
    expect(found).toMatchObject({ kind: 'below', atMs: t0, ownLimit: 16, reportedLimit: 8 });
  });

  it('tells of more before it tells of less', () => {
    expect(difference([profile], reported([0, 8], [600, 32]))?.kind).toBe('above');
  });

  it('counts from the start that the station gives', () => {
    const late = { ...reported([0, 10]), startMs: t0 + 600_000, durationS: 600 };
    expect(difference([profile], late)).toBeUndefined();
  });
});
