import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pause, wallMs } from './benchStation.ts';
import { quantile, report } from './figures.ts';
import type { LoadCommand, LoadResult } from './ocppLoad.ts';
import type { ServerKind, ServerPorts, ServerQuestion } from './ocppServer.ts';

// What the OCPP side costs: a call, against a bare WebSocket server and another OCPP stack; many stations; all of them
// coming back at once; a limit on its way to many cars. Servers and stations are processes of their own.

const { values: options } = parseArgs({
  options: {
    stations: { type: 'string', default: '10000' },
    charging: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const stations = Number(options.stations);
const charging = Math.min(stations, Number(options.charging));
const seconds = Number(options.seconds);

const pingPongSockets = 50;
const pingPongSeconds = 4;
/** What is called often is compiled twice until it is fast. */
const warmUpSeconds = 3;
/** A rate that each of the servers can answer on half a processor. */
const pacedCallsPerSecond = 5_000;
/** For every car to be given its share before it is cut: proof of each raise, and some ticks. */
const settleMs = 15_000;
/** Amps per car before a cut of this site's limit, and after. */
const fullAmps = 10_000 / charging;
const cutShare = 0.7;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill();
});

/** Without one of its processes the bench would wait for ever. */
function mustLast(child: ChildProcess, name: string): ChildProcess {
  running.add(child);
  child.once('exit', (code) => {
    running.delete(child);
    if (code === null) return;
    process.stderr.write(`${name} ended with ${code}\n`);
    process.exit(1);
  });
  return child;
}

const side = (file: string, execArgv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx', ...execArgv],
    env: { ...process.env, ...env },
  });

const load = mustLast(side('./ocppLoad.ts', []), 'the stations');

async function commanded(command: LoadCommand): Promise<LoadResult> {
  load.send(command);
  const [result] = await once(load, 'message');
  return result as LoadResult;
}

interface Server extends ServerPorts {
  readonly url: string;
  cpuMs(): Promise<number>;
  /** What is kept, and not what was not yet swept. */
  keptMb(): Promise<number>;
  stop(): void;
}

async function started(kind: ServerKind): Promise<Server> {
  const sizes = { BENCH_STATIONS: String(stations), BENCH_CHARGING: String(charging) };
  const child = mustLast(side('./ocppServer.ts', ['--expose-gc'], { BENCH_KIND: kind, ...sizes }), kind);
  const [ports] = (await once(child, 'message')) as [ServerPorts];
  const told = async (question: ServerQuestion): Promise<number> => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer as number;
  };
  return {
    ...ports,
    url: `ws://127.0.0.1:${ports.ocppPort}${kind === 'ocppRpc' ? '' : '/ocpp'}`,
    cpuMs: () => told('cpuMs'),
    keptMb: () => told('keptMb'),
    stop: () => child.kill(),
  };
}

/** Calls per second of processor time: as many as it can answer, and at a rate that is the same for all. */
async function callsPerCpuSecond(
  kind: ServerKind,
): Promise<{ readonly most: number; readonly paced: number }> {
  const server = await started(kind);
  const calls = { do: 'ping-pong', url: server.url, sockets: pingPongSockets } as const;
  const perSecond = async (rate?: { readonly callsPerSecond: number }): Promise<number> => {
    await commanded({ ...calls, ...rate, seconds: warmUpSeconds });
    const beforeMs = await server.cpuMs();
    const answered = await commanded({ ...calls, ...rate, seconds: pingPongSeconds });
    return answered.calls / (((await server.cpuMs()) - beforeMs) / 1000);
  };
  const figures = {
    most: await perSecond(),
    paced: await perSecond({ callsPerSecond: pacedCallsPerSecond }),
  };
  server.stop();
  return figures;
}

const kinds = ['ours', 'oursUnlogged', 'bareWs', 'ocppRpc'] as const;
type Rounds = Record<(typeof kinds)[number], number[]>;
const none = (): Rounds => ({ ours: [], oursUnlogged: [], bareWs: [], ocppRpc: [] });
const most = none();
const paced = none();
// In turns, so that what else the machine does falls on all of them.
for (let round = 0; round < Number(options.rounds); round += 1) {
  for (const kind of kinds) {
    const figures = await callsPerCpuSecond(kind);
    most[kind].push(figures.most);
    paced[kind].push(figures.paced);
  }
}
const medians = ({ ours, oursUnlogged, bareWs, ocppRpc }: Rounds) => ({
  ours: quantile(ours, 0.5),
  oursUnlogged: quantile(oursUnlogged, 0.5),
  bareWs: quantile(bareWs, 0.5),
  ocppRpc: quantile(ocppRpc, 0.5),
});
const perCpuSecond = medians(most);
const pacedPerCpuSecond = medians(paced);

const server = await started('app');
const emptyMb = await server.keptMb();
const connectBeganAtMs = wallMs();
const connected = await commanded({ do: 'connect', url: server.url, stations, charging });
await pause(settleMs);
const meteringBeganMs = await server.cpuMs();
const metering = await commanded({ do: 'meter', seconds });
const cpuShare = ((await server.cpuMs()) - meteringBeganMs) / 1000 / seconds;
const kbPerStation = (((await server.keptMb()) - emptyMb) * 1024) / stations;

const cutAtMs = wallMs();
const cutting = commanded({ do: 'await cut', belowAmps: Math.min(fullAmps, 32) * 0.99 });
const limited = await fetch(`http://127.0.0.1:${server.httpPort}/api/v1/limits`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    site: 'site-0',
    amps: Math.floor(Math.min(fullAmps, 32) * cutShare * charging),
    until: new Date(Date.now() + 600_000).toISOString(),
    reason: 'bench',
  }),
});
if (limited.status !== 201)
  throw new Error(`the limit was answered ${limited.status}: ${await limited.text()}`);
const cutToLastAckMs = (await cutting).lastAtMs - cutAtMs;

const stormBeganAtMs = wallMs();
const stormBeforeMs = await server.cpuMs();
const storm = await commanded({ do: 'storm' });
const stormCpuMs = (await server.cpuMs()) - stormBeforeMs;
const stormMs = storm.lastAtMs - stormBeganAtMs;
server.stop();
load.kill();

report(
  `${stations} stations, ${charging} of them charging, ${seconds} s of metering`,
  [
    { figure: 'calls per server processor second, ours', value: perCpuSecond.ours },
    { figure: 'the same, without the log of messages', value: perCpuSecond.oursUnlogged },
    { figure: 'the same, bare ws with JSON.parse', value: perCpuSecond.bareWs },
    { figure: 'the same, ocpp-rpc strict', value: perCpuSecond.ocppRpc },
    { figure: 'ours to bare (goal 0.8)', value: perCpuSecond.ours / perCpuSecond.bareWs },
    { figure: 'ours to ocpp-rpc (goal 1.5)', value: perCpuSecond.ours / perCpuSecond.ocppRpc },
    { figure: `ours at ${pacedCallsPerSecond} calls a second`, value: pacedPerCpuSecond.ours },
    { figure: 'the same, without the log of messages', value: pacedPerCpuSecond.oursUnlogged },
    { figure: 'ours to bare, at that rate', value: pacedPerCpuSecond.ours / pacedPerCpuSecond.bareWs },
    { figure: 'ours to ocpp-rpc, at that rate', value: pacedPerCpuSecond.ours / pacedPerCpuSecond.ocppRpc },
    { figure: 'first connection to all booted, ms', value: connected.lastAtMs - connectBeganAtMs },
    { figure: 'memory per station, kB', value: kbPerStation },
    { figure: 'processors in use while metering', value: cpuShare },
    { figure: 'p99 of answers while metering, ms', value: metering.answerP99Ms },
    { figure: 'all reconnect at once to all booted, ms', value: stormMs },
    { figure: 'processor time of that, ms', value: stormCpuMs },
    { figure: 'limit cut to last acknowledgement, ms (goal 1000)', value: cutToLastAckMs },
  ],
  {
    callsPerCpuSecond: perCpuSecond,
    pacedCallsPerCpuSecond: pacedPerCpuSecond,
    stations,
    kbPerStation,
    answerP99Ms: metering.answerP99Ms,
    stormMs,
    cutToLastAckMs,
    cpuShare,
  },
);
