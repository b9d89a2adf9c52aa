import type { StationCommand } from '../../control/ports.ts';
import type { ProfilePurpose, StartLimit, StationRequest } from '../requests.ts';
import {
  leaseProfileId,
  leaseSchedule,
  leaseStackLevel,
  maximumSchedule,
  type ProfileCommand,
  period,
  standingProfileId,
  stationMaximumProfileId,
} from '../setpoint.ts';
import type {
  ChargingProfile,
  ClearChargingProfileRequest,
  Purpose,
  SetChargingProfileRequest,
} from './messages.ts';

/** The setpoint as a profile. `nowMs` is the instant it goes on the wire. */
export function setChargingProfile(command: ProfileCommand, nowMs: number): SetChargingProfileRequest {
  return {
    // The station as a whole is number 0.
    connectorId: command.kind === 'station maximum' ? 0 : command.evseNumber,
    csChargingProfiles: profileOf(command, nowMs),
  };
}

function profileOf(command: ProfileCommand, nowMs: number): ChargingProfile {
  switch (command.kind) {
    case 'lease':
      return txProfile(command, nowMs);
    case 'standing':
      return txDefaultProfile(command);
    case 'station maximum':
      return maxProfile(command, nowMs);
    default:
      return command satisfies never;
  }
}

function maxProfile(
  command: Extract<ProfileCommand, { kind: 'station maximum' }>,
  nowMs: number,
): ChargingProfile {
  const { startSchedule, duration, periods } = maximumSchedule(command, nowMs);
  const { unit: chargingRateUnit, stackLevel } = command.schedule;
  return {
    chargingProfileId: stationMaximumProfileId,
    stackLevel,
    chargingProfilePurpose: 'ChargePointMaxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: { startSchedule, duration, chargingRateUnit, chargingSchedulePeriod: periods },
  };
}

function txProfile(command: Extract<StationCommand, { kind: 'lease' }>, nowMs: number): ChargingProfile {
  const { periods, ...times } = leaseSchedule(command, nowMs);
  return {
    chargingProfileId: leaseProfileId(command.evseNumber),
    transactionId: Number(command.transactionId),
    stackLevel: leaseStackLevel(command.schedule),
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      ...times,
      chargingRateUnit: command.schedule.unit,
      chargingSchedulePeriod: periods,
    },
  };
}

/**
 * Relative, without a duration: it counts from the start of each transaction and never ends. An absolute one
 * would silently not apply at a station that lost its clock in a power cut; one that cannot do relative
 * schedules refuses it aloud.
 */
function txDefaultProfile({
  evseNumber,
  amps,
  schedule,
}: Extract<StationCommand, { kind: 'standing' }>): ChargingProfile {
  return {
    chargingProfileId: standingProfileId(evseNumber),
    stackLevel: schedule.stackLevel,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: {
      chargingRateUnit: schedule.unit,
      chargingSchedulePeriod: [period(0, amps, schedule)],
    },
  };
}

/** In force from the start of a session until its first setpoint, which takes its place: the id is the same. */
export const startProfile = (evseNumber: number, { amps, schedule }: StartLimit): ChargingProfile => ({
  chargingProfileId: leaseProfileId(evseNumber),
  stackLevel: leaseStackLevel(schedule),
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: {
    chargingRateUnit: schedule.unit,
    chargingSchedulePeriod: [period(0, amps, schedule)],
  },
});

export function clearChargingProfile({
  profileId,
  evseNumber,
  purpose,
  stackLevel,
}: Extract<StationRequest, { kind: 'clear charging profile' }>): ClearChargingProfileRequest {
  return {
    ...(profileId === undefined ? {} : { id: profileId }),
    ...(evseNumber === undefined ? {} : { connectorId: evseNumber }),
    ...(purpose === undefined ? {} : { chargingProfilePurpose: purposes[purpose] }),
    ...(stackLevel === undefined ? {} : { stackLevel }),
  };
}

const purposes: Readonly<Record<ProfilePurpose, Purpose>> = {
  'station maximum': 'ChargePointMaxProfile',
  'transaction default': 'TxDefaultProfile',
  transaction: 'TxProfile',
};
