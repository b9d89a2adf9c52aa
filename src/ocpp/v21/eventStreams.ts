import type { Handled, StationScope } from '../dialect.ts';
import { instantMs } from '../sampledValues.ts';
import type { NotifyPeriodicEventStream, OpenPeriodicEventStreamRequest } from './messages.ts';

/** As many monitors as anybody watches closely; more would be a flood. */
const streamsMax = 64;

/** A monitor of the station streams its values from now on, as somebody set it to. [OCPP 2.1 N11] */
export function openStream(
  { constantStreamData: { id, variableMonitoringId } }: OpenPeriodicEventStreamRequest,
  { streams }: StationScope,
): Handled<object> {
  if (!streams.has(id) && streams.size >= streamsMax)
    return { response: { status: 'Rejected', statusInfo: { reasonCode: 'TooManyStreams' } } };
  streams.set(id, variableMonitoringId);
  return { response: { status: 'Accepted' } };
}

export function closeStream({ id }: { readonly id: number }, { streams }: StationScope): Handled<object> {
  streams.delete(id);
  return { response: {} };
}

/** Of what came together the newest is what is shown. One that was opened before we started has no monitor's name. */
export function takeStream(
  { id, basetime, data }: NotifyPeriodicEventStream,
  { streams, nowMs }: StationScope,
): Handled<object> {
  const monitorId = streams.get(id);
  const [first, ...others] = data;
  if (first === undefined) return { response: {} };
  const newest = others.reduce((latest, each) => (each.t >= latest.t ? each : latest), first);
  const name = monitorId === undefined ? `stream ${id}` : `monitor ${monitorId}`;
  const takenAtMs = instantMs(basetime, nowMs()) + 1000 * newest.t;
  return { response: {}, reports: [{ kind: 'reading', evseNumber: 0, name, value: newest.v, takenAtMs }] };
}
