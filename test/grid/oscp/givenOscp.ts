import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'vitest';
import type { PowerSpan } from '../../../src/control/wishedPower.ts';
import { circuitId, siteId } from '../../../src/domain/ids.ts';
import type { OscpConfig } from '../../../src/domain/oscpConfig.ts';
import type {
  GridChange,
  GridMeasurement,
  GridProgress,
  GridVerdict,
  HeardLimit,
  PromptGridPorts,
} from '../../../src/grid/gridPorts.ts';
import type { GridStates } from '../../../src/grid/oscp/gridStates.ts';
import { OscpConnection } from '../../../src/grid/oscp/oscpConnection.ts';
import { oscpHandler } from '../../../src/grid/oscp/oscpHandler.ts';
import { createLogger } from '../../../src/log.ts';
import {
  type CapacityProvider,
  type Forecast,
  type ForecastBlock,
  type ProviderOptions,
  startCapacityProvider,
} from '../../../src/sim/capacityProvider/capacityProvider.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { messageFaults } from './oscpSchemas.ts';

export const connectionId = 'dso';
export const tokenA = 'the-first-token-by-letter';
export const startMs = Date.UTC(2026, 0, 31, 12);
const target = { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') } as const;

/** A block of capacity over minutes after the start. */
export const block = (
  fromMinutes: number,
  untilMinutes: number,
  capacity: number | string,
  change: Partial<ForecastBlock> = {},
): ForecastBlock => ({
  capacity,
  phase: 'ALL',
  unit: 'KW',
  start_time: new Date(startMs + fromMinutes * 60_000).toISOString(),
  end_time: new Date(startMs + untilMinutes * 60_000).toISOString(),
  ...change,
});

export const forecast = (blocks: readonly ForecastBlock[], change: Partial<Forecast> = {}): Forecast => ({
  group_id: 'G1',
  type: 'CONSUMPTION',
  forecasted_blocks: blocks,
  ...change,
});

/** Power that is wanted over minutes after the start. */
export const wished = (fromMinutes: number, untilMinutes: number, watts: number): PowerSpan => ({
  fromMs: startMs + fromMinutes * 60_000,
  untilMs: startMs + untilMinutes * 60_000,
  watts,
});

/** A limit in short: from, until (minutes after the start), value. */
export const short = ({ fromMs, untilMs, value }: HeardLimit): readonly unknown[] => [
  (fromMs - startMs) / 60_000,
  untilMs === undefined ? undefined : (untilMs - startMs) / 60_000,
  value,
];

export interface GridHeard {
  readonly changes: GridChange[];
  readonly heartbeats: (number | undefined)[];
  readonly acknowledged: string[];
  resynchronised: number;
  /** What stands after all changes. */
  standing(): readonly HeardLimit[];
  progress(
    progress: Omit<GridProgress, 'connectionId' | 'atMs' | 'measuredWatts'> & Partial<GridProgress>,
  ): void;
  measured: GridMeasurement;
  wished: readonly PowerSpan[];
  /** Set to let the service fail to store, or to refuse. */
  hearing: 'well' | 'cannot store' | 'refuses' | 'refuses amps';
}

/** The service as the protocol sees it: keeps what it hears, and tells what it is told to. */
function gridPorts(clock: VirtualClock): { readonly grid: PromptGridPorts; readonly heard: GridHeard } {
  const limits = new Map<string, HeardLimit>();
  const listeners = new Set<(progress: GridProgress) => void>();
  const heard: GridHeard = {
    changes: [],
    heartbeats: [],
    acknowledged: [],
    resynchronised: 0,
    standing: () => [...limits.values()].sort((a, b) => a.fromMs - b.fromMs),
    progress: (progress) => {
      for (const listener of listeners) {
        listener({ connectionId, atMs: clock.nowMs(), measuredWatts: undefined, ...progress });
      }
    },
    measured: {
      atMs: startMs,
      watts: 42_000,
      amps: [60, 60, 60],
      carWatts: 30_000,
      energyWh: 1_000_000,
      carEnergyWh: 500_000,
      activeSessions: 3,
      limitWatts: undefined,
      quality: 'measured',
    },
    wished: [],
    hearing: 'well',
  };
  const verdict = (limit: HeardLimit): GridVerdict => {
    if (heard.hearing === 'refuses' || (heard.hearing === 'refuses amps' && !('watts' in limit.value))) {
      return { externalId: limit.externalId, outcome: 'refused', why: 'not this one' };
    }
    limits.set(limit.externalId, limit);
    return { externalId: limit.externalId, outcome: 'accepted' };
  };
  const hearNow: PromptGridPorts['hearNow'] = (_id, change) => {
    if (heard.hearing === 'cannot store')
      return { verdicts: [], kept: Promise.reject(new Error('disk full')) };
    heard.changes.push(change);
    const kept = Promise.resolve();
    if (change.kind !== 'withdraw') return { verdicts: change.limits.map(verdict), kept };
    for (const id of change.externalIds) limits.delete(id);
    return { verdicts: change.externalIds.map((externalId) => ({ externalId, outcome: 'accepted' })), kept };
  };
  const grid: PromptGridPorts = {
    clock,
    log: createLogger('silent'),
    random: () => 0.5,
    newId: () => 'id',
    hearNow,
    async hear(id, change, raw) {
      const { verdicts, kept } = hearNow(id, change, raw);
      await kept;
      return verdicts;
    },
    hearPrices: () => {},
    heartbeat: (_id, aliveUntilMs) => void heard.heartbeats.push(aliveUntilMs),
    resynchronised: () => {
      heard.resynchronised += 1;
    },
    acknowledged: (_id, externalIds) => void heard.acknowledged.push(...externalIds),
    measurement: () => ({ ...heard.measured, atMs: clock.nowMs() }),
    onProgress: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { grid, heard };
}

function memoryStates(): GridStates {
  const documents = new Map<string, Map<string, string>>();
  return {
    gridStates: async (id) =>
      new Map(
        [...(documents.get(id) ?? [])].map(([name, text]): [string, unknown] => [name, JSON.parse(text)]),
      ),
    saveGridState: async (id, name, document) => {
      const own = documents.get(id) ?? new Map<string, string>();
      documents.set(id, own.set(name, JSON.stringify(document)));
    },
  };
}

export interface GivenOscp {
  readonly provider: CapacityProvider;
  readonly heard: GridHeard;
  readonly clock: VirtualClock;
  /** Where the flexibility provider listens. */
  readonly url: string;
  connection(): OscpConnection;
  /** Ends the connection and starts another on what was stored. */
  restart(): Promise<void>;
  /** Registers both sides and shakes hands. */
  together(): Promise<void>;
}

const running: { stop(): unknown }[] = [];
const providers: CapacityProvider[] = [];

/** For `afterEach`: ends what a test was given, and holds every message of both sides against the schemas. */
export async function endOscp(): Promise<void> {
  for (const part of running.splice(0).reverse()) await part.stop();
  for (const provider of providers.splice(0)) {
    const messages = [...provider.received(), ...provider.sent().filter(({ status }) => status === 204)];
    const faults = messages.filter(({ method }) => method !== 'DELETE').flatMap(messageFaults);
    expect(faults).toEqual([]);
  }
}

/** A flexibility provider and a capacity provider on real sockets, with time that stands still until it is moved. */
export async function givenOscp(
  change: Partial<OscpConfig> = {},
  providerOptions: ProviderOptions = {},
): Promise<GivenOscp> {
  const clock = new VirtualClock(startMs);
  const provider = await startCapacityProvider(
    { heartbeatS: 60, measurements: ['CONTINUOUS'], ...providerOptions },
    clock,
  );
  const { grid, heard } = gridPorts(clock);
  const states = memoryStates();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `${originOf(server)}/oscp/fp/2.0`;
  const config: OscpConfig = {
    baseUrl: url,
    tokenA,
    peerHosts: [new URL(provider.url).host],
    allowPrivatePeers: true,
    gap: 'fallback',
    complyWithinS: 0,
    heartbeatS: 60,
    offlineMaxS: 3_600,
    measurementS: 60,
    sendsAssets: false,
    adjustS: 900,
    ...change,
  };
  const start = (): Promise<OscpConnection> =>
    OscpConnection.start(
      { connectionId, config, boundary: 'connection', groups: [{ id: 'G1', target, phaseVolts: 230 }] },
      { grid, states, wishedPower: () => heard.wished },
    );
  let connection = await start();
  serve(server, () => oscpHandler([connection], grid));
  running.push(provider, { stop: () => server.close() }, { stop: () => connection.stop() });
  providers.push(provider);
  return {
    provider,
    heard,
    clock,
    url,
    connection: () => connection,
    async restart() {
      connection.stop();
      connection = await start();
    },
    async together() {
      await provider.register({ url, token: tokenA });
      await expect.poll(() => provider.received('register').length).toBe(1);
      // The token it came with is good once its delivery was noted.
      await provider.handshake();
      await expect.poll(() => provider.received('handshake_acknowledge').length).toBe(1);
    },
  };
}

function serve(server: Server, handler: () => ReturnType<typeof oscpHandler>): void {
  server.on('request', async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
    );
    const path = (request.url ?? '').slice('/oscp/fp/2.0'.length);
    const answer = await handler()({ method: request.method ?? '', path, headers, body });
    response.once('close', () => answer.afterwards?.());
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
}

function originOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
