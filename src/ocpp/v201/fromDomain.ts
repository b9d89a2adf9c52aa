import type { StationCommand } from '../../control/ports.ts';
import type { ProfilePurpose, StartLimit, StationRequest } from '../requests.ts';
import { leaseProfileId, leaseStackLevel, type ProfileCommand, period } from '../setpoint.ts';
import { setpointProfile } from '../setpointProfile.ts';
import type {
  ChargingProfile,
  ClearChargingProfileRequest,
  IdToken,
  Named,
  Purpose,
  RequestStartTransactionRequest,
  SetChargingProfileRequest,
} from './messages.ts';

/** The setpoint as a profile. `nowMs` is the instant it goes on the wire. */
export function setChargingProfile(command: ProfileCommand, nowMs: number): SetChargingProfileRequest {
  const profile = setpointProfile(command, nowMs);
  const { id, evseNumber, transactionId, stackLevel, unit, maxOfflineS } = profile;
  const { periods, ...times } = profile.schedule;
  return {
    evseId: evseNumber,
    chargingProfile: {
      id,
      ...(transactionId !== undefined && { transactionId }),
      stackLevel,
      chargingProfilePurpose: purposes[profile.purpose],
      chargingProfileKind: profile.kind,
      ...(maxOfflineS !== undefined && {
        maxOfflineDuration: maxOfflineS,
        invalidAfterOfflineDuration: true,
      }),
      chargingSchedule: [{ id, ...times, chargingRateUnit: unit, chargingSchedulePeriod: periods }],
    },
  };
}

/**
 * In force from the start of a session until its first setpoint, which takes its place: the id is the same. It names
 * no transaction, for there is none yet. [OCPP 2.0.1 K05]
 */
export const startProfile = (evseNumber: number, { amps, schedule }: StartLimit): ChargingProfile => ({
  id: leaseProfileId(evseNumber),
  stackLevel: leaseStackLevel(schedule),
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: [
    {
      id: leaseProfileId(evseNumber),
      chargingRateUnit: schedule.unit,
      chargingSchedulePeriod: [period(0, amps, schedule)],
    },
  ],
});

/** Either an id or criteria: a station need not take both. [OCPP 2.0.1 Part 2, ClearChargingProfileRequest] */
export function clearChargingProfile({
  profileId,
  evseNumber,
  purpose,
  stackLevel,
}: Extract<StationRequest, { kind: 'clear charging profile' }>): ClearChargingProfileRequest {
  if (profileId !== undefined) return { chargingProfileId: profileId };
  return {
    chargingProfileCriteria: {
      ...(evseNumber === undefined ? {} : { evseId: evseNumber }),
      ...(purpose === undefined ? {} : { chargingProfilePurpose: purposes[purpose] }),
      ...(stackLevel === undefined ? {} : { stackLevel }),
    },
  };
}

const purposes: Readonly<Record<ProfilePurpose, Purpose>> = {
  'station maximum': 'ChargingStationMaxProfile',
  'transaction default': 'TxDefaultProfile',
  transaction: 'TxProfile',
};

/** A token that we give out, not one that was read from a card. */
export const centralToken = (tokenId: string): IdToken => ({ idToken: tokenId, type: 'Central' });

/** 1 to this is a remoteStartId, a 32-bit integer. */
export const remoteStartIdMax = 2 ** 31 - 1;

/** A charge that begins again, with a number of its own. */
export const startAgain = ({
  evseNumber: evseId,
  tokenId,
  sequence,
}: Extract<StationCommand, { kind: 'remote start' }>): RequestStartTransactionRequest => ({
  evseId,
  idToken: centralToken(tokenId),
  remoteStartId: 1 + (sequence % remoteStartIdMax),
});

/** The reverse of `variableKey`; undefined for what is no such name. */
export function variableNamed(
  key: string,
): { readonly component: Named; readonly variable: Named } | undefined {
  const match = /^([^.[\]]+)(?:\[([^\]]+)\])?\.([^.[\]]+)(?:\[([^\]]+)\])?$/.exec(key);
  const [, component, componentInstance, variable, variableInstance] = match ?? [];
  if (component === undefined || variable === undefined) return undefined;
  return { component: named(component, componentInstance), variable: named(variable, variableInstance) };
}

const named = (name: string, instance: string | undefined): Named =>
  instance === undefined ? { name } : { name, instance };
