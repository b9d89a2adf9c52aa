import { Point } from '@influxdata/influxdb-client';
import type { ConnectionPhase } from '../domain/gridConnection.ts';
import { connectionPhases } from './codes.ts';
import { withNumbers } from './numbers.ts';

/** How the service itself does. Everything that is counted has been since its start. */
export interface ServiceNow {
  readonly atMs: number;
  readonly uptimeS: number;
  readonly memoryBytes: number;
  /** Seconds of processor time. */
  readonly processorS: number;
  readonly isBrokerConnected: boolean;
  readonly stationsConnected: number;
  readonly storeWaiting: number;
  readonly storeLost: number;
  readonly pointsWaiting: number;
  readonly pointsLost: number;
  readonly certificates: readonly { readonly name: string; readonly remainingS: number }[];
}

/** What a grid operator asked of one circuit or area, and what is measured there. */
export interface TargetNow {
  readonly atMs: number;
  readonly connectionId: string;
  readonly node: string;
  readonly phase: ConnectionPhase;
  /** What may flow there now; undefined when nothing is asked. */
  readonly requestedWatts: number | undefined;
  readonly deliveredWatts: number | undefined;
  readonly carWatts: number;
}

export function servicePoints(now: ServiceNow): readonly Point[] {
  const service = withNumbers(new Point('service').timestamp(now.atMs), {
    uptime_s: now.uptimeS,
    memory_bytes: now.memoryBytes,
    processor_s: now.processorS,
    broker_connected: now.isBrokerConnected ? 1 : 0,
    stations_connected: now.stationsConnected,
    store_waiting: now.storeWaiting,
    store_lost: now.storeLost,
    points_waiting: now.pointsWaiting,
    points_lost: now.pointsLost,
  });
  const certificates = now.certificates.map(({ name, remainingS }) =>
    withNumbers(new Point('certificate').tag('certificate', name).timestamp(now.atMs), {
      remaining_s: remainingS,
    }),
  );
  return [service, ...certificates];
}

export function targetPoint(now: TargetNow): Point {
  const { requestedWatts, deliveredWatts } = now;
  // Where nothing is asked or nothing is measured there is nothing to comply with.
  const isJudged = requestedWatts !== undefined && deliveredWatts !== undefined;
  const excessWatts = isJudged ? Math.max(0, deliveredWatts - requestedWatts) : undefined;
  const point = new Point('grid_target').tag('connection', now.connectionId).tag('target', now.node);
  return withNumbers(point.timestamp(now.atMs), {
    requested_watts: requestedWatts,
    delivered_watts: deliveredWatts,
    excess_watts: excessWatts,
    complies: excessWatts === undefined ? undefined : Number(excessWatts === 0),
    car_watts: now.carWatts,
    phase: connectionPhases[now.phase],
  });
}
