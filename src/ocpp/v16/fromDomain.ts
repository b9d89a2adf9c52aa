import type { StationCommand } from '../../control/ports.ts';
import type { ProfilePurpose, StationRequest } from '../requests.ts';
import { leaseProfileId, leaseSchedule, leaseStackLevel, period, standingProfileId } from '../setpoint.ts';
import type {
  ChargingProfile,
  ClearChargingProfileRequest,
  Purpose,
  SetChargingProfileRequest,
} from './messages.ts';

/** The setpoint as a profile. `nowMs` is the instant it goes on the wire. */
export function setChargingProfile(command: StationCommand, nowMs: number): SetChargingProfileRequest {
  return {
    connectorId: command.evseNumber,
    csChargingProfiles: command.kind === 'lease' ? txProfile(command, nowMs) : txDefaultProfile(command),
  };
}

function txProfile(command: Extract<StationCommand, { kind: 'lease' }>, nowMs: number): ChargingProfile {
  const { startSchedule, periods } = leaseSchedule(command, nowMs);
  return {
    chargingProfileId: leaseProfileId(command.evseNumber),
    transactionId: Number(command.transactionId),
    stackLevel: leaseStackLevel(command.schedule),
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule,
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
