import type { SessionState } from '../../domain/session.ts';
import type { EvseStatus, StationHardware } from '../../domain/stationEvent.ts';
import type { Authorization, AuthorizationStatus } from '../../domain/token.ts';
import { type MeterWords, meterReader } from '../meterReadings.ts';
import type { ReplyData } from '../requests.ts';
import { instantMs } from '../sampledValues.ts';
import type {
  BootNotificationRequest,
  ChargingState,
  ConnectorStatus,
  GetCompositeScheduleResponse,
  GetVariablesResponse,
  IdToken,
  IdTokenInfo,
  Named,
  SampledValue,
} from './messages.ts';

export const hardware = ({ chargingStation }: BootNotificationRequest): StationHardware => ({
  vendor: chargingStation.vendorName,
  model: chargingStation.model,
  serialNumber: chargingStation.serialNumber,
  firmware: chargingStation.firmwareVersion,
});

const evseStatuses: Readonly<Record<ConnectorStatus, EvseStatus>> = {
  Available: 'available',
  Occupied: 'occupied',
  Reserved: 'reserved',
  Unavailable: 'unavailable',
  Faulted: 'faulted',
};

export const evseStatus = (status: ConnectorStatus): EvseStatus => evseStatuses[status];

export function sessionState(state: ChargingState): Exclude<SessionState, 'finished'> {
  switch (state) {
    case 'Charging':
      return 'charging';
    case 'SuspendedEV':
      return 'suspended-by-ev';
    case 'SuspendedEVSE':
      return 'suspended-by-us';
    // Nothing flows yet, or no longer: the car waits for its authorisation, or has left.
    case 'EVConnected':
    case 'Idle':
      return 'authorised';
    default:
      return state satisfies never;
  }
}

/** The domain's token; a session that was started by a button has none. */
export const tokenId = (token: IdToken | undefined): string | undefined =>
  token === undefined || token.type === 'NoAuthorization' ? undefined : token.idToken;

export const meterWords: MeterWords<SampledValue> = {
  value: ({ value, unitOfMeasure }) => scaled(value, unitOfMeasure?.multiplier ?? 0),
  unit: ({ unitOfMeasure }) => unitOfMeasure?.unit,
  signedValue: ({ signedMeterValue, context }, atMs) =>
    signedMeterValue && {
      atMs,
      context,
      data: signedMeterValue.signedMeterData,
      signingMethod: signedMeterValue.signingMethod,
      encodingMethod: signedMeterValue.encodingMethod,
      publicKey: signedMeterValue.publicKey,
    },
};

export const meterReadings = meterReader(meterWords);

/** The multiplier is an exponent of ten. */
function scaled(value: number, exponent: number): number | undefined {
  const result = exponent === 0 ? value : Number(`${value}e${exponent}`);
  return Number.isFinite(result) ? result : undefined;
}

const tokenStatuses: Readonly<Record<AuthorizationStatus, IdTokenInfo['status']>> = {
  accepted: 'Accepted',
  blocked: 'Blocked',
  concurrent: 'ConcurrentTx',
  elsewhere: 'NotAtThisLocation',
  reserved: 'NotAtThisTime',
  expired: 'Expired',
  invalid: 'Invalid',
  unknown: 'Unknown',
};

/** Groups are ours: no card has their number. */
export const idTokenInfo = ({ status, groupId, cacheUntilMs }: Authorization): IdTokenInfo => ({
  status: tokenStatuses[status],
  ...(cacheUntilMs !== undefined && { cacheExpiryDateTime: new Date(cacheUntilMs).toISOString() }),
  ...(groupId !== undefined && { groupIdToken: { idToken: groupId, type: 'Central' } }),
});

export function compositeSchedule({ schedule }: GetCompositeScheduleResponse): ReplyData | undefined {
  if (schedule === undefined) return undefined;
  return {
    kind: 'composite schedule',
    schedule: {
      evseNumber: schedule.evseId,
      startsAtMs: instantMs(schedule.scheduleStart, undefined),
      durationS: schedule.duration,
      unit: schedule.chargingRateUnit,
      periods: schedule.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
        startS: startPeriod,
        limit,
        phaseCount: numberPhases,
      })),
    },
  };
}

export function configuration({ getVariableResult }: GetVariablesResponse): ReplyData {
  const isKnown = ({ attributeStatus }: { attributeStatus: string }) => attributeStatus === 'Accepted';
  return {
    kind: 'configuration',
    settings: getVariableResult.filter(isKnown).map((result) => ({
      key: variableKey(result.component, result.variable),
      value: result.attributeValue,
      isReadOnly: undefined,
    })),
    unknownKeys: getVariableResult
      .filter((result) => !isKnown(result))
      .map(({ component, variable }) => variableKey(component, variable)),
  };
}

/** `Component.Variable`, with `[instance]` after either where there is one. */
export const variableKey = (component: Named, variable: Named): string =>
  `${withInstance(component)}.${withInstance(variable)}`;

const withInstance = ({ name, instance }: Named): string =>
  instance === undefined ? name : `${name}[${instance}]`;
