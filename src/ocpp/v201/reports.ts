import type { ReportBody, ReportSubject, Work } from '../../domain/stationReport.ts';
import type { Handled, StationScope } from '../dialect.ts';
import { instantMs } from '../sampledValues.ts';
import type {
  ProgressNotification,
  ReservationStatusUpdateRequest,
  SecurityEventNotificationRequest,
  StatusNotificationRequest,
} from './messages.ts';

/** A connector that is faulted, or no longer. What is wrong there is told by events. */
export const condition = (
  { evseId, connectorId, connectorStatus, timestamp }: StatusNotificationRequest,
  nowMs: number,
): ReportBody => ({
  kind: 'condition',
  source: 'status',
  evseNumber: evseId,
  key: `status ${evseId}.${connectorId}`,
  sinceMs: instantMs(timestamp, nowMs),
  fault:
    connectorStatus === 'Faulted'
      ? { code: connectorStatus, vendorCode: undefined, detail: undefined, severity: 'critical' }
      : undefined,
});

export const securityEvent = (
  { type, timestamp, techInfo }: SecurityEventNotificationRequest,
  { nowMs }: StationScope,
): Handled<object> => ({
  response: {},
  reports: [
    {
      kind: 'security event',
      fault: { code: type, vendorCode: undefined, detail: techInfo, severity: 'warning' },
      happenedAtMs: instantMs(timestamp, nowMs()),
    },
  ],
});

/** What a station works on, and how far it is. */
export const progress =
  (of: Work) =>
  ({ status, requestId, statusInfo }: ProgressNotification): Handled<object> => {
    const detail = statusInfo && [statusInfo.reasonCode, statusInfo.additionalInfo].filter(Boolean).join(' ');
    return { response: {}, reports: [{ kind: 'progress', of, requestId, status, detail }] };
  };

interface Part {
  readonly requestId: number;
  /** Left away where the parts of a report are not numbered. */
  readonly seqNo?: number;
  readonly tbc?: boolean;
}

/** One part of what the station was asked to report. */
export const reportPart =
  <Request extends Part>(of: ReportSubject, itemsOf: (request: Request) => readonly unknown[]) =>
  (request: Request): Handled<object> => {
    const { requestId, seqNo: sequence, tbc } = request;
    const part = { requestId, sequence, isLast: tbc !== true, items: itemsOf(request) };
    return { response: {}, reports: [{ kind: 'report part', of, ...part }] };
  };

export const reservationEnded = ({
  reservationId,
  reservationUpdateStatus,
}: ReservationStatusUpdateRequest): Handled<object> => ({
  response: {},
  reports: [
    {
      kind: 'reservation ended',
      reservationId,
      how: reservationUpdateStatus === 'Expired' ? 'expired' : 'removed',
    },
  ],
});
