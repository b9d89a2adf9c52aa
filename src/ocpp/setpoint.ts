import type {
  ClearCommand,
  LeaseCommand,
  ScheduleForm,
  StandingCommand,
  StationCommand,
  StationMaximumCommand,
} from '../control/ports.ts';
import type { ChargingProfile } from '../domain/chargingProfile.ts';
import type { StationEffect } from '../domain/stationEffect.ts';
import { defaultTraits, type StationTraits } from '../domain/traits.ts';
import type { CallTerms } from './callQueue.ts';

/**
 * A schedule that begins now counts as the future at a station whose clock is slow, and is not in force until its
 * clock gets there. It begins this long ago instead.
 */
const scheduleHeadStartS = 60;

/** One period of a charging schedule, in the spelling every version shares. */
export interface WirePeriod {
  readonly startPeriod: number;
  readonly limit: number;
  readonly numberPhases?: number;
}

export interface WireSchedule {
  readonly startSchedule?: string;
  readonly duration?: number;
  readonly periods: readonly WirePeriod[];
}

/** The lease as a schedule: the setpoint now, the tail once the lease has run out, whatever becomes of us. */
export function leaseSchedule(command: LeaseCommand, nowMs: number): WireSchedule {
  const { setpointAmps, tailAmps, leaseMs, schedule } = command;
  const { headS, start } = beginning(command, nowMs);
  const endS = headS + Math.floor(leaseMs / 1000);
  const setpoint = period(0, setpointAmps, schedule);
  switch (schedule.leaseForm) {
    case 'tail':
      return { ...start, periods: [setpoint, period(endS, tailAmps, schedule)] };
    case 'duration':
      return { ...start, duration: endS, periods: [setpoint] };
    case 'offline':
    case 'none':
      return { ...start, periods: [setpoint] };
    default:
      return schedule.leaseForm satisfies never;
  }
}

/** When the schedule began, and how long ago that is. */
function beginning(
  { schedule, startedAtMs }: LeaseCommand,
  nowMs: number,
): { readonly headS: number; readonly start: { readonly startSchedule?: string } } {
  const { kind, startsInPast } = { ...defaultTraits, ...schedule };
  switch (kind) {
    case 'absolute': {
      const headS = startsInPast ? scheduleHeadStartS : 0;
      return { headS, start: { startSchedule: instant(nowMs - headS * 1000) } };
    }
    // It counts from the start of its transaction, and both are told by the station's own clock.
    case 'relative':
      return { headS: Math.max(0, Math.floor((nowMs - (startedAtMs ?? nowMs)) / 1000)), start: {} };
    // It begins when it is received.
    case 'dynamic':
      return { headS: 0, start: {} };
    default:
      return kind satisfies never;
  }
}

const instant = (atMs: number): string => new Date(atMs).toISOString();

/** A bound that began a while ago, for the same reason, and ends by itself. */
export function maximumSchedule(
  { amps, durationMs, schedule }: StationMaximumCommand,
  nowMs: number,
): WireSchedule {
  return {
    startSchedule: instant(nowMs - scheduleHeadStartS * 1000),
    duration: scheduleHeadStartS + Math.floor(durationMs / 1000),
    periods: [period(0, amps, schedule)],
  };
}

/**
 * Without a duration it never ends. Relative it counts from the start of each transaction: an absolute one would
 * silently not apply at a station that lost its clock in a power cut, and one that cannot do relative schedules
 * refuses it aloud. The maximum of a station may not be relative [OCPP 1.6 3.13.1, 2.0.1 K01.FR.38].
 */
export function standingSchedule({ amps, schedule }: StandingCommand, nowMs: number): WireSchedule {
  const { startSchedule } = maximumSchedule(
    { kind: 'station maximum', amps, durationMs: 0, schedule },
    nowMs,
  );
  const periods = [period(0, amps, schedule)];
  return standingKind(schedule) === 'relative' || startSchedule === undefined
    ? { periods }
    : { startSchedule, periods };
}

export const standingKind = ({
  rung,
  standingKind: kind = 'relative',
}: ScheduleForm): 'absolute' | 'relative' => (rung === 'station maximum' ? 'absolute' : kind);

export const period = (startPeriod: number, amps: number, schedule: ScheduleForm): WirePeriod => ({
  startPeriod,
  limit: limitInUnit(pausing(amps, schedule), schedule),
  ...(schedule.phasesHonoured !== false && { numberPhases: schedule.phaseCount }),
});

/** No cable can signal so little [IEC 61851-1], so it pauses where 0 is refused. */
const pauseAmps = 1;
const pausing = (amps: number, { takesZero = true }: ScheduleForm): number =>
  amps === 0 && !takesZero ? pauseAmps : amps;

/**
 * A limit as stations take it: one decimal of an ampere, or whole watts over all phases. Always rounded down, so
 * that what is set never exceeds what was allocated.
 */
function limitInUnit(amps: number, { unit, phaseCount, phaseVolts }: ScheduleForm): number {
  // In binary floating point 2.3 A is 22.999… tenths. This much is not current.
  const roundingError = 1e-6;
  return unit === 'A'
    ? Math.floor(amps * 10 + roundingError) / 10
    : Math.floor(amps * phaseCount * phaseVolts + roundingError);
}

/**
 * The same ids for ever, one pair for each EVSE: a new profile replaces the old one in place. Clearing first
 * would leave a gap without a limit.
 */
export const standingProfileId = (evseNumber: number): number => evseNumber * 10;
export const stationMaximumProfileId = 2;
export const leaseProfileId = (evseNumber: number): number => evseNumber * 10 + 1;

/** What lies on a rung, by its id: what others gave stays. */
export const clearing = ({ rung, evseNumber }: ClearCommand & { readonly evseNumber: number }) =>
  ({
    kind: 'clear charging profile',
    profileId: rung === 'station maximum' ? stationMaximumProfileId : leaseProfileId(evseNumber),
  }) as const;

/** Whether we may have given a profile of this id. */
export const isOurProfileId = (id: number): boolean =>
  id === stationMaximumProfileId || (id >= standingProfileId(1) && (id % 10 === 0 || id % 10 === 1));

/** Whether a profile is one that we give: its id says where it lies. */
export const isOurProfile = ({ id, purpose, evseNumber }: ProfilePlace): boolean => {
  switch (purpose) {
    case 'station maximum':
      return id === stationMaximumProfileId;
    case 'transaction default':
      return id === standingProfileId(evseNumber) && evseNumber > 0;
    case 'transaction':
      return id === leaseProfileId(evseNumber) && evseNumber > 0;
    default:
      return false;
  }
};
type ProfilePlace = Pick<ChargingProfile, 'id' | 'purpose' | 'evseNumber'>;

/** What goes when a station clears a profile by its id, or else by criteria: of its maximum or of anything. */
export function clearedPlace(
  id: number | undefined,
  isStationMaximum: boolean,
): Extract<StationEffect, { kind: 'clears profiles' }>['of'] {
  if (id !== undefined) return isOurProfileId(id) ? 'anything' : 'nothing of ours';
  return isStationMaximum ? 'station maximum' : 'anything';
}

/** The lease lies over the standing profile, where the station has room above it. They differ in purpose too. */
export const leaseStackLevel = ({
  stackLevel,
  stackLevelMax,
}: Pick<ScheduleForm, 'stackLevel' | 'stackLevelMax'>): number =>
  Math.min(stackLevel + 1, Math.max(stackLevel, stackLevelMax ?? stackLevel + 1));

/** On which our profiles lie. */
export const ourStackLevels = (
  traits: Pick<StationTraits, 'stackLevel' | 'stackLevelMax'>,
): readonly number[] => [traits.stackLevel, leaseStackLevel(traits)];

/** What is set by a charging profile. */
export type ProfileCommand = Extract<StationCommand, { kind: 'lease' | 'standing' | 'station maximum' }>;

export const isProfileCommand = (command: StationCommand): command is ProfileCommand =>
  command.kind === 'lease' || command.kind === 'standing' || command.kind === 'station maximum';

/** A newer setpoint takes the place of one that still waits for the wire. */
export const setpointTerms = (command: StationCommand): CallTerms => ({
  urgency: 'setpoint',
  slot: `${command.kind} ${command.evseNumber}`,
  expiresAtMs: command.expiresAtMs,
  ...('schedule' in command &&
    command.schedule.answersWithinS !== undefined && {
      answersWithinMs: command.schedule.answersWithinS * 1000,
    }),
});
