import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { startApp } from '../../src/app/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/log.ts';
import { compileAll } from '../../src/schema.ts';
import { freePort } from '../app/givenService.ts';
import { quantile, report, shortened } from './figures.ts';
import type { Cost, GridFindings, Step } from './gridFarSide.ts';

// How long from the moment a grid operator sends a lower capacity until it is acknowledged, until the last station has its
// lowered profile, and until the meter of the site is under it; and how many such messages a second it bears. The service in this
// process; the operator, 100 stations with their cars and the meter in another; real sockets and a database on disk.

const stations = 100;
const ports = { http: await freePort(), operator: await freePort() };
const folder = mkdtempSync(join(tmpdir(), 'lastvakt-bench-'));
const tokenA = randomUUID();
const baseUrl = `http://127.0.0.1:${ports.http}/oscp/fp/2.0`;

const configText = `
http: { port: ${ports.http} }
ocpp: { port: 0, meterIntervalS: 60 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${join(folder, 'bench.db')}" }
control: { raiseDelayS: 0, deadbandAmps: 0 }
stations:
${Array.from({ length: stations }, (_, index) => `  - { id: S${index}, traits: { stepAmps: 0.1 } }`).join('\n')}
grid:
  connections:
    - id: dso
      profile: oscp
      targets: [{ site: garage, externalIds: [G1], failsafeWatts: 900000 }]
      release: { randomS: 0, rampS: 0 }
      oscp: { baseUrl: "${baseUrl}", tokenA: ${tokenA}, peerHosts: ["127.0.0.1:${ports.operator}"], allowPrivatePeers: true }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 4000
      assumedBackgroundAmps: 100
      meter: { topic: bench/grid, measures: background, maxAgeS: 60, maxPlausibleAmps: 5000 }
      evses:
${Array.from({ length: stations }, (_, index) => `        - { id: E${index}, station: S${index} }`).join('\n')}
`;

/** Each of them waits for the disk once, and nothing is acknowledged before. */
const commitsMs: number[] = [];
const { exec } = Libsql.prototype;
Libsql.prototype.exec = function (sql) {
  const startedMs = performance.now();
  const done = exec.call(this, sql);
  if (sql === 'commit') commitsMs.push(performance.now() - startedMs);
  return done;
};
const cost = (): Cost => {
  const { user, system } = process.cpuUsage();
  return { processorMs: (user + system) / 1000, commits: commitsMs.length };
};

compileAll();
const app = await startApp(parseConfig(configText, 'the bench', {}), {
  clock: systemClock(),
  log: createLogger('fatal'),
  random: Math.random,
  newId: randomUUID,
  version: 'bench',
  onBroken: () => process.exit(1),
});
const farSide = fork(fileURLToPath(new URL('./gridFarSide.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
  env: {
    ...process.env,
    BENCH_OCPP: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
    BENCH_MQTT: `mqtt://127.0.0.1:${app.mqttPort}`,
    BENCH_STATIONS: String(stations),
    BENCH_OSCP: baseUrl,
    BENCH_FOLDER: folder,
    BENCH_OPERATOR_PORT: String(ports.operator),
    BENCH_TOKEN: tokenA,
  },
});
const findings = await new Promise<GridFindings>((resolve, reject) => {
  farSide.on('message', (message: GridFindings | 'cost') => {
    if (message === 'cost') farSide.send(cost());
    else resolve(message);
  });
  farSide.once('exit', (code) => reject(new Error(`the far side ended with ${code}`)));
});
const { steps } = findings;
const rssMb = process.memoryUsage().rss / 2 ** 20;
farSide.kill();
await app.stop();
rmSync(folder, { recursive: true, force: true });

const legs: readonly (readonly [name: string, duration: (step: Step) => number])[] = [
  ['sent to acknowledged', ({ sentAtMs, acknowledgedAtMs }) => acknowledgedAtMs - sentAtMs],
  // The limit is in force before it is durable, so commands may be out before the answer.
  [
    'acknowledged to last lowered profile',
    ({ acknowledgedAtMs, lastLoweredAtMs }) => Math.max(0, lastLoweredAtMs - acknowledgedAtMs),
  ],
  ['sent to last lowered profile', ({ sentAtMs, lastLoweredAtMs }) => lastLoweredAtMs - sentAtMs],
  [
    'last lowered profile to meter under it',
    ({ lastLoweredAtMs, meterUnderAtMs }) => meterUnderAtMs - lastLoweredAtMs,
  ],
  ['sent to meter under it', ({ sentAtMs, meterUnderAtMs }) => meterUnderAtMs - sentAtMs],
];
const row = (leg: string, durations: readonly number[]) => {
  const [medianMs, p99Ms, worstMs] = [0.5, 0.99, 1].map((share) => quantile(durations, share));
  return { leg, medianMs, p99Ms, worstMs, samples: durations.length };
};
const rows = [
  ...legs.map(([leg, duration]) => row(leg, steps.map(duration))),
  row('a commit, of which each acknowledgement waits for one', commitsMs.slice(...findings.stepCommits)),
  row('the disk alone, 32 kB made durable', findings.alone.diskMs),
  row('the processor alone, a thread woken late by', findings.alone.lateMs),
];
const complete = steps.filter(({ lowered }) => lowered === stations).length;
report(
  `OSCP: ${stations} EVSEs, ${steps.length} curtailments (${complete} lowered every EVSE), SQLite on disk, service ${rssMb.toFixed(0)} MB resident`,
  rows,
  {
    stations,
    rssMb,
    processorMsPerCurtailment: findings.cost.processorMs / steps.length,
    commitsPerCurtailment: findings.cost.commits / steps.length,
    rates: findings.rates,
  },
);
const [processorMs, commitCount] = [findings.cost.processorMs, findings.cost.commits].map((sum) =>
  (sum / steps.length).toFixed(1),
);
console.log(
  `each with ${processorMs} ms of processor time and ${commitCount} commits, answers and records of all stations included`,
);
console.log('\nChanges that come faster than anybody sends them, to the same 100 EVSEs');
console.table(
  findings.rates.map((rate) =>
    Object.fromEntries(Object.entries(rate).map(([name, value]) => [name, shortened(value)])),
  ),
);
process.exit(complete === steps.length ? 0 : 1);
