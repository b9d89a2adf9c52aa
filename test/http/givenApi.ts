import { createHash } from 'node:crypto';
import type { HorizonView } from '../../src/control/horizonView.ts';
import type { CircuitView, EvseView, SiteView } from '../../src/control/siteView.ts';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, evseId, limitId, sessionId, siteId, stationId } from '../../src/domain/ids.ts';
import { limitFromRequest } from '../../src/domain/limitRequest.ts';
import type { Role } from '../../src/domain/person.ts';
import { noAmps, phases } from '../../src/domain/phases.ts';
import { pricesFromRequest } from '../../src/domain/priceRequest.ts';
import type { Area, Site } from '../../src/domain/site.ts';
import type { Token } from '../../src/domain/token.ts';
import { explainedTraits } from '../../src/domain/traits.ts';
import { type ApiOptions, buildApi } from '../../src/http/api.ts';
import type { Api } from '../../src/http/plugin.ts';
import type { EvidenceRow, GridConnectionNow, HttpPorts } from '../../src/http/ports.ts';
import type { AccessKey } from '../../src/http/signIn.ts';
import { createLogger } from '../../src/log.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenAudit } from './givenAudit.ts';
import { givenPeople } from './givenPeople.ts';
import { givenStations } from './givenStations.ts';

export const nowMs = Date.parse('2026-01-31T12:00:00Z');
/** An instant after `nowMs`. */
export const later = '2026-01-31T18:00:00Z';

export const session = givenSession('CP-A1~5', {
  transactionId: '5',
  tokenId: '04A2B3C4',
  startedAtMs: nowMs - 3_600_000,
  energyWh: 4200,
});

const circuit = (id: string, change: Partial<CircuitView> = {}): CircuitView =>
  circuitView(id, {
    breakerAmps: 63,
    limitAmps: [63, 63, 63],
    drawAmps: [30, 31, 32],
    exposureAmps: [16, 16, 16],
    headroomAmps: [27, 27, 27],
    readingAgeMs: 800,
    ...change,
  });

const evse = (id: string, change: Partial<EvseView> = {}): EvseView =>
  evseView(id, {
    setpointAmps: 6,
    drawAmps: [6, 6, 6],
    exposureAmps: 6,
    allocatedAmps: 6,
    session,
    reason: { kind: 'circuit full', circuit: circuitId('hall-a'), phase: 1, limitedBy: { kind: 'breaker' } },
    ...change,
  });

/** A garage with a hall below its grid connection: one EVSE charges there, another is free. */
export const garage: SiteView = siteView({
  tick: { number: 7, atMs: nowMs, durationMs: 1.5, cause: 'pace' },
  circuits: [
    circuit('grid'),
    circuit('hall-a', {
      parent: circuitId('grid'),
      breakerAmps: 40,
      limitAmps: [25, 25, 25],
      limitedBy: {
        kind: 'limit',
        limitId: limitId('L1'),
        source: 'grid-operator',
        reason: 'cold evening',
        untilMs: nowMs + 3_600_000,
      },
      basis: 'unmetered',
      readingAgeMs: undefined,
    }),
  ],
  evses: [
    evse('A1'),
    evse('A2', {
      wiring: [1],
      state: 'available',
      setpointAmps: undefined,
      drawAmps: noAmps,
      session: undefined,
      reason: { kind: 'no session' },
    }),
  ],
});

/** Another owner's site. */
export const depot: SiteView = {
  ...garage,
  siteId: siteId('depot'),
  name: 'Depot Malmö',
  circuits: [circuit('depot-grid')],
  evses: [
    evse('D1', {
      circuit: circuitId('depot-grid'),
      reason: { kind: 'own maximum', amps: 6 },
      session: {
        ...session,
        id: sessionId('CP-D1~9'),
        transactionId: '9',
        evseId: evseId('D1'),
        stationId: stationId('CP-D1'),
      },
    }),
  ],
};

/** Two slots, of which the second is cheap; the car at A1 waits for it. */
export const givenPlan: HorizonView = {
  siteId: siteId('garage'),
  madeAtMs: nowMs,
  why: undefined,
  currency: 'SEK',
  slots: [
    { fromMs: nowMs, untilMs: nowMs + 3_600_000, pricePerKwh: 2 },
    { fromMs: nowMs + 3_600_000, untilMs: nowMs + 7_200_000, pricePerKwh: undefined },
  ],
  circuits: [
    {
      id: circuitId('grid'),
      plannedAmps: [noAmps, [16, 16, 16]],
      limitAmps: [
        [63, 63, 63],
        [63, 63, 63],
      ],
      limitWatts: [Number.POSITIVE_INFINITY, 30_000],
      backgroundAmps: [
        [20, 20, 20],
        [20, 20, 20],
      ],
      shadowPriceAmps: noAmps,
    },
  ],
  sessions: [
    {
      id: session.id,
      evseId: evseId('A1'),
      departureMs: nowMs + 7_200_000,
      needsWh: 12_040,
      amps: [0, 16],
      wantedWatts: [690, 11_730],
      plannedWh: 11_040,
      shortfallWh: 1_000,
      shortfallWhy: { kind: 'circuit full', circuit: 'grid' },
    },
  ],
};

const asSite = ({ siteId: id, name, timeZone, circuits }: SiteView): Site => ({
  id,
  name,
  timeZone,
  supply: { system: 'TN', phaseVolts: 230 },
  policy: 'fair',
  phasesUsed: 'wired',
  circuits: circuits.map(({ id: circuit, parent, breakerAmps }) => ({
    id: circuit,
    parent,
    phases,
    breakerAmps,
    ratedWatts: undefined,
    assumedBackgroundAmps: 0,
    meter: undefined,
  })),
  evses: [],
});

const sites: readonly Site[] = [asSite(garage), asSite(depot)];
const areas: readonly Area[] = [
  { id: areaId('feeder-12'), limitWatts: 400_000, sites: [siteId('garage')] },
  { id: areaId('town'), limitWatts: 900_000, sites: [siteId('garage'), siteId('depot')] },
];

const limit: GridLimit = {
  id: limitId('L1'),
  target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('hall-a') },
  value: { amps: 25 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'cold evening',
  fromMs: nowMs,
  untilMs: nowMs + 3_600_000,
  createdAtMs: nowMs,
};
const depotLimit: GridLimit = {
  ...limit,
  id: limitId('L2'),
  target: { kind: 'circuit', siteId: siteId('depot'), circuitId: circuitId('depot-grid') },
  source: 'site-operator',
  reason: 'the depot is full',
};

/** The key `secret-<name>`. */
const key = (name: string, role: Role, ...at: readonly string[]): AccessKey => ({
  name,
  role,
  sha256: createHash('sha256').update(`secret-${name}`).digest('hex'),
  sites: at.map(siteId),
});
export const keys: readonly AccessKey[] = [
  key('guest', 'viewer', 'garage'),
  key('office', 'site-operator', 'garage'),
  key('neighbour', 'site-operator', 'depot'),
  key('dso', 'grid-operator', 'garage'),
  key('root', 'admin'),
];
export const as = (name: string) => ({ authorization: `Bearer secret-${name}` });

export const evidenceRow: EvidenceRow = {
  sequence: 7,
  atMs: nowMs,
  kind: 'progress',
  connectionId: 'grid',
  node: 'grid',
  externalId: '=SUM("a")',
  body: { phase: 'effective' },
  hash: 'ab'.repeat(32),
};

/** Limits the grid connection of the garage. */
export const connection: GridConnectionNow = {
  id: 'dso',
  profile: 'generic',
  phase: 'limited',
  sinceMs: nowMs,
  heardAtMs: undefined,
  limitCount: 1,
  sites: [siteId('garage')],
  targets: [
    {
      target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') },
      externalIds: ['735999'],
      measurement: { watts: 12_345.6, carWatts: 4_000, limitWatts: undefined, quality: 'measured' },
    },
  ],
  shares: [{ node: circuitId('grid'), site: siteId('garage'), allocatedWatts: 4_140, carWatts: 4_000 }],
};

/** Good at the garage alone. */
export const token: Token = {
  ...{ key: 'a'.repeat(32), id: '04A2B3C4', type: undefined, groupId: 'FAMILY', isBlocked: false },
  ...{ expiresAtMs: undefined, sites: [siteId('garage')], note: 'Anna', setAtMs: nowMs, setBy: 'root' },
};

export interface GivenPorts extends HttpPorts {
  /** What was asked of the rest of the service, in order. */
  readonly calls: unknown[][];
  /** What was put on record. */
  readonly recorded: unknown[];
  show(view: SiteView): void;
}

/** The rest of the service, kept small: it notes what it was asked and answers from the fixtures above. */
export function givenPorts(change: Partial<HttpPorts> = {}): GivenPorts {
  const calls: unknown[][] = [];
  const recorded: unknown[] = [];
  const listeners = new Set<(view: SiteView) => void>();
  const limits = [limit, depotLimit];
  return {
    calls,
    recorded,
    show: (view) => {
      for (const listener of listeners) listener(view);
    },
    clock: new VirtualClock(nowMs),
    log: createLogger('silent'),
    areas,
    views: () => [garage, depot],
    onView: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    explanation: ({ reason }) => `because: ${reason.kind}`,
    limits: {
      list: async () => limits,
      set: async (body, source, actor) => {
        calls.push(['limit', body, source, actor.name]);
        return limitFromRequest({ body, source, setBy: actor.name, sites, areas, id: limitId('new'), nowMs });
      },
      preview: (body, source, actor) => {
        calls.push(['preview', body, source, actor.name]);
        const asked = limitFromRequest({
          ...{ body, source, setBy: actor.name, sites, areas, id: limitId('new'), nowMs },
        });
        if (asked.status === 'refused') return asked;
        const evses = [garage, depot].flatMap((site) =>
          site.evses.flatMap((evse) => (evse.session ? [{ site, evse, nowAmps: 16 }] : [])),
        );
        const over = [garage, depot].map((site) => ({ site, circuit: circuitId('grid'), byAmps: 2 }));
        return { status: 'previewed', evses, over };
      },
      end: async (id, actor) => {
        calls.push(['end', id, actor.name]);
        return { status: 'ended' };
      },
    },
    sessions: {
      list: async (query) => {
        calls.push(['sessions', query]);
        return { sessions: query.evseIds.includes(session.evseId) ? [session] : [], next: undefined };
      },
      find: async (id) =>
        id === session.id
          ? {
              session,
              marks: ['told late'],
              meterStartWh: 5000,
              meterStopWh: undefined,
              periods: [
                { fromMs: nowMs - 3_600_000, untilMs: nowMs, state: 'suspended-by-us', energyWh: 4200 },
              ],
              signed: [
                {
                  ...{ atMs: nowMs, context: 'Transaction.Begin', data: 'OCMF|…' },
                  ...{ signingMethod: undefined, encodingMethod: 'OCMF', publicKey: undefined },
                },
              ],
            }
          : undefined,
      change: async (id, changed, actor) => {
        calls.push(['change', id, changed, actor.name]);
        return { status: 'changed', session: { ...session, ...changed } };
      },
    },
    siteStops: {
      stop: async (site, reason, actor) => {
        calls.push(['stop', site, reason, actor.name]);
        return { siteId: site, atMs: nowMs, by: actor.name, reason };
      },
      release: async (site, actor) => {
        calls.push(['release', site, actor.name]);
        return site === 'garage';
      },
    },
    planning: {
      view: (site) => (site === 'garage' ? givenPlan : undefined),
      setPrices: async (site, body, actor) => {
        calls.push(['prices', site, body.prices.length, actor.name]);
        return pricesFromRequest(body, { setBy: actor.name, nowMs, currencyBefore: 'SEK' });
      },
    },
    writeIncident: async (site, actor) => {
      calls.push(['incident', site, actor.name]);
      return {
        status: 'written',
        file: '/var/lib/lastvakt/incidents/one.jsonl.gz',
        bytes: 1234,
        atMs: nowMs,
      };
    },
    heartbeat: async (heard, actor) => {
      calls.push(['heartbeat', heard, actor.name]);
    },
    devices: {
      profiles: () => undefined,
      device: (station) =>
        station === stationId('CP-A1')
          ? {
              protocol: 'ocpp1.6',
              hardware: { vendor: 'ABB', model: 'Terra AC', serialNumber: undefined, firmware: '1.8' },
              isTrying: false,
              isExhausted: false,
              traits: explainedTraits([{ source: 'model', traits: { takesZero: false }, why: 'evcc#15493' }]),
            }
          : undefined,
    },
    stations: givenStations(calls),
    rotatePassword: async (station, actor) => {
      calls.push(['rotate password', station, actor.name]);
      return { outcome: 'accepted', reason: 'Accepted' };
    },
    tokens: {
      list: () => [token],
      find: (key) => (key === token.key ? token : undefined),
      keyOf: (id) => (id.toLowerCase() === token.id.toLowerCase() ? token.key : 'b'.repeat(32)),
      set: async (given, actor) => {
        calls.push(['token', given, actor.name]);
        return { ...given, key: 'b'.repeat(32), setAtMs: nowMs, setBy: actor.name };
      },
      remove: async ({ key }, actor) => {
        calls.push(['token removed', key, actor.name]);
      },
    },
    people: givenPeople(),
    audit: givenAudit(recorded),
    grid: {
      connections: () => [connection],
      take: async (id, body) => {
        calls.push(['grid limit', id, body]);
        return { status: 'heard', externalId: 'limit-grid', outcome: 'accepted' };
      },
      withdraw: async (id, externalId) => {
        calls.push(['withdraw', id, externalId]);
        return { outcome: externalId === 'gone' ? 'unchanged' : 'accepted' };
      },
      heartbeat: (id, aliveUntilMs) => calls.push(['alive', id, aliveUntilMs]),
      takeSchedule: async (id, { csv, name, kind }) => {
        calls.push(['schedule', id, name, kind, csv]);
        return csv.includes('bad')
          ? { status: 'refused', faults: [{ line: 2, why: '"bad" is not a power in watts, 0 or more' }] }
          : { status: 'heard', accepted: 1, unchanged: 0 };
      },
      evidence: async (query, actor) => {
        calls.push(['evidence', query, actor.name]);
        return [evidenceRow];
      },
      verifyEvidence: async () => ({ status: 'broken', records: 6, brokenAt: 7, why: 'it was changed' }),
    },
    history: async function* () {},
    timeSeries: () => ({ status: 'off' }),
    health: () => ({ isAlive: true, isReady: true, reasons: [] }),
    figures: () => [],
    ...change,
  };
}

const givenOptions = (change: Partial<ApiOptions> = {}): ApiOptions => ({
  host: '127.0.0.1',
  keys,
  version: '1.2.3',
  bodyLimitBytes: 64 * 1024,
  handlerTimeoutMs: 5_000,
  events: { maxClients: 4, maxUnreadBytes: 64 * 1024 },
  ...change,
});

/** An API with the keys above on the ports given, not listening. */
export const givenApi = (ports: HttpPorts = givenPorts(), change: Partial<ApiOptions> = {}): Promise<Api> =>
  buildApi(givenOptions(change), ports);
