import type { InstalledProfile, ProfilePurpose, RateUnit, SchedulePeriod } from './chargingProfiles.ts';

/**
 * How a station departs from the specification, as stations in the field do. All fields left away: it does not.
 * `deviceQuirks.ts` lists which devices do which, with the sources; what is a lawful difference between makers is in
 * `Firmware`.
 */
export interface Quirks {
  // --- what it refuses
  /** Q1: a TxProfile that does not name its transaction. */
  readonly needsTransactionId?: boolean;
  /** Q3: purposes it does not know. */
  readonly refusedPurposes?: readonly ProfilePurpose[];
  /** Q5: kinds of schedule it does not know. */
  readonly refusedKinds?: readonly InstalledProfile['kind'][];
  /** Q6: the stack level it really takes, whatever it announces. */
  readonly realMaxStackLevel?: number;
  /** Q7: a period of 0. */
  readonly refusesZero?: boolean;
  /** Q18: what becomes of a request to clear. */
  readonly clears?: 'nothing, and says unknown' | 'nothing, and says accepted';
  /** Q32: a schedule that names phases, for it charges with direct current. */
  readonly refusesNumberPhases?: boolean;
  /** Q22: a composite schedule. */
  readonly refusesComposite?: boolean;
  /** Q29, Q4: answers every profile with this error of the RPC layer. */
  readonly profileErrorCode?: string;
  /** Q30: smart charging altogether. */
  readonly hasNoSmartCharging?: boolean;

  // --- what it accepts and does otherwise
  /** Q21: purposes it accepts and drops. */
  readonly droppedPurposes?: readonly ProfilePurpose[];
  /** Q9: units it accepts and drops. */
  readonly droppedUnits?: readonly RateUnit[];
  /** Q10: the only amps it can signal; a limit is rounded down to one of them, or to nothing. */
  readonly settableAmps?: readonly number[];
  /** Q11: watts are divided by the conductors it has, whatever the schedule says. */
  readonly ignoresNumberPhases?: boolean;
  /** Q16: a schedule's first period holds for ever: it never falls to the tail of a lease. */
  readonly ignoresLaterPeriods?: boolean;
  /** Q16: `duration` and `validTo` end nothing. */
  readonly ignoresEnds?: boolean;
  /** Q22: later periods and ends come so much later. */
  readonly changeLagMs?: number;
  /** Q2: a new TxDefaultProfile is for the next transaction. */
  readonly defaultWaitsForNext?: boolean;
  /** Q8: what follows a pause, until the next profile or, when it stays paused, until the car leaves. */
  readonly afterPause?: 'stays paused' | 'full power';
  /** Q24: each connector may take the station's maximum. */
  readonly isMaximumPerConnector?: boolean;
  /** Q23: a limit of its own, from an app or a load balancer we do not know of. */
  readonly localLimitAmps?: number;
  /** Q15: purposes it forgets when the connection is lost. */
  readonly forgetsOffline?: readonly ProfilePurpose[];
  /** Q16: purposes it forgets when it restarts. */
  readonly forgetsAtRestart?: readonly ProfilePurpose[];
  /** Q19: profiles of transactions that ended take up their places. */
  readonly keepsFinishedProfiles?: boolean;

  // --- what it tells, and when
  /** Q12: its clock against the true time; negative is slow. */
  readonly clockOffsetMs?: number;
  /** Q14: its clock until the server accepted its boot, on top of the offset that stays. */
  readonly clockOffsetBeforeBootMs?: number;
  /** Q25: how long it thinks about a request before it does and answers it. */
  readonly answerDelayMs?: number;
  /** Q26: no BootNotification, ever. */
  readonly neverBoots?: boolean;
  /** Q26: no new connection after the server closed the old one properly. */
  readonly neverRedials?: boolean;
  /** Q26: of every such span it says nothing and hears nothing for the last part, on an open connection. */
  readonly silentGap?: { readonly everyMs: number; readonly lastsMs: number };
  /** Q28: meter values no oftener than this, whatever it is set to. */
  readonly meterIntervalSMin?: number;
  /** Q28: measurands it does not have. */
  readonly missingMeasurands?: readonly string[];
  /** Q28: it names its phases in the wrong order: what it calls L1 is the conductor so many further. */
  readonly phasesShiftedBy?: 0 | 1 | 2;
  /** Q27: it restarts when one of its settings is written. */
  readonly restartsWhenConfigured?: boolean;
  /** Q33: for so long it knows nothing of a transaction that it began. */
  readonly digestsStartMs?: number;
  /** Q31: it does smart charging and does not say so. */
  readonly hidesSmartCharging?: boolean;
}

/** The profile as the station keeps it; undefined where it was only accepted. */
export function keptProfile(quirks: Quirks, profile: InstalledProfile): InstalledProfile | undefined {
  const { schedule, purpose } = profile;
  if (quirks.droppedPurposes?.includes(purpose)) return undefined;
  if (quirks.droppedUnits?.includes(schedule.unit)) return undefined;

  const lagMs = quirks.changeLagMs ?? 0;
  const ended = quirks.ignoresEnds
    ? { validToMs: undefined, durationS: undefined }
    : { validToMs: plus(profile.validToMs, lagMs), durationS: plus(schedule.durationS, lagMs / 1000) };
  const periods = quirks.ignoresLaterPeriods ? schedule.periods.slice(0, 1) : schedule.periods;
  return {
    ...profile,
    validToMs: ended.validToMs,
    schedule: {
      ...schedule,
      durationS: ended.durationS,
      periods: periods.map((period) => keptPeriod(quirks, period, schedule.unit)),
    },
  };
}

/** Whether it is in one of its silent gaps. */
export const isSilent = ({ silentGap }: Quirks, nowMs: number): boolean =>
  silentGap !== undefined && nowMs % silentGap.everyMs >= silentGap.everyMs - silentGap.lastsMs;

function keptPeriod(quirks: Quirks, period: SchedulePeriod, unit: RateUnit): SchedulePeriod {
  const { settableAmps, changeLagMs = 0, ignoresNumberPhases } = quirks;
  const { startS, limit, phaseCount } = period;
  return {
    startS: startS === 0 ? 0 : startS + changeLagMs / 1000,
    limit: unit === 'A' && settableAmps !== undefined ? roundedDown(limit, settableAmps) : limit,
    // No EVSE has more conductors than three.
    phaseCount: ignoresNumberPhases ? 3 : phaseCount,
  };
}

const roundedDown = (amps: number, settableAmps: readonly number[]): number =>
  Math.max(0, ...settableAmps.filter((each) => each <= amps));

const plus = (value: number | undefined, more: number): number | undefined =>
  value === undefined ? undefined : value + more;
