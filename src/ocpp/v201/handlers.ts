import type { Handled, Handler, StationScope } from '../dialect.ts';
import { forwarded } from '../forwarded.ts';
import { checkedHandler } from '../handler.ts';
import type { PublishedSchemas } from '../schemas.ts';
import { meterFacts } from '../sessionFacts.ts';
import type { Soon } from '../soon.ts';
import { chargingHandlersOf } from './chargingHandlers.ts';
import { notifyEvent } from './events.ts';
import type {
  AuthorizeRequest,
  BootNotificationRequest,
  DataTransferRequest,
  MeterValuesRequest,
  NotifyCustomerInformationRequest,
  NotifyDisplayMessagesRequest,
  NotifyMonitoringReportRequest,
  NotifyReportRequest,
  StatusNotificationRequest,
} from './messages.ts';
import { condition, progress, reportPart, reservationEnded, securityEvent } from './reports.ts';
import { signCertificate } from './signCertificate.ts';
import { evseStatus, hardware, idTokenInfo, meterReadings } from './toDomain.ts';
import { transactionEvent } from './transactionEvent.ts';

export const acknowledged: Handled<object> = { response: {} };

type Handle<Request> = (request: Request, station: StationScope) => Soon<Handled<object>>;
/** Registers what answers an action. */
export type On = <Request>(action: string, handle: Handle<Request>) => [action: string, handler: Handler];
export const onWith =
  (schemas: PublishedSchemas): On =>
  (action, handle) =>
    checkedHandler(schemas, action, handle);

/** Every call a station of OCPP 2.0.1 may make, which those of later versions may make too. */
export const handlersOf = (schemas: PublishedSchemas): readonly [action: string, handler: Handler][] => {
  const on = onWith(schemas);
  return [
    on('Authorize', async ({ idToken }: AuthorizeRequest, station) => ({
      response: {
        idTokenInfo: idTokenInfo(
          await station.authorize({
            ...{ tokenId: idToken.idToken, type: idToken.type },
            ...{ evseNumber: undefined, transactionId: undefined },
          }),
        ),
      },
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
    on('FirmwareStatusNotification', progress('firmware')),
    on(
      'Get15118EVCertificate',
      forwarded(schemas, 'Get15118EVCertificate', () => ({ status: 'Failed', exiResponse: '' })),
    ),
    on(
      'GetCertificateStatus',
      forwarded(schemas, 'GetCertificateStatus', () => ({ status: 'Failed' })),
    ),
    on('Heartbeat', (_: object, station) => ({
      response: { currentTime: new Date(station.nowMs()).toISOString() },
    })),
    on('LogStatusNotification', progress('log upload')),
    on('MeterValues', meterValues),
    on(
      'NotifyCustomerInformation',
      reportPart('customer information', ({ data }: NotifyCustomerInformationRequest) => [data]),
    ),
    on(
      'NotifyDisplayMessages',
      reportPart('display messages', ({ messageInfo = [] }: NotifyDisplayMessagesRequest) => messageInfo),
    ),
    on('NotifyEvent', notifyEvent),
    on(
      'NotifyMonitoringReport',
      reportPart('monitors', ({ monitor = [] }: NotifyMonitoringReportRequest) => monitor),
    ),
    on(
      'NotifyReport',
      reportPart('device model', ({ reportData = [] }: NotifyReportRequest) => reportData),
    ),
    on('PublishFirmwareStatusNotification', progress('firmware publication')),
    on('ReservationStatusUpdate', reservationEnded),
    on('SecurityEventNotification', securityEvent),
    on('SignCertificate', signCertificate),
    on('StatusNotification', statusNotification),
    on('TransactionEvent', transactionEvent),
    ...chargingHandlersOf(on),
  ];
};

function statusNotification(request: StatusNotificationRequest, station: StationScope): Handled<object> {
  const { evseId: evseNumber, connectorId, connectorStatus } = request;
  const status = station.memory.connectorChanged(evseNumber, connectorId, evseStatus(connectorStatus));
  const fault = status === 'faulted' ? connectorStatus : undefined;
  return {
    response: {},
    news: [{ kind: 'evse status', evseNumber, status, fault }],
    reports: [condition(request, station.nowMs())],
  };
}

function meterValues({ evseId, meterValue }: MeterValuesRequest, station: StationScope): Handled<object> {
  // EVSE 0 is the station's own supply.
  if (evseId === 0) return acknowledged;
  const transactionId = station.memory.transactionAt(evseId);
  const readings = meterReadings(meterValue, station);
  const news = station.memory.measured(readings, { evseNumber: evseId, transactionId, isLive: true });
  if (transactionId === undefined) return { response: {}, news };
  const about = { transactionId, evseNumber: evseId, isSignOfLife: false };
  return { response: {}, news, facts: meterFacts(about, readings) };
}
