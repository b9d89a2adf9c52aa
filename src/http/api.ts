import { audit } from './audit.ts';
import { demand, isLoopback } from './auth.ts';
import { bookings } from './bookings.ts';
import { consolePage } from './console.ts';
import { devices } from './devices.ts';
import { type EmptyApiOptions, emptyApi } from './emptyApi.ts';
import { EventFeed, type EventFeedOptions, events } from './events.ts';
import { evidence } from './evidence.ts';
import { evses } from './evses.ts';
import { grid } from './grid.ts';
import { healthProbes } from './health.ts';
import { siteHistory } from './history.ts';
import { incidents } from './incidents.ts';
import { limitPreview } from './limitPreview.ts';
import { limits } from './limits.ts';
import { login } from './login.ts';
import { LoginLimit } from './loginLimit.ts';
import { type Metrics, metricsRoute, startMetrics, timeRequests } from './metrics.ts';
import { describeRoutes, openapi } from './openapi.ts';
import { partnerBills } from './partnerBills.ts';
import { partners } from './partners.ts';
import { people } from './people.ts';
import { planning } from './planning.ts';
import type { Api } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { answerProblems } from './problemAnswers.ts';
import { rawHandlers } from './rawHandlers.ts';
import { recordChanges } from './recordChanges.ts';
import { retail } from './retail.ts';
import { retailCommands } from './retailCommands.ts';
import { retailInvoices } from './retailInvoices.ts';
import { sessions } from './sessions.ts';
import { type AccessKey, type Identify, identities, onTrial } from './signIn.ts';
import { siteStops } from './siteStops.ts';
import { sites } from './sites.ts';
import { stationCommands } from './stationCommands.ts';
import { stationMessageLog } from './stationMessageLog.ts';
import { stationMessages } from './stationMessages.ts';
import { stationPassword } from './stationPassword.ts';
import { stations } from './stations.ts';
import { stationWiring } from './stationWiring.ts';
import { terminals } from './terminals.ts';
import { timeSeries } from './timeSeries.ts';
import { tokens } from './tokens.ts';

export interface ApiOptions extends EmptyApiOptions {
  /** What the server will listen on: loopback is treated as this machine only. */
  readonly host: string;
  /** Without any, everybody on this machine is admin, and no other machine can be served. */
  readonly keys: readonly AccessKey[];
  /** Of the service, for the OpenAPI document. */
  readonly version: string;
  readonly events: EventFeedOptions;
  /** Where the operator's page was built; left away: no page. */
  readonly consoleFolder?: string;
}

/**
 * The whole API, not yet listening. Throws when it would be open to other machines without a key.
 *
 * Every route says in its `config.right` what it demands, and one hook enforces that before a byte of the body is read.
 */
export async function buildApi(options: ApiOptions, ports: HttpPorts): Promise<Api> {
  const isOpenToOthers = !isLoopback(options.host);
  if (isOpenToOthers && options.keys.length === 0 && ports.people.isEmpty()) {
    throw new Error(
      `http.host ${options.host} can be reached from other machines and access.keys is empty: ` +
        'configure a key (lastvakt key create), add a user (lastvakt user add), or listen on 127.0.0.1',
    );
  }
  const api = emptyApi(options, ports.log);
  const feed = new EventFeed(ports, options.events);
  const metrics = startMetrics(ports, feed);
  api.addHook('preClose', async () => {
    feed.stop();
    metrics.stop();
  });
  timeRequests(api, metrics);
  logChanges(api);
  answerProblems(api);
  const limit = new LoginLimit(ports.clock);
  recordChanges(api, ports);
  authenticate(api, identifier(options, ports, limit), ports, metrics);

  await describeRoutes(api, options.version);
  await api.register(healthProbes(ports));
  await api.register(openapi);
  await api.register(metricsRoute(ports, { metrics, isOpen: !isOpenToOthers }));
  const resources = [
    sites,
    siteStops,
    siteHistory,
    incidents,
    planning,
    devices,
    evses,
    limits,
    limitPreview,
    sessions,
    tokens,
    partners,
    partnerBills,
    terminals,
    bookings,
    retail,
    retailCommands,
    retailInvoices,
    people,
    audit,
    grid,
    evidence,
    timeSeries,
    stations,
    stationMessageLog,
    stationCommands,
    stationPassword,
    stationMessages,
    stationWiring,
  ];
  for (const resource of resources) await api.register(resource(ports), { prefix: '/api/v1' });
  await api.register(login(ports, limit), { prefix: '/api/v1' });
  await api.register(events(feed), { prefix: '/api/v1' });
  if (options.consoleFolder !== undefined)
    await api.register(consolePage(options.consoleFolder, 'index.html'));
  await api.register(rawHandlers(ports.rawHandlers ?? []));
  return api;
}

/** Refused keys are counted all, and logged this seldom: whoever guesses must not fill the disk. */
const refusedKeyLogEveryMs = 60_000;

/** Without any key and user this machine is on trial, for as long as there is none. */
function identifier({ host, keys }: ApiOptions, { people, log }: HttpPorts, limit: LoginLimit): Identify {
  const isTrial = (): boolean => keys.length === 0 && people.isEmpty() && isLoopback(host);
  if (isTrial()) log.warn({ host }, 'no access keys and no users, every local request is admin');
  const byProof = limit.limited(identities(keys, people));
  return (request) => (isTrial() ? onTrial(request, isTrial) : byProof(request));
}

function authenticate(api: Api, identify: Identify, { log, clock }: HttpPorts, metrics: Metrics): void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  api.addHook('onRoute', ({ method, url, config }) => {
    if (config?.right === undefined) throw new Error(`route ${method} ${url} does not say who may use it`);
  });
  api.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    });
    const { right } = request.routeOptions.config;
    // undefined: no route fits, and the answer is a 404 or 405.
    if (right === 'open' || right === undefined) return;
    try {
      const identity = identify(request);
      request.actor = identity.actor;
      request.visit = identity.visit;
      request.isGood = identity.isGood;
    } catch (error) {
      metrics.countRefusedKey();
      if (clock.monotonicMs() >= quietUntilMs) {
        quietUntilMs = clock.monotonicMs() + refusedKeyLogEveryMs;
        log.warn({ address: request.ip, method: request.method }, 'request without a valid key refused');
      }
      throw error;
    }
    if (right !== 'self') demand(request.actor, right);
  });
}

/** Who changed what, in the log of this service; reading is not worth a line. */
function logChanges(api: Api): void {
  api.addHook('onResponse', async ({ method, url, actor, log }, { statusCode, elapsedTime }) => {
    const isChange = method !== 'GET' && actor !== undefined;
    const fields = { key: actor?.name, method, url, statusCode, elapsedMs: elapsedTime };
    log[isChange ? 'info' : 'debug'](fields, 'request answered');
  });
}
