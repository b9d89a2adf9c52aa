import type { ChargingProfile } from '../domain/chargingProfile.ts';
import type { LeaseRung } from '../domain/traits.ts';
import type { ProfilePurpose } from './requests.ts';
import {
  leaseProfileId,
  leaseSchedule,
  leaseStackLevel,
  maximumSchedule,
  type ProfileCommand,
  standingKind,
  standingProfileId,
  standingSchedule,
  stationMaximumProfileId,
  type WireSchedule,
} from './setpoint.ts';

/** A setpoint as a charging profile, before a version spells it. */
export interface SetpointProfile {
  readonly id: number;
  /** The station as a whole is number 0. */
  readonly evseNumber: number;
  readonly purpose: ProfilePurpose;
  readonly kind: 'Absolute' | 'Relative' | 'Dynamic';
  readonly stackLevel: number;
  readonly transactionId: string | undefined;
  readonly unit: 'A' | 'W';
  readonly schedule: WireSchedule;
  /** It ends for good at a station that has been offline for so long [OCPP 2.1 maxOfflineDuration]. */
  readonly maxOfflineS: number | undefined;
}

/** What a command asks for, by the traits of its station. `nowMs` is the instant it goes on the wire, in the station's time. */
export function setpointProfile(command: ProfileCommand, nowMs: number): SetpointProfile {
  const { schedule: form } = command;
  const { rung = 'transaction', unit, stackLevel } = form;
  switch (command.kind) {
    case 'lease': {
      const { kind = 'absolute', leaseForm } = form;
      return {
        ...placeOf(rung, command.evseNumber),
        ...(rung === 'transaction' && { id: leaseProfileId(command.evseNumber) }),
        kind: kinds[kind],
        stackLevel: rung === 'transaction' ? leaseStackLevel(form) : stackLevel,
        transactionId: rung === 'transaction' ? command.transactionId : undefined,
        unit,
        schedule: leaseSchedule(command, nowMs),
        maxOfflineS: leaseForm === 'offline' ? Math.floor(command.leaseMs / 1000) : undefined,
      };
    }
    case 'standing':
      return {
        ...placeOf(rung === 'transaction' ? 'transaction default' : rung, command.evseNumber),
        kind: kinds[standingKind(form)],
        ...simple(unit, stackLevel),
        schedule: standingSchedule(command, nowMs),
      };
    case 'station maximum':
      return {
        ...placeOf('station maximum', command.evseNumber),
        kind: 'Absolute',
        ...simple(unit, stackLevel),
        schedule: maximumSchedule(command, nowMs),
      };
    default:
      return command satisfies never;
  }
}

const kinds = { absolute: 'Absolute', relative: 'Relative', dynamic: 'Dynamic' } as const;

const simple = (unit: 'A' | 'W', stackLevel: number) => ({
  unit,
  stackLevel,
  transactionId: undefined,
  maxOfflineS: undefined,
});

/**
 * Where a setpoint of a rung lies. One that outlives its session has the place of the standing profile: while there
 * is a session it is the setpoint, and after it the standing one again.
 */
function placeOf(
  rung: LeaseRung,
  evseNumber: number,
): { readonly id: number; readonly evseNumber: number; readonly purpose: ProfilePurpose } {
  if (rung === 'station maximum')
    return { id: stationMaximumProfileId, evseNumber: 0, purpose: 'station maximum' };
  const purpose = rung === 'transaction' ? 'transaction' : 'transaction default';
  return { id: standingProfileId(evseNumber), evseNumber, purpose };
}

/** The same as it lies on the station once it was taken. */
export function profileInForce(profile: SetpointProfile): ChargingProfile {
  const { startSchedule, duration: durationS, periods } = profile.schedule;
  return {
    id: profile.id,
    evseNumber: profile.evseNumber,
    purpose: profile.purpose,
    stackLevel: profile.stackLevel,
    kind: inForceKinds[profile.kind],
    transactionId: profile.transactionId,
    validFromMs: undefined,
    validToMs: undefined,
    maxOfflineS: profile.maxOfflineS,
    endsOffline: profile.maxOfflineS !== undefined,
    schedule: {
      unit: profile.unit,
      startMs: startSchedule === undefined ? undefined : Date.parse(startSchedule),
      isLocalTime: false,
      durationS,
      fullCar: undefined,
      periods: periods.map(({ startPeriod, limit, numberPhases }) => ({
        startS: startPeriod,
        limit,
        dischargeLimit: undefined,
        setpoint: undefined,
        phaseCount: numberPhases,
        mode: 'charging only',
      })),
    },
  };
}

const inForceKinds = { Absolute: 'absolute', Relative: 'relative', Dynamic: 'dynamic' } as const;
