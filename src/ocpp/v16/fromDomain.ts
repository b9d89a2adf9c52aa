import type { StationCommand } from '../../control/ports.ts';
import type { ProfilePurpose, StartLimit, StationRequest } from '../requests.ts';
import { leaseProfileId, leaseStackLevel, type ProfileCommand, period } from '../setpoint.ts';
import { setpointProfile } from '../setpointProfile.ts';
import type {
  ChargingProfile,
  ClearChargingProfileRequest,
  Purpose,
  RemoteStartTransactionRequest,
  SetChargingProfileRequest,
} from './messages.ts';

/** The setpoint as a profile. `nowMs` is the instant it goes on the wire. */
export function setChargingProfile(command: ProfileCommand, nowMs: number): SetChargingProfileRequest {
  const { id, evseNumber, purpose, kind, stackLevel, transactionId, unit, schedule } = setpointProfile(
    command,
    nowMs,
  );
  const { periods, ...times } = schedule;
  return {
    connectorId: evseNumber,
    csChargingProfiles: {
      chargingProfileId: id,
      ...(transactionId !== undefined && { transactionId: Number(transactionId) }),
      stackLevel,
      chargingProfilePurpose: purposes[purpose],
      // Traits are those of the version, and 1.6 knows no dynamic profiles.
      chargingProfileKind: kind === 'Dynamic' ? 'Absolute' : kind,
      chargingSchedule: { ...times, chargingRateUnit: unit, chargingSchedulePeriod: periods },
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

/** A charge that begins again. */
export const startAgain = ({
  evseNumber: connectorId,
  tokenId: idTag,
}: Extract<StationCommand, { kind: 'remote start' }>): RemoteStartTransactionRequest => ({
  connectorId,
  idTag,
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
