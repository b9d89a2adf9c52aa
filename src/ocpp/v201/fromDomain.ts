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
  IdToken,
  Named,
  Purpose,
  SetChargingProfileRequest,
} from './messages.ts';

/** The setpoint as a profile. `nowMs` is the instant it goes on the wire. */
export function setChargingProfile(command: ProfileCommand, nowMs: number): SetChargingProfileRequest {
  return {
    // The station as a whole is number 0.
    evseId: command.kind === 'station maximum' ? 0 : command.evseNumber,
    chargingProfile: profileOf(command, nowMs),
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
  const id = stationMaximumProfileId;
  return {
    id,
    stackLevel,
    chargingProfilePurpose: 'ChargingStationMaxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [{ id, startSchedule, duration, chargingRateUnit, chargingSchedulePeriod: periods }],
  };
}

function txProfile(command: Extract<StationCommand, { kind: 'lease' }>, nowMs: number): ChargingProfile {
  const id = leaseProfileId(command.evseNumber);
  const { periods, ...times } = leaseSchedule(command, nowMs);
  return {
    id,
    transactionId: command.transactionId,
    stackLevel: leaseStackLevel(command.schedule),
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [
      {
        id,
        ...times,
        chargingRateUnit: command.schedule.unit,
        chargingSchedulePeriod: periods,
      },
    ],
  };
}

/**
 * Relative, without a duration: it counts from the start of each transaction and never ends. An absolute one
 * would silently not apply at a station that lost its clock in a power cut; one that cannot do relative
 * schedules refuses it aloud.
 */
function txDefaultProfile(command: Extract<StationCommand, { kind: 'standing' }>): ChargingProfile {
  const id = standingProfileId(command.evseNumber);
  return {
    id,
    stackLevel: command.schedule.stackLevel,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: [
      {
        id,
        chargingRateUnit: command.schedule.unit,
        chargingSchedulePeriod: [period(0, command.amps, command.schedule)],
      },
    ],
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
