import type { LeaseCommand, ScheduleForm, StationCommand, StationMaximumCommand } from '../control/ports.ts';
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
  readonly numberPhases: number;
}

interface LeaseSchedule {
  readonly startSchedule: string;
  readonly duration?: number;
  readonly periods: readonly WirePeriod[];
}

/** The lease as a schedule: the setpoint now, the tail once the lease has run out, whatever becomes of us. */
export function leaseSchedule(
  { setpointAmps, tailAmps, leaseMs, schedule }: LeaseCommand,
  nowMs: number,
): LeaseSchedule {
  const endS = scheduleHeadStartS + Math.floor(leaseMs / 1000);
  const startSchedule = new Date(nowMs - scheduleHeadStartS * 1000).toISOString();
  const setpoint = period(0, setpointAmps, schedule);
  switch (schedule.leaseForm) {
    case 'tail':
      return { startSchedule, periods: [setpoint, period(endS, tailAmps, schedule)] };
    case 'duration':
      return { startSchedule, duration: endS, periods: [setpoint] };
    case 'none':
      return { startSchedule, periods: [setpoint] };
    default:
      return schedule.leaseForm satisfies never;
  }
}

/** A bound that began a while ago, for the same reason, and ends by itself. */
export function maximumSchedule(
  { amps, durationMs, schedule }: StationMaximumCommand,
  nowMs: number,
): { readonly startSchedule: string; readonly duration: number; readonly periods: readonly WirePeriod[] } {
  return {
    startSchedule: new Date(nowMs - scheduleHeadStartS * 1000).toISOString(),
    duration: scheduleHeadStartS + Math.floor(durationMs / 1000),
    periods: [period(0, amps, schedule)],
  };
}

export const period = (startPeriod: number, amps: number, schedule: ScheduleForm): WirePeriod => ({
  startPeriod,
  limit: limitInUnit(amps, schedule),
  numberPhases: schedule.phaseCount,
});

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

/** Whether we gave a profile of this id. */
export const isOurProfileId = (id: number): boolean =>
  id === stationMaximumProfileId || (id >= standingProfileId(1) && (id % 10 === 0 || id % 10 === 1));

/** The lease lies over the standing profile. */
export const leaseStackLevel = (schedule: ScheduleForm): number => schedule.stackLevel + 1;

/** On which our profiles lie, by the level of the standing one. */
export const ourStackLevels = (stackLevel: number): readonly number[] => [stackLevel, stackLevel + 1];

/** What is set by a charging profile. */
export type ProfileCommand = Exclude<StationCommand, { kind: 'remote stop' }>;

/** A newer setpoint takes the place of one that still waits for the wire. */
export const setpointTerms = (command: StationCommand): CallTerms => ({
  urgency: 'setpoint',
  slot: `${command.kind} ${command.evseNumber}`,
  expiresAtMs: command.expiresAtMs,
});
