import { explanation } from '../control/explain.ts';
import { type DeviceRecord, layersOf } from '../domain/deviceRecord.ts';
import { isInFailsafe } from '../domain/gridConnection.ts';
import { explainedTraits } from '../domain/traits.ts';
import type { DeviceView, Health, HealthReason, HttpPorts } from '../http/ports.ts';
import { startHttpServer } from '../http/server.ts';
import { rotatePassword } from '../ocpp/security/rotation.ts';
import type { Running } from './app.ts';
import { auditPort } from './auditLog.ts';
import { figures } from './figures.ts';
import { gridHttp } from './gridHttp.ts';
import { endLimit, setLimit } from './limits.ts';
import { consoleFolder, pemOf } from './options.ts';
import { peoplePort } from './people.ts';
import { setPrices } from './plan.ts';
import { previewLimit } from './preview.ts';
import { sessionDetail } from './sessions.ts';
import { stationsHttp } from './stationsHttp.ts';
import { timeSeriesNow } from './timeSeries.ts';
import { tokensPort } from './tokens.ts';

/** Opens the port of the API, the metrics and the protocols that share it. */
export function startHttp(running: Running): ReturnType<typeof startHttpServer> {
  const { config, sites } = running.loaded;
  const { host, port } = config.http;
  const tls = pemOf(config.http.tls);
  const keys = config.access.keys.map((key) => ({
    ...key,
    sites: sites.flatMap(({ id }) => (key.sites.includes(id) ? id : [])),
  }));
  const { version } = running.ports;
  const options = { host, port, keys, version, consoleFolder, ...(tls && { tls }) };
  return startHttpServer(options, httpPorts(running));
}

/** What the HTTP side asks of the running service. */
function httpPorts(running: Running): HttpPorts {
  const {
    loaded,
    ports,
    store,
    sessions,
    state,
    desk,
    gateway,
    incidents,
    board,
    heartbeatsMs,
    rawHandlers,
  } = running;
  const { clock, log } = ports;
  return {
    clock,
    log,
    areas: loaded.areas,
    views: () => board.views,
    onView: (listener) => board.onView(listener),
    explanation,
    limits: {
      list: async () => state.limits(),
      set: (body, source, actor) => setLimit(running, { body, source, setBy: actor.name }),
      preview: (body, source, actor) => previewLimit(running, { body, source, setBy: actor.name }),
      end: (id, actor) => endLimit(running, id, actor.name),
    },
    sessions: {
      list: async (query) => {
        const { items, next } = await store.listSessions(query);
        // The database has the energy of a minute ago.
        const now = items.map((session) => sessions.current(session.id)?.session ?? session);
        return { sessions: now, next };
      },
      find: (id) => sessionDetail(running, id),
      change: async (id, change, actor) => {
        const session = await desk.changeSession(id, change, actor.name);
        return session === undefined ? { status: 'unknown' } : { status: 'changed', session };
      },
    },
    siteStops: {
      stop: (siteId, reason, actor) => desk.stopSite({ siteId, atMs: clock.nowMs(), by: actor.name, reason }),
      release: (siteId, actor) => desk.releaseSite(siteId, actor.name),
    },
    planning: {
      view: (siteId) => running.horizon.view(siteId),
      setPrices: (siteId, body, actor) => setPrices(running, { siteId, body, setBy: actor.name }),
    },
    writeIncident: async (siteId, actor) => {
      if (incidents === undefined)
        return {
          status: 'unavailable',
          why: 'nothing is recorded: set incidents.enabled and incidents.folder',
        };
      const outcome = await incidents.ask(siteId, actor.name);
      if (outcome.status === 'busy')
        return { status: 'unavailable', why: 'another bundle is being written: ask again' };
      if (outcome.status === 'failed') return { status: 'unavailable', why: `it failed: ${outcome.why}` };
      return outcome;
    },
    heartbeat: async (sites) => {
      for (const site of sites) heartbeatsMs.set(site, clock.monotonicMs());
    },
    devices: {
      device: (stationId) => deviceView(state.station(stationId)?.device),
      profiles: (stationId) => gateway.profiles(stationId),
    },
    stations: stationsHttp(running),
    rotatePassword: async (stationId, actor) => {
      const answer = await rotatePassword(stationId, running.credentials, (...asked) =>
        gateway.request(...asked),
      );
      const entry = { actor: actor.name, action: 'rotate password', target: stationId };
      await store.appendAudit({ atMs: clock.nowMs(), ...entry, before: undefined, after: answer });
      return answer;
    },
    tokens: tokensPort(running),
    ...(running.ocpi?.partners && { partners: running.ocpi.partners }),
    ...(running.ocpi && { partnerBills: running.ocpi.partnerBills, terminals: running.ocpi.terminals }),
    ...(running.ocpi?.bookings && { bookings: running.ocpi.bookings }),
    ...(running.ocpi?.retail && { retail: running.ocpi.retail }),
    people: peoplePort(running.people),
    audit: auditPort(store),
    rawHandlers,
    grid: gridHttp(running),
    history: (series, span) => store.minutes(series, span),
    timeSeries: () => timeSeriesNow(running),
    health: () => health(running),
    figures: () => figures(running),
  };
}

const deviceView = (device: DeviceRecord | undefined): DeviceView | undefined =>
  device && {
    protocol: device.protocol,
    hardware: device.hardware,
    isTrying: device.trial !== undefined,
    isExhausted: device.isExhausted,
    traits: explainedTraits(layersOf(device)),
  };

/** Losing time series or the broker degrades; only what control needs makes the service unready. */
function health({ loaded, ports, loop, mqtt, store, board, grid, state, influx }: Running): Health {
  const sinceTickMs = ports.clock.monotonicMs() - loop.lastTickMs;
  const isAlive = sinceTickMs < 3 * loaded.config.control.tickMs;
  const reasons: HealthReason[] = [];
  if (!isAlive) reasons.push('tick overdue');
  if (board.views.some(({ state }) => state === 'starting')) reasons.push('starting');
  const isSilent = grid.connections.some(({ id }) => isInFailsafe(state.grid.state(id)));
  if (isSilent || board.views.some((view) => view.state === 'failsafe')) reasons.push('failsafe in force');
  if (!mqtt.isConnected) reasons.push('broker unreachable');
  if (store.writeQueue().isFailing) reasons.push('database unreachable');
  if (influx?.isFailing) reasons.push('time series unreachable');
  return { isAlive, isReady: isAlive && board.views.length > 0, reasons };
}
