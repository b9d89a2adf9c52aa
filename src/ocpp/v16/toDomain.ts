import type { SessionState } from '../../domain/session.ts';
import type { SignedValue } from '../../domain/sessionFact.ts';
import type { EvseStatus, StationHardware } from '../../domain/stationEvent.ts';
import type { Authorization, AuthorizationStatus } from '../../domain/token.ts';
import type { MeterWords } from '../meterReadings.ts';
import type { CompositeSchedule, ReplyData } from '../requests.ts';
import { instantMs } from '../sampledValues.ts';
import type {
  BootNotificationRequest,
  ConnectorStatus,
  GetCompositeScheduleResponse,
  GetConfigurationResponse,
  IdTagInfo,
  SampledValue,
  StatusNotificationRequest,
} from './messages.ts';

/** [OCPP 1.6 schemas: IdToken is CiString20Type] */
const idTagLengthMax = 20;

export const hardware = (boot: BootNotificationRequest): StationHardware => ({
  vendor: boot.chargePointVendor,
  model: boot.chargePointModel,
  serialNumber: boot.chargePointSerialNumber ?? boot.chargeBoxSerialNumber,
  firmware: boot.firmwareVersion,
});

export function evseStatus(status: ConnectorStatus): EvseStatus {
  switch (status) {
    case 'Available':
      return 'available';
    case 'Preparing':
    case 'Charging':
    case 'SuspendedEVSE':
    case 'SuspendedEV':
    case 'Finishing':
      return 'occupied';
    case 'Reserved':
      return 'reserved';
    case 'Unavailable':
      return 'unavailable';
    case 'Faulted':
      return 'faulted';
    default:
      return status satisfies never;
  }
}

/** What the status tells about the session there; undefined where it tells nothing. */
export function sessionState(status: ConnectorStatus): Exclude<SessionState, 'finished'> | undefined {
  switch (status) {
    case 'Charging':
      return 'charging';
    case 'SuspendedEV':
      return 'suspended-by-ev';
    case 'SuspendedEVSE':
      return 'suspended-by-us';
    default:
      return undefined;
  }
}

/** The fault of a connector in the station's words, `undefined` without one. */
export function fault({
  errorCode,
  vendorErrorCode,
  info,
  status,
}: StatusNotificationRequest): string | undefined {
  if (errorCode === 'NoError' && status !== 'Faulted') return undefined;
  return [errorCode, vendorErrorCode, info].filter(Boolean).join(' ');
}

/**
 * The domain's name of a transaction. Numbers below 1 are no transaction: ours begin at 1, and stations put 0 or -1
 * where the start was never answered.
 */
export const transactionName = (transactionId: number | undefined): string | undefined =>
  transactionId === undefined || transactionId < 1 ? undefined : String(transactionId);

export const meterWords: MeterWords<SampledValue> = {
  value: ({ value, format }) => (format === 'SignedData' ? undefined : decimal(value)),
  unit: ({ unit }) => unit,
  signedValue,
};

/** A value that the meter signed; its text says by itself how. */
function signedValue({ format, value, context }: SampledValue, atMs: number): SignedValue | undefined {
  if (format !== 'SignedData') return undefined;
  return {
    atMs,
    context,
    data: value,
    signingMethod: undefined,
    encodingMethod: undefined,
    publicKey: undefined,
  };
}

/** Values are text in 1.6. `Number` alone would read an empty one as 0. */
function decimal(text: string): number | undefined {
  return /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** 1.6 has fewer words. */
const tokenStatuses: Readonly<Record<AuthorizationStatus, IdTagInfo['status']>> = {
  accepted: 'Accepted',
  blocked: 'Blocked',
  concurrent: 'ConcurrentTx',
  elsewhere: 'Invalid',
  reserved: 'Invalid',
  expired: 'Expired',
  invalid: 'Invalid',
  unknown: 'Invalid',
};

/** A parent that does not fit the version is left out: whoever has it may not end the session, which is the safe side. */
export const idTagInfo = ({ status, groupId, cacheUntilMs }: Authorization): IdTagInfo => ({
  status: tokenStatuses[status],
  ...(cacheUntilMs !== undefined && { expiryDate: new Date(cacheUntilMs).toISOString() }),
  ...(groupId !== undefined && groupId.length <= idTagLengthMax && { parentIdTag: groupId }),
});

export function compositeSchedule(
  answer: GetCompositeScheduleResponse,
  evseNumber: number,
): ReplyData | undefined {
  const { chargingSchedule } = answer;
  if (chargingSchedule === undefined) return undefined;
  const start = answer.scheduleStart ?? chargingSchedule.startSchedule;
  const schedule: CompositeSchedule = {
    evseNumber: answer.connectorId ?? evseNumber,
    startsAtMs: start === undefined ? undefined : instantMs(start, undefined),
    durationS: chargingSchedule.duration,
    unit: chargingSchedule.chargingRateUnit,
    periods: chargingSchedule.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
      startS: startPeriod,
      limit,
      phaseCount: numberPhases,
    })),
  };
  return { kind: 'composite schedule', schedule };
}

export const configuration = (answer: GetConfigurationResponse): ReplyData => ({
  kind: 'configuration',
  settings: (answer.configurationKey ?? []).map(({ key, value, readonly }) => ({
    key,
    value,
    isReadOnly: readonly,
  })),
  unknownKeys: answer.unknownKey ?? [],
});
