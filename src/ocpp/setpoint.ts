import type { LeaseCommand, ScheduleForm, StationCommand } from '../control/ports.ts';
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

/** The lease as a schedule: the setpoint now, the tail once the lease has run out, whatever becomes of us. */
export function leaseSchedule(
  { setpointAmps, tailAmps, leaseMs, schedule }: LeaseCommand,
  nowMs: number,
): { readonly startSchedule: string; readonly periods: readonly WirePeriod[] } {
  const leaseS = Math.floor(leaseMs / 1000);
  return {
    startSchedule: new Date(nowMs - scheduleHeadStartS * 1000).toISOString(),
    periods: [period(0, setpointAmps, schedule), period(scheduleHeadStartS + leaseS, tailAmps, schedule)],
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
export const leaseProfileId = (evseNumber: number): number => evseNumber * 10 + 1;

/** The lease lies over the standing profile. */
export const leaseStackLevel = (schedule: ScheduleForm): number => schedule.stackLevel + 1;

/** A newer setpoint takes the place of one that still waits for the wire. */
export const setpointTerms = (command: StationCommand): CallTerms => ({
  urgency: 'setpoint',
  slot: `${command.kind} ${command.evseNumber}`,
  expiresAtMs: command.expiresAtMs,
});
