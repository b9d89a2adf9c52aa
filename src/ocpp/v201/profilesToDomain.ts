import type {
  ChargingProfile,
  OperationMode,
  ProfileKind,
  ProfilePeriod,
  ProfilePurpose,
} from '../../domain/chargingProfile.ts';
import { instantMs } from '../sampledValues.ts';

/** A charging profile of OCPP 2.x as it is on the wire, as far as we read it. What 2.1 added is optional. */
export interface WireProfile {
  readonly id: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: string;
  readonly chargingProfileKind: string;
  readonly recurrencyKind?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly transactionId?: string;
  readonly maxOfflineDuration?: number;
  readonly invalidAfterOfflineDuration?: boolean;
  readonly dynUpdateTime?: string;
  readonly chargingSchedule: readonly WireSchedule[];
}

export interface WireSchedule {
  readonly id: number;
  readonly startSchedule?: string;
  readonly duration?: number;
  readonly chargingRateUnit: 'A' | 'W';
  readonly useLocalTime?: boolean;
  readonly limitAtSoC?: { readonly soc: number; readonly limit: number };
  readonly chargingSchedulePeriod: readonly WirePeriod[];
}

interface WirePeriod {
  readonly startPeriod: number;
  readonly limit?: number;
  readonly limit_L2?: number;
  readonly limit_L3?: number;
  readonly numberPhases?: number;
  readonly dischargeLimit?: number;
  readonly setpoint?: number;
  readonly operationMode?: string;
}

const purposes: Readonly<Record<string, ProfilePurpose>> = {
  ChargingStationExternalConstraints: 'external constraints',
  ChargingStationMaxProfile: 'station maximum',
  LocalGeneration: 'local generation',
  PriorityCharging: 'priority',
  TxDefaultProfile: 'transaction default',
  TxProfile: 'transaction',
};

const modes: Readonly<Record<string, OperationMode>> = {
  CentralFrequency: 'central frequency',
  CentralSetpoint: 'central setpoint',
  ChargingOnly: 'charging only',
  ExternalLimits: 'external limits',
  ExternalSetpoint: 'external setpoint',
  Idle: 'idle',
  LocalFrequency: 'local frequency',
  LocalLoadBalancing: 'local load balancing',
};

/** The profile in no version's words. Of schedules for a car to choose from the first stands for all. */
export function profileToDomain(evseNumber: number, wire: WireProfile): ChargingProfile | undefined {
  const [schedule] = wire.chargingSchedule;
  const purpose = purposes[wire.chargingProfilePurpose];
  if (schedule === undefined || purpose === undefined) return undefined;
  const start = wire.chargingProfileKind === 'Dynamic' ? wire.dynUpdateTime : schedule.startSchedule;
  return {
    id: wire.id,
    evseNumber,
    purpose,
    stackLevel: wire.stackLevel,
    kind: kindOf(wire),
    transactionId: wire.transactionId,
    validFromMs: instant(wire.validFrom),
    validToMs: instant(wire.validTo),
    maxOfflineS: wire.maxOfflineDuration,
    endsOffline: wire.invalidAfterOfflineDuration ?? false,
    schedule: scheduleToDomain({ ...schedule, ...(start !== undefined && { startSchedule: start }) }),
  };
}

/** What somebody imposes from outside, as the constraint that it is. */
export const constraintToDomain = (evseNumber: number, schedule: WireSchedule): ChargingProfile => ({
  id: schedule.id,
  evseNumber,
  purpose: 'external constraints',
  stackLevel: 0,
  kind: schedule.startSchedule === undefined ? 'dynamic' : 'absolute',
  transactionId: undefined,
  validFromMs: undefined,
  validToMs: undefined,
  maxOfflineS: undefined,
  endsOffline: false,
  schedule: scheduleToDomain(schedule),
});

export const scheduleToDomain = (wire: WireSchedule): ChargingProfile['schedule'] => ({
  unit: wire.chargingRateUnit,
  startMs:
    wire.useLocalTime === true ? instant(withoutZone(wire.startSchedule)) : instant(wire.startSchedule),
  isLocalTime: wire.useLocalTime ?? false,
  durationS: wire.duration,
  periods: wire.chargingSchedulePeriod.map((each) => periodToDomain(each, wire.chargingRateUnit)),
  fullCar: wire.limitAtSoC && { stateOfChargePercent: wire.limitAtSoC.soc, limit: wire.limitAtSoC.limit },
});

/** Amps that differ by phase bound a car by the least: it draws the same on every phase it uses. Watts add up. */
function periodToDomain(wire: WirePeriod, unit: 'A' | 'W'): ProfilePeriod {
  const perPhase = [wire.limit, wire.limit_L2, wire.limit_L3].filter((limit) => limit !== undefined);
  const sum = perPhase.reduce((total, limit) => total + limit, 0);
  return {
    startS: wire.startPeriod,
    limit: perPhase.length === 0 ? undefined : unit === 'W' ? sum : Math.min(...perPhase),
    dischargeLimit: wire.dischargeLimit,
    setpoint: wire.setpoint,
    phaseCount: wire.numberPhases,
    mode: modes[wire.operationMode ?? 'ChargingOnly'] ?? 'charging only',
  };
}

function kindOf({ chargingProfileKind: kind, recurrencyKind }: WireProfile): ProfileKind {
  if (kind === 'Recurring') return recurrencyKind === 'Weekly' ? 'weekly' : 'daily';
  return kind === 'Relative' ? 'relative' : kind === 'Dynamic' ? 'dynamic' : 'absolute';
}

const instant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : instantMs(text, undefined);

/** The wall clock's digits, read as if they were UTC. */
const withoutZone = (text: string | undefined): string | undefined =>
  text?.replace(/(Z|[+-]\d{2}:?\d{2})$/i, '').concat('Z');
