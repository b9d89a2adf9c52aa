import type { Handled, StationScope } from '../dialect.ts';
import { forwarded } from '../forwarded.ts';
import { instantMs } from '../sampledValues.ts';
import { needsAnswer } from '../v201/chargingHandlers.ts';
import { acknowledged, handlersOf, onWith } from '../v201/handlers.ts';
import { reportPart } from '../v201/reports.ts';
import { closeStream, openStream, takeStream } from './eventStreams.ts';
import type {
  GetCertificateChainStatusRequest,
  NotifyDERAlarmRequest,
  NotifyDERStartStopRequest,
  NotifySettlementRequest,
  PullDynamicScheduleUpdateRequest,
  ReportDERControlRequest,
  VatNumberValidationRequest,
} from './messages.ts';
import { priorityChanged } from './priority.ts';
import { schemas } from './schemas.ts';

const on = onWith(schemas);

/** Every call a station of OCPP 2.1 may make. */
export const handlers = new Map([
  ...handlersOf(schemas),
  // No battery was asked for, and there is nothing to charge in one that was swapped.
  on('BatterySwap', () => acknowledged),
  on('ClosePeriodicEventStream', closeStream),
  on(
    'GetCertificateChainStatus',
    forwarded(schemas, 'GetCertificateChainStatus', (request: GetCertificateChainStatusRequest, station) => ({
      certificateStatus: request.certificateStatusRequests.map(({ source, certificateHashData }) => ({
        source,
        certificateHashData,
        status: 'Failed',
        nextUpdate: new Date(station.nowMs()).toISOString(),
      })),
    })),
  ),
  on('NotifyDERAlarm', gridEvent),
  on('NotifyDERStartStop', ({ controlId, started }: NotifyDERStartStopRequest, station) => {
    station.log.info({ controlId, started }, 'station follows a grid control of its own');
    return acknowledged;
  }),
  on('NotifyEVChargingNeeds', needsAnswer('NoChargingProfile')),
  on('NotifyPeriodicEventStream', takeStream),
  on('NotifyPriorityCharging', priorityChanged),
  on('NotifySettlement', ({ pspRef, status }: NotifySettlementRequest, station) => {
    station.log.info({ pspRef, status }, 'station settled a payment');
    return acknowledged;
  }),
  on('NotifyWebPaymentStarted', () => acknowledged),
  on('OpenPeriodicEventStream', openStream),
  on('PullDynamicScheduleUpdate', ({ chargingProfileId }: PullDynamicScheduleUpdateRequest, station) => {
    const limit = station.pulledLimit(chargingProfileId);
    if (limit !== undefined) return { response: { status: 'Accepted', scheduleUpdate: { limit } } };
    station.log.warn({ chargingProfileId }, 'station asked for the update of a profile that is not ours');
    return { response: { status: 'Rejected' } };
  }),
  on(
    'ReportDERControl',
    reportPart(
      'grid support controls',
      ({ requestId: _requestId, tbc: _tbc, ...controls }: ReportDERControlRequest) => [controls],
    ),
  ),
  on('VatNumberValidation', ({ vatNumber, evseId }: VatNumberValidationRequest) => ({
    response: { vatNumber, status: 'Rejected', ...(evseId === undefined ? {} : { evseId }) },
  })),
]);

/** Something on the grid that a control of the station's own answers to. */
function gridEvent(request: NotifyDERAlarmRequest, station: StationScope): Handled<object> {
  const { controlType, gridEventFault, alarmEnded, timestamp, extraInfo } = request;
  const code = gridEventFault ?? controlType;
  return {
    response: {},
    reports: [
      {
        kind: 'condition',
        source: 'event',
        evseNumber: 0,
        key: `grid ${controlType}`,
        sinceMs: instantMs(timestamp, station.nowMs()),
        fault:
          alarmEnded === true
            ? undefined
            : { code, vendorCode: undefined, detail: extraInfo, severity: 'warning' },
      },
    ],
  };
}
