import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import Type from 'typebox';
import type { CircuitView, SiteView } from '../control/siteView.ts';
import { phaseName, phases } from '../domain/phases.ts';
import { demand } from './auth.ts';
import type { EventFeed } from './events.ts';
import type { Api, Plugin } from './plugin.ts';
import type { Figure, HttpPorts } from './ports.ts';

/** Labels stay few whatever happens: sites, phases, states and routes, never sessions, stations or URLs. */
const prefix = 'lastvakt_';
const tickBucketsSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const requestBucketsSeconds = [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30];

export interface Metrics {
  readonly registry: Registry;
  /** A request that came with no key, or with one we do not know. */
  countRefusedKey(): void;
  stop(): void;
}

/** The figures of the service for Prometheus: what is shown is read at the scrape, what passes by is counted. */
export function startMetrics(ports: HttpPorts, feed: EventFeed): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addSiteGauges(registry, ports);
  addFeedGauges(registry, feed);
  const stopCounting = countTicks(registry, ports);
  const refusedKeys = new Counter({
    name: `${prefix}auth_failures_total`,
    help: 'Requests with no key or an unknown one',
    labelNames: ['interface'],
    registers: [registry],
  });
  return { registry, countRefusedKey: () => refusedKeys.inc({ interface: 'http' }), stop: stopCounting };
}

function addSiteGauges(registry: Registry, ports: HttpPorts): void {
  const roots = () =>
    ports.views().flatMap((view) => {
      const [root] = view.circuits;
      return root === undefined ? [] : [{ site: view.siteId, root }];
    });
  const perPhaseGauge = (name: string, help: string, amps: (root: CircuitView) => readonly number[]) =>
    new Gauge({
      name: `${prefix}site_${name}_amperes`,
      help: `${help}, at the grid connection, per phase`,
      labelNames: ['site', 'phase'],
      registers: [registry],
      collect() {
        for (const { site, root } of roots()) {
          for (const phase of phases) this.set({ site, phase: phaseName(phase) }, amps(root)[phase] ?? 0);
        }
      },
    });
  perPhaseGauge('draw', 'What flows', ({ drawAmps }) => drawAmps);
  perPhaseGauge('limit', 'The effective limit', ({ limitAmps }) => limitAmps);
  perPhaseGauge('headroom', 'Limit less background less exposure', ({ headroomAmps }) => headroomAmps);
  perPhaseGauge('margin', 'Kept free for steps of the background', ({ marginAmps }) => marginAmps);
  perPhaseGauge('exposure', 'The most the EVSEs may have in force', ({ exposureAmps }) => exposureAmps);

  const perSiteGauge = (
    name: string,
    help: string,
    label: string | undefined,
    collect: (gauge: Gauge) => void,
  ) =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: label === undefined ? ['site'] : ['site', label],
      registers: [registry],
      collect() {
        this.reset();
        collect(this);
      },
    });
  perSiteGauge('site_state', '1 for the state the site is in', 'state', (gauge) => {
    for (const { siteId, state } of ports.views()) gauge.set({ site: siteId, state }, 1);
  });
  perSiteGauge('evses', 'EVSEs in each state', 'state', (gauge) => {
    for (const { siteId, evses } of ports.views()) {
      for (const { state } of evses) gauge.inc({ site: siteId, state });
    }
  });
  perSiteGauge('meter_age_seconds', 'Age of the oldest meter reading in use', undefined, (gauge) => {
    for (const { siteId, circuits } of ports.views()) {
      const agesMs = circuits.flatMap(({ readingAgeMs }) => readingAgeMs ?? []);
      if (agesMs.length > 0) gauge.set({ site: siteId }, Math.max(...agesMs) / 1000);
    }
  });
}

function addFeedGauges(registry: Registry, feed: EventFeed): void {
  new Gauge({
    name: `${prefix}event_clients`,
    help: 'Listeners to server-sent events',
    registers: [registry],
    collect() {
      this.set(feed.clientCount);
    },
  });
  new Counter({
    name: `${prefix}event_clients_dropped_total`,
    help: 'Listeners dropped because they did not read',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(feed.droppedCount);
    },
  });
}

/** Counts ticks and how long any circuit of a site was over its limit, from one view to the next. */
function countTicks(registry: Registry, ports: HttpPorts): () => void {
  const registers = [registry];
  const duration = new Histogram({
    name: `${prefix}tick_duration_seconds`,
    help: 'Time a tick took',
    buckets: tickBucketsSeconds,
    registers,
  });
  const ticks = new Counter({
    name: `${prefix}ticks_total`,
    help: 'Ticks by what made the loop run',
    labelNames: ['cause'],
    registers,
  });
  const overLimit = new Counter({
    name: `${prefix}over_limit_seconds_total`,
    help: 'Time in which a circuit of the site drew more than its limit',
    labelNames: ['site'],
    registers,
  });
  const overSinceMs = new Map<string, number>();
  let lastTick = 0;
  for (const { siteId } of ports.views()) overLimit.inc({ site: siteId }, 0);

  return ports.onView((view) => {
    const { siteId, tick } = view;
    if (tick.number !== lastTick) {
      lastTick = tick.number;
      duration.observe(tick.durationMs / 1000);
      ticks.inc({ cause: tick.cause });
    }
    const nowMs = ports.clock.monotonicMs();
    const sinceMs = overSinceMs.get(siteId);
    if (sinceMs !== undefined) overLimit.inc({ site: siteId }, Math.max(0, nowMs - sinceMs) / 1000);
    if (isOver(view)) overSinceMs.set(siteId, nowMs);
    else overSinceMs.delete(siteId);
  });
}

const isOver = ({ circuits }: SiteView): boolean => circuits.some(({ loadShare }) => loadShare > 1);

/** Times every request of an API, by route and not by URL, so that a scanner adds no series. */
export function timeRequests(api: Api, { registry }: Metrics): void {
  const seconds = new Histogram({
    name: `${prefix}http_request_duration_seconds`,
    help: 'Time from request to answer',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBucketsSeconds,
    registers: [registry],
  });
  api.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? 'unknown';
    seconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

interface MetricsRouteOptions {
  readonly metrics: Metrics;
  /** On loopback only this machine scrapes. */
  readonly isOpen: boolean;
}

/** `GET /metrics`. */
export const metricsRoute =
  (ports: HttpPorts, { metrics, isOpen }: MetricsRouteOptions): Plugin =>
  async (api) => {
    const { registry } = metrics;
    const figures = new Map<string, Gauge | Counter>();
    api.get(
      '/metrics',
      {
        config: { right: isOpen ? 'open' : 'read sites' },
        schema: {
          summary: 'Figures in the Prometheus text format',
          produces: ['text/plain'],
          response: { 200: Type.String() },
        },
      },
      async ({ actor }, reply) => {
        // The figures are of all sites, so a key of some of them does not do.
        if (!isOpen) for (const { siteId } of ports.views()) demand(actor, 'read sites', siteId);
        for (const figure of ports.figures()) take(figure, figures, registry);
        reply.type(registry.contentType);
        return registry.metrics();
      },
    );
  };

function take(
  { name, help, kind, samples }: Figure,
  known: Map<string, Gauge | Counter>,
  registry: Registry,
): void {
  const [first] = samples;
  const create = () => {
    const options = {
      name: prefix + name,
      help,
      labelNames: Object.keys(first?.labels ?? {}),
      registers: [registry],
    };
    return kind === 'gauge' ? new Gauge(options) : new Counter(options);
  };
  // Only its first sample tells the labels of a figure.
  const metric = known.get(name) ?? (first && create());
  if (metric === undefined) return;
  known.set(name, metric);
  metric.reset();
  for (const { labels, value } of samples) {
    if (Number.isFinite(value)) metric.inc(labels, value);
  }
}
