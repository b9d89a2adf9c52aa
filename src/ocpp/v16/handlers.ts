import type { Work } from '../../domain/stationReport.ts';
import { certificateAnswer } from '../certificateAnswer.ts';
import type { Handled, StationNews, StationScope } from '../dialect.ts';
import { checkedHandler } from '../handler.ts';
import { meterReader } from '../meterReadings.ts';
import { instantMs, sampledMeasurement } from '../sampledValues.ts';
import { meterFacts, withinTransaction } from '../sessionFacts.ts';
import type { Soon } from '../soon.ts';
import type {
  AuthorizeRequest,
  BootNotificationRequest,
  DataTransferRequest,
  MeterValuesRequest,
  ProgressNotification,
  SecurityEventNotificationRequest,
  SignCertificateRequest,
  StartTransactionRequest,
  StatusNotificationRequest,
  StopTransactionRequest,
} from './messages.ts';
import { condition, progress, securityEvent } from './reports.ts';
import { schemas } from './schemas.ts';
import {
  evseStatus,
  fault,
  hardware,
  idTagInfo,
  meterWords,
  sessionState,
  transactionName,
} from './toDomain.ts';

const meterReadings = meterReader(meterWords);

/** Why a transaction ended when the station does not say. [OCPP 1.6, StopTransaction.req] */
const defaultStopReason = 'Local';

const on = <Request>(
  action: string,
  handle: (request: Request, station: StationScope) => Soon<Handled<object>>,
) => checkedHandler<Request, object>(schemas, action, handle);

/** Every call a station of OCPP 1.6 may make, the security extension included. */
export const handlers = new Map([
  on('Authorize', async ({ idTag }: AuthorizeRequest, station) => ({
    response: { idTagInfo: idTagInfo(await station.authorize(asked(idTag))) },
  })),
  on('BootNotification', (boot: BootNotificationRequest, station) => ({
    response: {
      status: 'Accepted',
      currentTime: new Date(station.nowMs()).toISOString(),
      interval: station.heartbeatIntervalS,
    },
    news: [{ kind: 'booted', hardware: hardware(boot) }],
  })),
  on('DataTransfer', ({ vendorId, messageId }: DataTransferRequest, station) => {
    station.log.info({ vendorId, messageId }, 'data of an unknown vendor refused');
    return { response: { status: 'UnknownVendorId' } };
  }),
  on('DiagnosticsStatusNotification', worksOn('log upload')),
  on('FirmwareStatusNotification', worksOn('firmware')),
  on('Heartbeat', (_: object, station) => ({
    response: { currentTime: new Date(station.nowMs()).toISOString() },
  })),
  on('LogStatusNotification', worksOn('log upload')),
  on('MeterValues', meterValues),
  on('SecurityEventNotification', (request: SecurityEventNotificationRequest, station) => ({
    response: {},
    reports: [securityEvent(request, station.nowMs())],
  })),
  on('SignCertificate', ({ csr }: SignCertificateRequest, station) => certificateAnswer(csr, station)),
  on('SignedFirmwareStatusNotification', worksOn('firmware')),
  on('StartTransaction', startTransaction),
  on('StatusNotification', statusNotification),
  on('StopTransaction', stopTransaction),
]);

/** A token that nothing has begun with. */
const asked = (tokenId: string) => ({
  tokenId,
  type: undefined,
  evseNumber: undefined,
  transactionId: undefined,
});

function worksOn(work: Work) {
  return (notification: ProgressNotification): Handled<object> => ({
    response: {},
    reports: [progress(work, notification)],
  });
}

function statusNotification(request: StatusNotificationRequest, station: StationScope): Handled<object> {
  const { connectorId, status, timestamp = '' } = request;
  const state = sessionState(status);
  const news: readonly StationNews[] = [
    { kind: 'evse status', evseNumber: connectorId, status: evseStatus(status), fault: fault(request) },
    ...station.memory.evseStateChanged(connectorId, state),
  ];
  const transactionId = station.memory.transactionAt(connectorId);
  const reports = [condition(request, station.nowMs())];
  if (state === undefined) return { response: {}, news, reports };
  // Before a restart of ours a transaction began there, and the status does not name it.
  if (transactionId === undefined) {
    station.askForMeterValues(connectorId);
    return { response: {}, news, reports };
  }
  const at = station.instant(timestamp);
  const fact = { transactionId, evseNumber: connectorId, at, state, isSignOfLife: true };
  return { response: {}, news, reports, facts: [fact] };
}

async function startTransaction(
  request: StartTransactionRequest,
  station: StationScope,
): Promise<Handled<object>> {
  const { connectorId: evseNumber, idTag: tokenId, meterStart: meterStartWh } = request;
  const toldAtMs = instantMs(request.timestamp, station.nowMs());
  const number = await station.transactionNumber({
    evseNumber,
    startedAtMs: toldAtMs,
    meterStartWh,
    tokenId,
  });
  const transactionId = String(number);
  const authorization = await station.authorize({ ...asked(tokenId), evseNumber, transactionId });
  const isRefused = authorization.status !== 'accepted';
  const at = station.instant(request.timestamp);
  const about = { transactionId, evseNumber, at, tokenId, isRefused };
  return {
    response: { idTagInfo: idTagInfo(authorization), transactionId: number },
    // Refused or not, it runs until the station stops it, and what it draws counts.
    news: [
      ...station.memory.started({
        transactionId,
        evseNumber,
        tokenId,
        startedAtMs: at.atMs,
        startRegisterWh: meterStartWh,
      }),
      ...station.memory.judged(transactionId, isRefused),
    ],
    facts: [{ ...about, begins: true, registerWh: meterStartWh, isSignOfLife: true }],
    ...(request.reservationId !== undefined && {
      reports: [{ kind: 'reservation ended', reservationId: request.reservationId, how: 'used' }],
    }),
  };
}

async function stopTransaction(
  request: StopTransactionRequest,
  station: StationScope,
): Promise<Handled<object>> {
  const { idTag, meterStop, reason = defaultStopReason, transactionData = [] } = request;
  const transactionId = transactionName(request.transactionId);
  const samples = transactionData.flatMap(({ sampledValue }) => sampledValue);
  const { beginRegisterWh } = sampledMeasurement(samples, meterWords);
  const response = idTag === undefined ? {} : { idTagInfo: idTagInfo(await station.authorize(asked(idTag))) };
  if (transactionId === undefined) return { response };
  const about = { transactionId, evseNumber: station.memory.evseOf(transactionId), isSignOfLife: true };
  const at = station.instant(request.timestamp);
  const ends = { reason, isPresumed: false };
  return {
    response,
    news: station.memory.ended(transactionId, {
      reason,
      endedAtMs: at.atMs,
      values: { registerWh: meterStop, beginRegisterWh },
    }),
    facts: [
      ...meterFacts(about, meterReadings(transactionData, station).map(withinTransaction('Ended', at))),
      { ...about, at, ends, registerWh: meterStop },
    ],
  };
}

function meterValues(request: MeterValuesRequest, station: StationScope): Handled<object> {
  const { connectorId: evseNumber, meterValue } = request;
  // Connector 0 is the station's own supply, no EVSE.
  if (evseNumber === 0) return { response: {} };
  // Some stations leave the transaction out of values they take by the clock.
  const named = transactionName(request.transactionId);
  const transactionId = named ?? station.memory.transactionAt(evseNumber);
  const readings = meterReadings(meterValue, station);
  const news = station.memory.measured(readings, { evseNumber, transactionId, isLive: true });
  if (transactionId === undefined) return { response: {}, news };
  const about = { transactionId, evseNumber, isSignOfLife: named !== undefined };
  return { response: {}, news, facts: meterFacts(about, readings) };
}
