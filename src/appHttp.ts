import type { Running } from './app.ts';
import { auditPort } from './appAuditLog.ts';
import { gridFigures, gridHttp } from './appGridHttp.ts';
import { historyFigures } from './appHistory.ts';
import { endLimit, setLimit } from './appLimits.ts';
import { loopFigures } from './appLoopFigures.ts';
import { consoleFolder, pemOf } from './appOptions.ts';
import { peoplePort } from './appPeople.ts';
import { planFigures, setPrices } from './appPlan.ts';
import { previewLimit } from './appPreview.ts';
import { sessionDetail } from './appSessions.ts';
import { stationsHttp } from './appStationsHttp.ts';
import { timeSeriesFigures, timeSeriesNow } from './appTimeSeries.ts';
import { tokensPort } from './appTokens.ts';
import { explanation } from './control/explain.ts';
import type { SiteView } from './control/siteView.ts';
import { type DeviceRecord, layersOf } from './domain/deviceRecord.ts';
import { isInFailsafe } from './domain/gridConnection.ts';
import type { SiteId } from './domain/ids.ts';
import { explainedTraits } from './domain/traits.ts';
import type { DeviceView, Figure, Health, HealthReason, HttpPorts } from './http/ports.ts';
import { startHttpServer } from './http/server.ts';
import { rotatePassword } from './ocpp/security/rotation.ts';

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

function figures(running: Running): readonly Figure[] {
  const { ports, audit, incidents, store, loop, board, marginCost, refusedReadings, heartbeatsMs } = running;
  const nowMs = ports.clock.monotonicMs();
  const audited = audit.counts();
  const queue = store.writeQueue();
  const one = (kind: Figure['kind'], name: string, help: string, value: number): Figure => ({
    name,
    help,
    kind,
    samples: [{ labels: {}, value }],
  });
  const by = <K extends string>(label: string, values: ReadonlyMap<K, number>): Figure['samples'] =>
    [...values].map(([key, value]) => ({ labels: { [label]: key }, value }));
  const ages = new Map<SiteId, number>(
    [...heartbeatsMs].map(([site, atMs]) => [site, (nowMs - atMs) / 1000]),
  );
  return [
    ...loopFigures(running),
    ...planFigures(running),
    ...gridFigures(running),
    one('counter', 'audits_total', 'Ticks solved again by GLPK', audited.compared),
    one('counter', 'audits_failed_total', 'Ticks that GLPK could not solve', audited.failed),
    one(
      'gauge',
      'audit_difference_amperes_max',
      'Largest difference between the tick and GLPK',
      audited.differenceAmpsMax,
    ),
    {
      name: 'evses_not_obeying',
      help: 'EVSEs that draw more than they may, by what was done last about it',
      kind: 'gauge',
      samples: notObeying(board.views),
    },
    {
      name: 'margin_energy_watt_hours_total',
      help: 'Energy not given to cars because it was kept free for steps of the background',
      kind: 'counter',
      samples: by('site', marginCost.energyWh()),
    },
    {
      name: 'site_transitions_total',
      help: 'How often a site came into a state',
      kind: 'counter',
      samples: loop
        .transitions()
        .map(({ siteId, to, count }) => ({ labels: { site: siteId, state: to }, value: count })),
    },
    one('gauge', 'store_queue', 'Writes waiting for the database', queue.waiting),
    one('counter', 'store_lost_total', 'Writes the database queue had no room for', queue.lost),
    {
      name: 'meter_refused_total',
      help: 'Meter values refused, by reason',
      kind: 'counter',
      samples: by('reason', refusedReadings),
    },
    {
      name: 'grid_heartbeat_age_seconds',
      help: 'Since the grid operator gave a sign of life',
      kind: 'gauge',
      samples: by('site', ages),
    },
    ...incidentFigures(incidents),
    ...timeSeriesFigures(running),
    ...historyFigures(running),
  ];
}

function incidentFigures(incidents: Running['incidents']): readonly Figure[] {
  if (incidents === undefined) return [];
  const { written, dropped, failed, bytes } = incidents.counts();
  return [
    {
      name: 'incidents_total',
      help: 'Incidents, by whether a bundle was written, was one too many, or failed to be written',
      kind: 'counter',
      samples: Object.entries({ written, dropped, failed }).map(([outcome, value]) => ({
        labels: { outcome },
        value,
      })),
    },
    {
      name: 'incident_record_bytes',
      help: 'What is kept in memory for the next bundle',
      kind: 'gauge',
      samples: [{ labels: {}, value: bytes }],
    },
  ];
}

function notObeying(views: readonly SiteView[]): Figure['samples'] {
  return views.flatMap(({ siteId, evses }) => {
    const counts = new Map<string, number>([['alarm', 0]]);
    for (const { reason } of evses) {
      if (reason.kind !== 'not obeying') continue;
      const rung = reason.rung ?? 'none';
      counts.set(rung, (counts.get(rung) ?? 0) + 1);
    }
    return [...counts].map(([rung, value]) => ({ labels: { site: siteId, rung }, value }));
  });
}
