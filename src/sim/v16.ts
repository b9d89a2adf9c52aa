import { Type } from 'typebox';
import { type Call, isoTime, reader, refuse, type StationCodec, sampledValues } from './stationCodec.ts';
import type { Reply } from './stationLink.ts';
import {
  type Firmware,
  type Notice,
  type Station,
  type StationStatus,
  type StopReason,
  type TransactionNotice,
  transactionName,
} from './stationState.ts';
import { v16Handlers } from './v16Requests.ts';

/** A station as a 1.6 maker ships it. */
const firmware: Firmware = {
  namesTransactions: false,
  needsStartSchedule: false,
  refusesDuplicates: false,
  units: ['A', 'W'],
  maxStackLevel: 8,
  maxPeriods: 24,
  maxProfiles: 8,
  restartMs: 5_000,
};

/** OCPP 1.6 with JSON, from the station's side. */
export const v16: StationCodec = {
  subprotocol: 'ocpp1.6',
  firmware,
  encode,
  decodeReply,
  handle(station, { action, payload }) {
    const handle = v16Handlers.get(action);
    return handle === undefined
      ? refuse(station, 'NotImplemented', `no such action: ${action}`)
      : handle(station, payload);
  },
};

const statuses: Record<StationStatus, string> = {
  available: 'Available',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
  preparing: 'Preparing',
  charging: 'Charging',
  'suspended by station': 'SuspendedEVSE',
  'suspended by car': 'SuspendedEV',
  finishing: 'Finishing',
};

const stopReasons: Record<StopReason, string> = {
  remote: 'Remote',
  unplugged: 'EVDisconnected',
  reset: 'SoftReset',
  refused: 'DeAuthorized',
};

function encode(station: Station, notice: Notice): Call | undefined {
  const timestamp = isoTime(notice.atMs);
  switch (notice.kind) {
    case 'boot':
      return { action: 'BootNotification', payload: identity(station) };
    case 'heartbeat':
      return { action: 'Heartbeat', payload: {} };
    case 'work': {
      const action =
        notice.of === 'firmware' ? 'FirmwareStatusNotification' : 'DiagnosticsStatusNotification';
      return { action, payload: { status: notice.status } };
    }
    case 'authorise':
      return { action: 'Authorize', payload: { idTag: notice.token } };
    case 'status': {
      const status = statuses[notice.status];
      const payload = { connectorId: notice.evseNumber, errorCode: 'NoError', status, timestamp };
      return { action: 'StatusNotification', payload };
    }
    case 'started': {
      const { token: idTag, startWh, reservationId } = notice.transaction;
      const meterStart = Math.round(startWh);
      const reserved = reservationId === undefined ? {} : { reservationId };
      const payload = { connectorId: notice.evseNumber, idTag, meterStart, timestamp, ...reserved };
      return { action: 'StartTransaction', payload };
    }
    // Told by the status.
    case 'changed':
      return undefined;
    case 'metered':
      return meterValues(station, notice, timestamp);
    case 'ended': {
      const transactionId = wireName(station, notice);
      if (transactionId === undefined) return undefined;
      const meterStop = Math.round(notice.sample.meterWh);
      const reason = stopReasons[notice.reason];
      return { action: 'StopTransaction', payload: { transactionId, meterStop, timestamp, reason } };
    }
    default:
      return notice satisfies never;
  }
}

const identity = ({ model }: Station): object => ({
  chargePointVendor: model.vendor,
  chargePointModel: model.model,
  chargePointSerialNumber: model.stationId.slice(0, 25),
  firmwareVersion: model.firmwareVersion ?? '1.0',
});

function meterValues(station: Station, notice: TransactionNotice, timestamp: string): Call | undefined {
  const transactionId = wireName(station, notice);
  if (transactionId === undefined) return undefined;
  const sampledValue = sampledValues(notice.sample, station).map(({ measurand, phase, unit, value }) => ({
    value: String(value),
    context: 'Sample.Periodic',
    measurand,
    ...(phase !== undefined && { phase }),
    unit,
  }));
  const payload = {
    connectorId: notice.evseNumber,
    transactionId,
    meterValue: [{ timestamp, sampledValue }],
  };
  return { action: 'MeterValues', payload };
}

/** The server's number; undefined when it refused to give one, and then there is nothing to tell it. */
function wireName(station: Station, { transaction }: TransactionNotice): number | undefined {
  const name = transactionName(station, transaction.key);
  return name === undefined ? undefined : Number(name);
}

const readBoot = reader(Type.Object({ status: Type.String(), interval: Type.Integer() }));
const tagInfo = Type.Object({ status: Type.String() });
const readAuthorize = reader(Type.Object({ idTagInfo: tagInfo }));
const readStart = reader(Type.Object({ transactionId: Type.Integer(), idTagInfo: tagInfo }));

function decodeReply(notice: Notice, payload: unknown): Reply {
  switch (notice.kind) {
    case 'boot': {
      const answer = readBoot(payload);
      const isAccepted = answer?.status === 'Accepted';
      return { kind: 'booted', isAccepted, intervalS: answer?.interval ?? 0 };
    }
    case 'authorise':
      return { kind: 'authorised', isAccepted: readAuthorize(payload)?.idTagInfo.status === 'Accepted' };
    case 'started': {
      const answer = readStart(payload);
      const isAccepted = answer?.idTagInfo.status === 'Accepted';
      return { kind: 'started', transactionName: answer?.transactionId.toString(), isAccepted };
    }
    default:
      return { kind: 'done' };
  }
}
