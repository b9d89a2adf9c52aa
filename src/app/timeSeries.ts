import type { LoadedConfig } from '../config/config.ts';
import type { GridBook } from '../control/gridBook.ts';
import type { Clock } from '../control/ports.ts';
import type { SiteState } from '../control/siteState.ts';
import type { ViewBoard } from '../control/viewBoard.ts';
import { limitedNode } from '../domain/gridLimit.ts';
import { measurement } from '../grid/curtailments.ts';
import type { Figure, TimeSeriesNow } from '../http/ports.ts';
import type { Logger } from '../log.ts';
import type { MqttConnection } from '../meters/mqttClient.ts';
import type { Store } from '../store/openStore.ts';
import { type InfluxWriter, startInfluxWriter } from '../timeseries/influxWriter.ts';
import { type ServiceNow, servicePoints, type TargetNow, targetPoint } from '../timeseries/servicePoints.ts';
import type { Running } from './app.ts';
import { certificateExpiries } from './certificates.ts';

const servicePaceMs = 10_000;

interface TimeSeriesNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  readonly board: ViewBoard;
  readonly state: SiteState;
  readonly mqtt: MqttConnection;
  readonly store: Store;
}

export interface TimeSeries {
  readonly writer: InfluxWriter;
  stop(): Promise<void>;
}

/** Writes every tick, what grid operators asked for, and how the service does. undefined: `influx` is not configured. */
export function startTimeSeries(loaded: LoadedConfig, needs: TimeSeriesNeeds): TimeSeries | undefined {
  const { influx } = loaded.config;
  if (influx === undefined) return undefined;
  const { clock, log, board, state } = needs;
  const writer = startInfluxWriter(influx, { log, clock }, { flushMs: influx.flushS * 1000 });
  board.onView((view) => writer.write(view));
  board.onTick(({ tick: { atMs } }) => {
    const targets = targetsNow(state.grid, atMs).map(targetPoint);
    if (targets.length > 0) writer.add(targets);
  });
  // Not in the tick: certificates are read from their files.
  let cancel = (): void => {};
  const tellService = (): void => {
    writer.add(servicePoints(serviceNow(loaded, writer, needs)));
    cancel = clock.after(servicePaceMs, tellService);
  };
  cancel = clock.after(servicePaceMs, tellService);
  return {
    writer,
    stop() {
      cancel();
      return writer.stop();
    },
  };
}

/** What every connection asks of each of its targets, and what is measured there. */
export const targetsNow = (book: GridBook, atMs: number): readonly TargetNow[] =>
  book.connections.flatMap(({ id, targets }) =>
    targets.map(({ target }) => {
      const node = limitedNode(target);
      const { watts, carWatts, limitWatts } = measurement(book, node, atMs);
      const { phase } = book.state(id);
      const asked = { atMs, connectionId: id, node, phase };
      return { ...asked, requestedWatts: limitWatts, deliveredWatts: watts, carWatts };
    }),
  );

function serviceNow(
  { config }: LoadedConfig,
  writer: InfluxWriter,
  { clock, mqtt, store, board }: TimeSeriesNeeds,
): ServiceNow {
  const atMs = clock.nowMs();
  const queue = store.writeQueue();
  const points = writer.counters();
  const { user, system } = process.cpuUsage();
  const online = board.views.flatMap(({ evses }) => evses.filter(({ state }) => state !== 'offline'));
  return {
    atMs,
    uptimeS: process.uptime(),
    memoryBytes: process.memoryUsage.rss(),
    processorS: (user + system) / 1e6,
    isBrokerConnected: mqtt.isConnected,
    stationsConnected: new Set(online.map(({ stationId }) => stationId)).size,
    storeWaiting: queue.waiting,
    storeLost: queue.lost,
    pointsWaiting: points.waiting,
    pointsLost: points.lostToOverflow + points.lostToRefusal + points.lostAtStop,
    certificates: certificateExpiries(config).flatMap(({ name, expiresAtMs }) =>
      expiresAtMs === undefined ? [] : { name, remainingS: (expiresAtMs - atMs) / 1000 },
    ),
  };
}

/** For `GET /timeseries`. */
export function timeSeriesNow({ influx }: Running): TimeSeriesNow {
  if (influx === undefined) return { status: 'off' };
  return {
    status: influx.isFailing ? 'failing' : 'working',
    counters: influx.counters(),
    lostSpan: influx.lostSpan,
  };
}

export function timeSeriesFigures({ influx, loaded }: Running): readonly Figure[] {
  const certificates: Figure = {
    name: 'certificate_expiry_timestamp_seconds',
    help: 'When a certificate of ours ends',
    kind: 'gauge',
    samples: certificateExpiries(loaded.config).flatMap(({ name, expiresAtMs }) =>
      expiresAtMs === undefined ? [] : { labels: { certificate: name }, value: expiresAtMs / 1000 },
    ),
  };
  if (influx === undefined) return [certificates];
  const { offered, written, lostToOverflow, lostToRefusal, lostAtStop, waiting } = influx.counters();
  const one = (kind: Figure['kind'], name: string, help: string, value: number): Figure => ({
    name: `timeseries_points_${name}`,
    help,
    kind,
    samples: [{ labels: {}, value }],
  });
  return [
    certificates,
    one('counter', 'offered_total', 'Points made: written, lost and waiting together', offered),
    one('counter', 'written_total', 'Points the time-series database took', written),
    one('gauge', 'waiting', 'Points waiting for the time-series database', waiting),
    {
      name: 'timeseries_points_lost_total',
      help: 'Points that were dropped: no room was left, the database refused them, or we stopped first',
      kind: 'counter',
      samples: Object.entries({ overflow: lostToOverflow, refused: lostToRefusal, stop: lostAtStop }).map(
        ([reason, value]) => ({ labels: { reason }, value }),
      ),
    },
  ];
}
