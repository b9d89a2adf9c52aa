import { Type } from 'typebox';
import { type Call, isoTime, reader, refuse, type StationCodec, sampledValues } from './stationCodec.ts';
import type { Reply } from './stationLink.ts';
import type {
  Firmware,
  Notice,
  Station,
  StationStatus,
  StopReason,
  TransactionNotice,
} from './stationState.ts';
import { v201Handlers } from './v201Requests.ts';

/** A station as a 2.0.1 maker ships it. */
const firmware: Firmware = {
  namesTransactions: true,
  needsStartSchedule: true,
  refusesDuplicates: true,
  units: ['A', 'W'],
  maxStackLevel: 8,
  maxPeriods: 24,
  maxProfiles: 8,
  restartMs: 5_000,
};

/** OCPP 2.0.1, from the station's side. */
export const v201: StationCodec = {
  subprotocol: 'ocpp2.0.1',
  firmware,
  encode,
  decodeReply,
  handle(station, { action, payload }) {
    const handle = v201Handlers.get(action);
    return handle === undefined
      ? refuse(station, 'NotImplemented', `no such action: ${action}`)
      : handle(station, payload);
  },
};

/**
 * OCPP 2.1 from the station's side: what it tells, and what it is told with our profiles, are the messages of 2.0.1. What
 * 2.1 adds to them is optional.
 */
export const v21: StationCodec = { ...v201, subprotocol: 'ocpp2.1' };

function encode(station: Station, notice: Notice): Call | undefined {
  switch (notice.kind) {
    case 'boot': {
      const reason = notice.reason === 'power up' ? 'PowerUp' : 'RemoteReset';
      return { action: 'BootNotification', payload: { reason, chargingStation: identity(station) } };
    }
    case 'heartbeat':
      return { action: 'Heartbeat', payload: {} };
    case 'work': {
      const { of, status, requestId } = notice;
      const action = of === 'firmware' ? 'FirmwareStatusNotification' : 'LogStatusNotification';
      return { action, payload: { status, ...(requestId !== undefined && { requestId }) } };
    }
    case 'authorise':
      return { action: 'Authorize', payload: { idToken: idToken(notice.token) } };
    case 'status':
      return statusNotification(notice);
    case 'started': {
      const { remoteStartId, token } = notice.transaction;
      const event = transactionEvent(station, notice, {
        eventType: 'Started',
        triggerReason: remoteStartId === undefined ? 'Authorized' : 'RemoteStart',
        context: 'Transaction.Begin',
        info: remoteStartId === undefined ? {} : { remoteStartId },
      });
      const { reservationId } = notice.transaction;
      const reserved = reservationId === undefined ? {} : { reservationId };
      return { ...event, payload: { ...event.payload, idToken: idToken(token), ...reserved } };
    }
    case 'changed':
      return transactionEvent(station, notice, {
        eventType: 'Updated',
        triggerReason: 'ChargingStateChanged',
        context: 'Other',
        info: {},
      });
    case 'metered':
      return transactionEvent(station, notice, {
        eventType: 'Updated',
        triggerReason: 'MeterValuePeriodic',
        context: 'Sample.Periodic',
        info: {},
      });
    case 'ended':
      return transactionEvent(station, notice, {
        eventType: 'Ended',
        triggerReason: stopTriggers[notice.reason],
        context: 'Transaction.End',
        info: { stoppedReason: stoppedReasons[notice.reason] },
      });
    default:
      return notice satisfies never;
  }
}

const identity = ({ model }: Station): object => ({
  vendorName: model.vendor,
  model: model.model,
  serialNumber: model.stationId.slice(0, 25),
  firmwareVersion: model.firmwareVersion ?? '1.0',
});

const idToken = (token: string): object => ({ idToken: token, type: 'Central' });

/** 2.0.1 tells here only whether there is a car; the rest is told by the transaction. */
function statusNotification(notice: Notice & { kind: 'status' }): Call | undefined {
  const connectorStatus = occupancy(notice.status);
  if (notice.previous !== undefined && occupancy(notice.previous) === connectorStatus) return undefined;
  const timestamp = isoTime(notice.atMs);
  const payload = { evseId: notice.evseNumber, connectorId: 1, connectorStatus, timestamp };
  return { action: 'StatusNotification', payload };
}

function occupancy(status: StationStatus): string {
  switch (status) {
    case 'available':
      return 'Available';
    case 'reserved':
      return 'Reserved';
    case 'unavailable':
      return 'Unavailable';
    default:
      return 'Occupied';
  }
}

const chargingStates: Record<StationStatus, string> = {
  available: 'Idle',
  reserved: 'Idle',
  unavailable: 'Idle',
  preparing: 'EVConnected',
  charging: 'Charging',
  'suspended by station': 'SuspendedEVSE',
  'suspended by car': 'SuspendedEV',
  finishing: 'EVConnected',
};

const stopTriggers: Record<StopReason, string> = {
  remote: 'RemoteStop',
  unplugged: 'EVDeparted',
  reset: 'ResetCommand',
  refused: 'Deauthorized',
};

const stoppedReasons: Record<StopReason, string> = {
  remote: 'Remote',
  unplugged: 'EVDisconnected',
  reset: 'ImmediateReset',
  refused: 'DeAuthorized',
};

interface EventWords {
  readonly eventType: string;
  readonly triggerReason: string;
  readonly context: string;
  readonly info: object;
}

function transactionEvent(
  station: Station,
  notice: TransactionNotice & { readonly atMs: number },
  { eventType, triggerReason, context, info }: EventWords,
): { readonly action: string; readonly payload: object } {
  const timestamp = isoTime(notice.atMs);
  const { transaction, sample, status, evseNumber } = notice;
  const payload = {
    eventType,
    timestamp,
    triggerReason,
    seqNo: transaction.sequence,
    transactionInfo: { transactionId: transaction.key, chargingState: chargingStates[status], ...info },
    evse: { id: evseNumber, connectorId: 1 },
    meterValue: [{ timestamp, sampledValue: wireValues(station, sample, context) }],
  };
  return { action: 'TransactionEvent', payload };
}

const wireValues = (
  station: Station,
  sample: TransactionNotice['sample'],
  context: string,
): readonly object[] =>
  sampledValues(sample, station).map(({ measurand, phase, unit, value }) => ({
    value,
    context,
    measurand,
    ...(phase !== undefined && { phase }),
    unitOfMeasure: { unit },
  }));

const readBoot = reader(Type.Object({ status: Type.String(), interval: Type.Integer() }));
const tokenInfo = Type.Object({ status: Type.String() });
const readAuthorize = reader(Type.Object({ idTokenInfo: tokenInfo }));
const readEvent = reader(Type.Object({ idTokenInfo: Type.Optional(tokenInfo) }));

function decodeReply(notice: Notice, payload: unknown): Reply {
  switch (notice.kind) {
    case 'boot': {
      const answer = readBoot(payload);
      const isAccepted = answer?.status === 'Accepted';
      return { kind: 'booted', isAccepted, intervalS: answer?.interval ?? 0 };
    }
    case 'authorise':
      return { kind: 'authorised', isAccepted: readAuthorize(payload)?.idTokenInfo.status === 'Accepted' };
    case 'started': {
      // Silence about the token is no objection to it.
      const word = readEvent(payload)?.idTokenInfo?.status ?? 'Accepted';
      return { kind: 'started', transactionName: undefined, isAccepted: word === 'Accepted' };
    }
    default:
      return { kind: 'done' };
  }
}
