import { severityOfLevel } from '../../domain/fault.ts';
import type { ReportBody } from '../../domain/stationReport.ts';
import type { Handled, StationNews, StationScope } from '../dialect.ts';
import { instantMs } from '../sampledValues.ts';
import type { ConnectorStatus, NotifyEventRequest } from './messages.ts';
import { evseStatus, variableKey } from './toDomain.ts';

type EventData = NotifyEventRequest['eventData'][number];

/** What its components tell: faults, values, and the state of a connector where a station tells it so. */
export function notifyEvent({ eventData }: NotifyEventRequest, station: StationScope): Handled<object> {
  return {
    response: {},
    news: eventData.flatMap((event) => availability(event, station)),
    reports: eventData.flatMap((event) => reportsOf(event, station.nowMs())),
  };
}

/** A station may tell the state of a connector as a variable of it, instead of a StatusNotification. */
function availability(
  { component, variable, actualValue }: EventData,
  { memory }: StationScope,
): readonly StationNews[] {
  const { evse, name } = component;
  if (variable.name !== 'AvailabilityState' || !isConnectorStatus(actualValue)) return [];
  const fault = actualValue === 'Faulted' ? actualValue : undefined;
  const told = evseStatus(actualValue);
  if (evse === undefined)
    return name === 'ChargingStation' ? [{ kind: 'evse status', evseNumber: 0, status: told, fault }] : [];
  const status =
    evse.connectorId === undefined ? told : memory.connectorChanged(evse.id, evse.connectorId, told);
  return [{ kind: 'evse status', evseNumber: evse.id, status, fault }];
}

const isConnectorStatus = (value: string): value is ConnectorStatus =>
  ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted'].includes(value);

function reportsOf(event: EventData, nowMs: number): readonly ReportBody[] {
  const { component, variable, actualValue, timestamp } = event;
  const evseNumber = component.evse?.id ?? 0;
  const name = variableKey(component, variable);
  const atMs = instantMs(timestamp, nowMs);
  return [
    ...(isCondition(event) ? [conditionOf(event, { evseNumber, name, atMs })] : []),
    { kind: 'reading', evseNumber, name, value: actualValue, takenAtMs: atMs },
  ];
}

/** Variables that are true as long as something is wrong. */
const problemVariables = ['Problem', 'Tripped', 'Overload'];

const isCondition = ({ trigger, variable }: EventData): boolean =>
  trigger === 'Alerting' || problemVariables.includes(variable.name);

/** A monitor clears its alert; a variable that is a problem by itself becomes false. */
function conditionOf(
  event: EventData,
  { evseNumber, name, atMs }: { readonly evseNumber: number; readonly name: string; readonly atMs: number },
): ReportBody {
  const { cleared, variable, actualValue, techCode, techInfo, variableMonitoringId, severity } = event;
  const isGone =
    cleared === true || (problemVariables.includes(variable.name) && actualValue.toLowerCase() === 'false');
  const monitor = variableMonitoringId === undefined ? '' : ` monitor ${variableMonitoringId}`;
  const detail = [actualValue, techInfo].filter(Boolean).join(': ');
  return {
    kind: 'condition',
    source: 'event',
    evseNumber,
    key: `event ${evseNumber} ${name}${monitor}`.slice(0, keyLengthMax),
    sinceMs: atMs,
    fault: isGone
      ? undefined
      : { code: name, vendorCode: techCode || undefined, detail, severity: severityOfLevel(severity) },
  };
}

/** Names of components, instances and variables have 50 characters each. */
const keyLengthMax = 300;
