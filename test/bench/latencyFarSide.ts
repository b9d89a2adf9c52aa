import { connectAsync } from 'mqtt';
import { benchStation, pause, wallMs } from './benchStation.ts';

// The other process of the latency bench: stations that start a session and acknowledge every profile, and a meter
// whose background rises by one ampere per station at each step.

export interface FarSideMessage {
  readonly steps: readonly { readonly publishedAtMs: number; readonly lastLoweredAtMs: number }[];
}

const count = Number(process.env['BENCH_STATIONS']);
const rounds = 2;
const stepsPerRound = 24;
const firstBackgroundAmps = 700;
const settleMs = 700;
/** For every raise to be proven and sent after a round: the cars' time to follow and some ticks. */
const riseMs = 10_000;

const setpoints = new Array<number>(count).fill(0);
let lastLoweredAtMs = 0;
let lowered = 0;

const station = (index: number): Promise<void> =>
  benchStation(`${process.env['BENCH_OCPP']}/S${index}`, (limit, atMs) => {
    if (limit < (setpoints[index] ?? 0)) {
      lowered += 1;
      lastLoweredAtMs = atMs;
    }
    setpoints[index] = limit;
  });

const meter = await connectAsync(`${process.env['BENCH_MQTT']}`);
const publish = (amps: number): void =>
  void meter.publish('bench/grid', JSON.stringify({ amps: [amps, amps, amps] }));
await Promise.all(Array.from({ length: count }, (_, index) => station(index)));

const steps: { publishedAtMs: number; lastLoweredAtMs: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  publish(firstBackgroundAmps);
  await pause(riseMs);
  for (let step = 1; step <= stepsPerRound; step += 1) {
    lowered = 0;
    const publishedAtMs = wallMs();
    publish(firstBackgroundAmps + 100 + step * count);
    await pause(settleMs);
    if (lowered !== count) process.stderr.write(`step ${step}: ${lowered} of ${count} stations lowered\n`);
    steps.push({ publishedAtMs, lastLoweredAtMs });
  }
}
const message: FarSideMessage = { steps };
process.send?.(message);
