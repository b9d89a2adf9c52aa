import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startApp } from '../../src/app/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/log.ts';
import { compileAll } from '../../src/schema.ts';
import { wallMs } from './benchStation.ts';
import { quantile, report } from './figures.ts';
import type { FarSideMessage } from './latencyFarSide.ts';

// How long from a meter's step until the last station has its lowered profile: the service in this process, 100
// stations and the meter in another, a real broker and real sockets between them.

const stations = 100;
const brokerUrl = process.env['LASTVAKT_TEST_MQTT_URL'];

const configText = `
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 60 }
mqtt: ${brokerUrl === undefined ? '{ embedded: { port: 0 } }' : `{ url: "${brokerUrl}", clientId: lastvakt-bench }`}
database: { url: "sqlite::memory:" }
control: { raiseDelayS: 0 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 4000
      assumedBackgroundAmps: 700
      meter: { topic: bench/grid, measures: background, maxAgeS: 60, maxPlausibleAmps: 5000 }
      evses:
${Array.from({ length: stations }, (_, index) => `        - { id: E${index}, station: S${index} }`).join('\n')}
`;

interface TickSeen {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly lowered: number;
}

compileAll();
const app = await startApp(parseConfig(configText, 'the bench', {}), {
  clock: systemClock(),
  log: createLogger('error'),
  random: Math.random,
  newId: () => 'none',
  version: 'bench',
  onBroken: () => process.exit(1),
});
const ticks: TickSeen[] = [];
app.onTick(({ tick, sent }) => {
  const endedAtMs = wallMs();
  const lowered = sent.filter(({ cause }) => cause === 'lower').length;
  ticks.push({ startedAtMs: endedAtMs - tick.durationMs, endedAtMs, lowered });
});

const farSide = fork(fileURLToPath(new URL('./latencyFarSide.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
  env: {
    ...process.env,
    BENCH_OCPP: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
    BENCH_MQTT: brokerUrl ?? `mqtt://127.0.0.1:${app.mqttPort}`,
    BENCH_STATIONS: String(stations),
  },
});
const steps = await new Promise<FarSideMessage['steps']>((resolve, reject) => {
  farSide.once('message', (message: FarSideMessage) => resolve(message.steps));
  farSide.once('exit', (code) => reject(new Error(`the far side ended with ${code}`)));
});
const rssMb = process.memoryUsage().rss / 2 ** 20;
farSide.kill();
await app.stop();

const legs = steps.flatMap(({ publishedAtMs, lastLoweredAtMs }) => {
  const tick = ticks.find(({ startedAtMs, lowered }) => startedAtMs >= publishedAtMs - 1 && lowered > 0);
  if (tick === undefined) return [];
  return [
    {
      total: lastLoweredAtMs - publishedAtMs,
      parse: tick.startedAtMs - publishedAtMs,
      tick: tick.endedAtMs - tick.startedAtMs,
      send: lastLoweredAtMs - tick.endedAtMs,
    },
  ];
});
const of = (leg: keyof (typeof legs)[number], share: number): number =>
  quantile(
    legs.map((each) => each[leg]),
    share,
  );
const names = {
  total: 'meter step to last lowered profile',
  parse: 'broker, parse, wake',
  tick: 'tick',
  send: 'wire to the last station',
};
const rows = (['total', 'parse', 'tick', 'send'] as const).map((leg) => ({
  leg: names[leg],
  medianMs: of(leg, 0.5),
  p99Ms: of(leg, 0.99),
}));
const broker = brokerUrl === undefined ? 'embedded broker' : 'Mosquitto';
const figures = { stations, medianMs: of('total', 0.5), p99Ms: of('total', 0.99), rssMb };
report(
  `${stations} stations, ${legs.length} steps, ${broker}, service ${rssMb.toFixed(0)} MB resident`,
  rows,
  figures,
);
process.exit(legs.length === steps.length ? 0 : 1);
