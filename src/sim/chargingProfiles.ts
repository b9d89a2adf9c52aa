/**
 * What the charging profiles installed on a station allow, as stations work it out for themselves: the far
 * side's truth. Written from the rules of the specifications and shared by no code of the server.
 */
export type RateUnit = 'A' | 'W';

/** One purpose under three spellings: `max` is the whole station's, `default` a transaction's without its own. */
export type ProfilePurpose = 'max' | 'default' | 'transaction';

export interface InstalledProfile {
  readonly profileId: number;
  readonly stackLevel: number;
  readonly purpose: ProfilePurpose;
  /** 0 is the station as a whole. */
  readonly evseNumber: number;
  /** The transaction it ends with; undefined for the other purposes. */
  readonly transactionKey: string | undefined;
  readonly validFromMs: number | undefined;
  readonly validToMs: number | undefined;
  readonly kind: 'absolute' | 'relative' | 'daily' | 'weekly';
  readonly schedule: ProfileSchedule;
}

export interface ProfileSchedule {
  readonly unit: RateUnit;
  /** Start of an absolute schedule, anchor of a recurring one. */
  readonly startMs: number | undefined;
  /** Undefined: the last period lasts as long as the profile is valid. */
  readonly durationS: number | undefined;
  readonly periods: readonly SchedulePeriod[];
  /** The message says for how many phases. */
  readonly namesPhases?: boolean;
}

export interface SchedulePeriod {
  readonly startS: number;
  /** Amps per phase or watts over all phases. */
  readonly limit: number;
  /** 3 where the message says nothing [OCPP 2.0.1 K01.FR.49]. */
  readonly phaseCount: number;
}

/** The EVSE the profiles are worked out for. */
export interface ProfileContext {
  readonly evseNumber: number;
  readonly transactionKey: string | undefined;
  /** Where relative schedules begin: with the transaction, or with the question where there is none. */
  readonly startedAtMs: number;
  readonly conductorCount: number;
  readonly phaseVolts: number;
  /** So many EVSEs charge at the same time and divide the station's maximum evenly. */
  readonly sharedBy: number;
}

const cycleMs = { daily: 86_400_000, weekly: 7 * 86_400_000 } as const;

/**
 * Amps per phase the profiles allow the EVSE at an instant, `Infinity` where none speaks. The transaction's
 * own profile takes the default's place while it has a period, and the station's maximum caps both.
 */
export function allowedAmps(
  profiles: readonly InstalledProfile[],
  context: ProfileContext,
  atMs: number,
): number {
  const stationAmps = leadingAmps(profiles, 'max', context, atMs) ?? Number.POSITIVE_INFINITY;
  const ownAmps =
    leadingAmps(profiles, 'transaction', context, atMs) ??
    leadingAmps(profiles, 'default', context, atMs) ??
    Number.POSITIVE_INFINITY;
  return Math.min(ownAmps, stationAmps / context.sharedBy);
}

export interface CompositePeriod {
  readonly startS: number;
  readonly amps: number;
}

/** `allowedAmps`, capped by the hardware, as the periods it has from now on. The first starts at 0. */
export function compositePeriods(
  profiles: readonly InstalledProfile[],
  context: ProfileContext,
  capAmps: number,
  nowMs: number,
  durationS: number,
): readonly CompositePeriod[] {
  const starts = new Set([0]);
  for (const profile of profiles) {
    for (const atMs of changes(profile, context, nowMs, nowMs + durationS * 1000)) {
      starts.add(Math.ceil((atMs - nowMs) / 1000));
    }
  }
  const periods = [...starts]
    .sort((a, b) => a - b)
    .filter((startS) => startS === 0 || startS < durationS)
    .map((startS) => ({
      startS,
      amps: Math.min(capAmps, allowedAmps(profiles, context, nowMs + startS * 1000)),
    }));
  return periods.filter((period, index) => period.amps !== periods[index - 1]?.amps);
}

/** The highest stack level that has a period at this instant leads; a lower one fills its gaps. */
function leadingAmps(
  profiles: readonly InstalledProfile[],
  purpose: ProfilePurpose,
  context: ProfileContext,
  atMs: number,
): number | undefined {
  const defaultOf = purpose === 'default' ? evseOfDefault(profiles, context) : 0;
  let leader: { stackLevel: number; amps: number } | undefined;
  for (const profile of profiles) {
    if (profile.purpose !== purpose) continue;
    if (purpose === 'default' && profile.evseNumber !== defaultOf) continue;
    // A transaction's profile is its own alone.
    if (purpose === 'transaction' && !isOfTransaction(profile, context)) continue;
    if (leader !== undefined && profile.stackLevel <= leader.stackLevel) continue;
    const period = periodAt(profile, context, atMs);
    if (period === undefined) continue;
    leader = { stackLevel: profile.stackLevel, amps: toAmps(period, profile.schedule.unit, context) };
  }
  return leader?.amps;
}

const isOfTransaction = (profile: InstalledProfile, { transactionKey }: ProfileContext): boolean =>
  transactionKey !== undefined && profile.transactionKey === transactionKey;

/** An EVSE's own default takes the place of the one for all EVSEs. */
const evseOfDefault = (profiles: readonly InstalledProfile[], { evseNumber }: ProfileContext): number =>
  profiles.some((profile) => profile.purpose === 'default' && profile.evseNumber === evseNumber)
    ? evseNumber
    : 0;

function periodAt(
  profile: InstalledProfile,
  context: ProfileContext,
  atMs: number,
): SchedulePeriod | undefined {
  const { validFromMs, validToMs, schedule } = profile;
  if (validFromMs !== undefined && atMs < validFromMs) return undefined;
  if (validToMs !== undefined && atMs >= validToMs) return undefined;

  const elapsedS = (atMs - anchorMs(profile, context, atMs)) / 1000;
  if (elapsedS < 0) return undefined;
  if (schedule.durationS !== undefined && elapsedS >= schedule.durationS) return undefined;
  return schedule.periods.findLast((period) => period.startS <= elapsedS);
}

/** When the schedule's second 0 was. An absolute one without a start, which 1.6 knows, begins as a relative one does. */
function anchorMs(profile: InstalledProfile, context: ProfileContext, atMs: number): number {
  const { kind, schedule } = profile;
  if (kind === 'relative' || schedule.startMs === undefined) return context.startedAtMs;
  if (kind === 'absolute' || atMs < schedule.startMs) return schedule.startMs;
  return atMs - ((atMs - schedule.startMs) % cycleMs[kind]);
}

/** The instants in (fromMs, toMs) where the profile may begin to say something else. */
function changes(
  profile: InstalledProfile,
  context: ProfileContext,
  fromMs: number,
  toMs: number,
): readonly number[] {
  const { kind, schedule, validFromMs, validToMs } = profile;
  const offsetsS = [0, ...schedule.periods.map((period) => period.startS), schedule.durationS ?? 0];
  const isRecurring = kind === 'daily' || kind === 'weekly';
  const stepMs = isRecurring ? cycleMs[kind] : Number.POSITIVE_INFINITY;

  const instants = [validFromMs ?? fromMs, validToMs ?? fromMs];
  for (let startMs = anchorMs(profile, context, fromMs); startMs < toMs; startMs += stepMs) {
    instants.push(...offsetsS.map((offsetS) => startMs + offsetS * 1000));
  }
  return instants.filter((atMs) => atMs > fromMs && atMs < toMs);
}

/** Watts are shared by the phases the schedule speaks of, as far as the EVSE has them. */
function toAmps(period: SchedulePeriod, unit: RateUnit, context: ProfileContext): number {
  if (unit === 'A') return period.limit;
  return period.limit / (context.phaseVolts * Math.min(period.phaseCount, context.conductorCount));
}
