import type { FaultWords, Severity } from '../../domain/fault.ts';
import type { ReportBody, Work } from '../../domain/stationReport.ts';
import { instantMs } from '../sampledValues.ts';
import type {
  ProgressNotification,
  SecurityEventNotificationRequest,
  StatusNotificationRequest,
} from './messages.ts';

/** How bad each error code is while the connector still works. [OCPP 1.6, 7.6 ChargePointErrorCode] */
const severities: Readonly<Record<string, Severity>> = {
  ConnectorLockFailure: 'error',
  // The vehicle's side of the cable, most of the time.
  EVCommunicationError: 'warning',
  GroundFailure: 'critical',
  HighTemperature: 'warning',
  InternalError: 'error',
  LocalListConflict: 'notice',
  OtherError: 'warning',
  OverCurrentFailure: 'critical',
  OverVoltage: 'error',
  PowerMeterFailure: 'error',
  PowerSwitchFailure: 'critical',
  ReaderFailure: 'error',
  ResetFailure: 'error',
  UnderVoltage: 'warning',
  WeakSignal: 'notice',
};

/** The state of a connector as what is or is not wrong there: it has one error at a time. */
export function condition(request: StatusNotificationRequest, nowMs: number): ReportBody {
  const { connectorId, timestamp } = request;
  return {
    kind: 'condition',
    source: 'status',
    evseNumber: connectorId,
    key: `status ${connectorId}`,
    sinceMs: timestamp === undefined ? nowMs : instantMs(timestamp, nowMs),
    fault: faultOf(request),
  };
}

function faultOf({
  errorCode,
  vendorErrorCode,
  info,
  status,
}: StatusNotificationRequest): FaultWords | undefined {
  if (errorCode === 'NoError' && status !== 'Faulted') return undefined;
  return {
    // Some stations are faulted without an error.
    code: errorCode === 'NoError' ? 'Faulted' : errorCode,
    vendorCode: vendorErrorCode || undefined,
    detail: info || undefined,
    severity: status === 'Faulted' ? 'critical' : (severities[errorCode] ?? 'warning'),
  };
}

export const securityEvent = (
  { type, timestamp, techInfo }: SecurityEventNotificationRequest,
  nowMs: number,
): ReportBody => ({
  kind: 'security event',
  fault: { code: type, vendorCode: undefined, detail: techInfo, severity: 'warning' },
  happenedAtMs: instantMs(timestamp, nowMs),
});

export const progress = (of: Work, { status, requestId }: ProgressNotification): ReportBody => ({
  kind: 'progress',
  of,
  requestId,
  status,
  detail: undefined,
});
