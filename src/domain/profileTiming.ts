import type { ChargingProfile, ProfilePeriod } from './chargingProfile.ts';
import { instantOfLocal, wallClockMs } from './localTime.ts';

/** What decides when a profile speaks, beside the profile. */
export interface ProfileMoment {
  /** Where relative schedules begin: with the transaction, or with the question where there is none. */
  readonly relativeStartMs: number;
  /** IANA name of the station's own time. */
  readonly timeZone: string;
  /** undefined: it is online. */
  readonly offlineSinceMs: number | undefined;
}

const dayMs = 86_400_000;

/** The period of a profile that holds at an instant; undefined where it does not speak. */
export function periodAt(
  profile: ChargingProfile,
  moment: ProfileMoment,
  atMs: number,
): ProfilePeriod | undefined {
  const { validFromMs, validToMs, schedule } = profile;
  if (validFromMs !== undefined && atMs < validFromMs) return undefined;
  if (validToMs !== undefined && atMs >= validToMs) return undefined;
  if (atMs >= (offlineEndMs(profile, moment) ?? Number.POSITIVE_INFINITY)) return undefined;
  const sinceMs = atMs - startOf(profile, moment, atMs);
  if (sinceMs < 0) return undefined;
  if (schedule.durationS !== undefined && sinceMs >= schedule.durationS * 1000) return undefined;
  return schedule.periods.findLast(({ startS }) => startS * 1000 <= sinceMs);
}

/** The instants in (`fromMs`, `toMs`) where the profile may begin to say something else. */
export function changesWithin(
  profile: ChargingProfile,
  moment: ProfileMoment,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly number[] {
  const { validFromMs, validToMs, schedule } = profile;
  const offsetsMs = schedule.periods.map(({ startS }) => startS * 1000);
  if (schedule.durationS !== undefined) offsetsMs.push(schedule.durationS * 1000);
  const instants = [validFromMs, validToMs, offlineEndMs(profile, moment)].filter(
    (each) => each !== undefined,
  );
  for (const startMs of startsWithin(profile, moment, fromMs, toMs)) {
    instants.push(startMs, ...offsetsMs.map((offsetMs) => startMs + offsetMs));
  }
  return instants.filter((atMs) => atMs > fromMs && atMs < toMs);
}

const offlineEndMs = (
  { maxOfflineS }: ChargingProfile,
  { offlineSinceMs }: ProfileMoment,
): number | undefined =>
  maxOfflineS === undefined || offlineSinceMs === undefined ? undefined : offlineSinceMs + maxOfflineS * 1000;

/** When the schedule's second 0 was, the last time before an instant; the first time where that is still to come. */
const startOf = (profile: ChargingProfile, moment: ProfileMoment, atMs: number): number =>
  startOfCycle(profile, moment, cycleAt(profile, moment, atMs));

function startsWithin(
  profile: ChargingProfile,
  moment: ProfileMoment,
  fromMs: number,
  toMs: number,
): readonly number[] {
  const starts: number[] = [];
  let cycle = cycleAt(profile, moment, fromMs);
  for (let startMs = startOfCycle(profile, moment, cycle); startMs < toMs; ) {
    starts.push(startMs);
    if (!isRecurring(profile)) break;
    cycle += 1;
    startMs = startOfCycle(profile, moment, cycle);
  }
  return starts;
}

/** The newest cycle that has begun, counted from 0, which is also the answer before the first. */
function cycleAt(profile: ChargingProfile, moment: ProfileMoment, atMs: number): number {
  if (!isRecurring(profile)) return 0;
  const shownMs = profile.schedule.isLocalTime ? wallClockMs(moment.timeZone, atMs) : atMs;
  // A clock that is put back or forward makes this wrong by one.
  let cycle = Math.max(0, Math.floor((shownMs - firstStartMs(profile, moment)) / cycleOf(profile)) + 1);
  while (cycle > 0 && startOfCycle(profile, moment, cycle) > atMs) cycle -= 1;
  return cycle;
}

function startOfCycle(profile: ChargingProfile, moment: ProfileMoment, cycle: number): number {
  const countedMs = firstStartMs(profile, moment) + cycle * cycleOf(profile);
  const { isLocalTime } = profile.schedule;
  return isLocalTime && hasOwnStart(profile) ? instantOfLocal(moment.timeZone, countedMs) : countedMs;
}

/**
 * As the schedule counts it: on the wall clock or in UTC. An absolute one without a start counts from the transaction
 * [OCPP 1.6 ChargingSchedule].
 */
function firstStartMs(profile: ChargingProfile, { relativeStartMs }: ProfileMoment): number {
  if (profile.kind === 'dynamic') return profile.schedule.startMs ?? Number.NEGATIVE_INFINITY;
  return hasOwnStart(profile) ? profile.schedule.startMs : relativeStartMs;
}

type WithStart = ChargingProfile & { readonly schedule: { readonly startMs: number } };
const hasOwnStart = (profile: ChargingProfile): profile is WithStart =>
  profile.kind !== 'relative' && profile.kind !== 'dynamic' && profile.schedule.startMs !== undefined;

const isRecurring = ({ kind }: ChargingProfile): boolean => kind === 'daily' || kind === 'weekly';
const cycleOf = ({ kind }: ChargingProfile): number =>
  kind === 'daily' ? dayMs : kind === 'weekly' ? 7 * dayMs : 0;
