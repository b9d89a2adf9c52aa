import { RPCServer } from 'ocpp-rpc';
import { WebSocketServer } from 'ws';

// The measured process of the OCPP bench. What it is comes in the environment; it tells its ports, and then its use of
// processor or memory whenever it is asked. Ours is run as it is built: a loader of TypeScript costs at each call.

export type ServerKind = 'ours' | 'oursUnlogged' | 'bareWs' | 'ocppRpc' | 'app';

export interface ServerPorts {
  readonly ocppPort: number;
  readonly httpPort: number;
}

/** To collect takes processor time of its own, so what is used and what is kept are asked for apart. */
export type ServerQuestion = 'cpuMs' | 'keptMb';

const kind = process.env['BENCH_KIND'] as ServerKind;
const stations = Number(process.env['BENCH_STATIONS'] ?? 0);
const charging = Number(process.env['BENCH_CHARGING'] ?? 0);
const stationsPerSite = 500;

const servers: Readonly<Record<ServerKind, () => Promise<ServerPorts>>> = {
  ours: () => ours(),
  oursUnlogged: () => ours({ maxLogBytes: 0 }),
  ...{ bareWs, ocppRpc, app },
};
const ports = await servers[kind]();
const answers: Readonly<Record<ServerQuestion, () => number>> = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  keptMb: () => {
    globalThis.gc?.();
    return process.memoryUsage().rss / 2 ** 20;
  },
};
process.on('message', (question: ServerQuestion) => process.send?.(answers[question]()));
process.send?.(ports);

/** The gateway alone: every call checked against its schema, told to nobody. */
async function ours(bounds: { readonly maxLogBytes?: number } = {}): Promise<ServerPorts> {
  const { startOcppGateway } = await built<typeof import('../../src/ocpp/gateway.ts')>('ocpp/gateway');
  const { systemClock } = await built<typeof import('../../src/clock.ts')>('clock');
  const { createLogger } = await built<typeof import('../../src/log.ts')>('log');
  const { compileAll } = await built<typeof import('../../src/schema.ts')>('schema');
  // As `serve` does.
  compileAll();
  const gateway = await startOcppGateway(
    {
      host: '127.0.0.1',
      port: 0,
      introductionDelayMs: 3_600_000,
      // The bench is a flood.
      frameBurst: Number.MAX_SAFE_INTEGER,
      framesPerSecond: Number.MAX_SAFE_INTEGER,
      ...bounds,
    },
    {
      clock: systemClock(),
      log: createLogger('error'),
      onEvent: () => undefined,
      onAnswer: () => undefined,
      authenticate: async () => ({ kind: 'accepted', securityProfile: 0 }),
      authorize: async () => ({ status: 'accepted', groupId: undefined, cacheUntilMs: undefined }),
      transactionNumber: async () => 1,
      takeFacts: async () => undefined,
      resumed: () => [],
    },
  );
  return { ocppPort: gateway.port, httpPort: 0 };
}

/** The least that a server on `ws` can do: parse, and answer. */
async function bareWs(): Promise<ServerPorts> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const [, messageId]: unknown[] = JSON.parse(data.toString());
      socket.send(JSON.stringify([3, messageId, {}]));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { ocppPort: portOf(server.address()), httpPort: 0 };
}

/** Somebody else's OCPP stack, checking schemas as we do. */
async function ocppRpc(): Promise<ServerPorts> {
  const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
  server.on('client', (client) => client.handle('MeterValues', () => ({})));
  const http = await server.listen(0, '127.0.0.1');
  return { ocppPort: portOf(http.address()), httpPort: 0 };
}

/** The whole service, its control loop and database included, but no broker: one site whose cars charge, and others. */
async function app(): Promise<ServerPorts> {
  const { startApp } = await built<typeof import('../../src/app/app.ts')>('app/app');
  const { parseConfig } = await built<typeof import('../../src/config/config.ts')>('config/config');
  const { systemClock } = await built<typeof import('../../src/clock.ts')>('clock');
  const { createLogger } = await built<typeof import('../../src/log.ts')>('log');
  const { compileAll } = await built<typeof import('../../src/schema.ts')>('schema');
  // As `serve` does.
  compileAll();
  const counts = [charging];
  for (let left = stations - charging; left > 0; left -= stationsPerSite) {
    counts.push(Math.min(left, stationsPerSite));
  }
  let index = 0;
  const sites = counts.map((count, site) => {
    const evses = Array.from({ length: count }, () => {
      index += 1;
      return `        - { id: E${index - 1}, station: S${index - 1} }`;
    });
    return `  - id: site-${site}\n    circuit:\n      id: grid-${site}\n      breakerAmps: 10000\n      evses:\n${evses.join('\n')}`;
  });
  const text = `
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 30 }
mqtt: { url: "mqtt://127.0.0.1:1" }
database: { url: "sqlite::memory:" }
control: { raiseDelayS: 0 }
incidents: { enabled: false }
sites:
${sites.join('\n')}
`;
  const running = await startApp(parseConfig(text, 'the bench', {}), {
    clock: systemClock(),
    log: createLogger('error'),
    random: Math.random,
    newId: () => 'none',
    version: 'bench',
    onBroken: () => process.exit(1),
  });
  return { ocppPort: running.ocppPort, httpPort: running.httpPort };
}

function built<Module>(name: string): Promise<Module> {
  return import(new URL(`../../dist/src/${name}.js`, import.meta.url).href);
}

function portOf(address: ReturnType<WebSocketServer['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
