import { connectAsync } from 'mqtt';
import { systemClock } from '../../src/clock.ts';
import { startCapacityProvider } from '../../src/sim/capacityProvider/capacityProvider.ts';
import { benchStation, pause, wallMs } from './benchStation.ts';

// The other process of the grid bench: a grid operator that lowers a site's capacity by one ampere per station at each
// step, stations whose cars follow as cars do, and the meter that sees it.

export interface CurtailmentMessage {
  readonly steps: readonly {
    readonly sentAtMs: number;
    readonly acknowledgedAtMs: number;
    readonly lastLoweredAtMs: number;
    /** When the meter measured the first value under the capacity. */
    readonly meterUnderAtMs: number;
    readonly lowered: number;
  }[];
}

const count = Number(process.env['BENCH_STATIONS']);
const rounds = 3;
const stepsPerRound = 24;
const mostAmps = 32;
const backgroundAmps = 100;
const phaseVolts = 230;
/** For every raise to be proven and sent after a round: the cars' time to follow and some ticks. */
const riseMs = 12_000;
const settleMs = 300;
const giveUpMs = 10_000;
/** A car waits for so long, then changes so fast: usual values, well inside what IEC 61851-1 allows. */
const car = { reactionMs: 500, rampAmpsPerS: 10 };
const meterPeriodMs = 200;
const stepMs = 20;

interface Car {
  setpointAmps: number;
  changedAtMs: number;
  amps: number;
}
const cars = Array.from({ length: count }, (): Car => ({ setpointAmps: 0, changedAtMs: 0, amps: 0 }));
let lowered = 0;
let lastLoweredAtMs = 0;

const station = (each: Car, index: number): Promise<void> =>
  benchStation(`${process.env['BENCH_OCPP']}/S${index}`, (limit, atMs) => {
    if (limit < each.setpointAmps) {
      lowered += 1;
      lastLoweredAtMs = atMs;
    }
    if (limit !== each.setpointAmps) each.changedAtMs = atMs;
    each.setpointAmps = limit;
  });

/** The cars move; runs on its own pace. */
function drive(): void {
  const nowMs = wallMs();
  const mostChange = (car.rampAmpsPerS * stepMs) / 1000;
  for (const each of cars) {
    if (nowMs - each.changedAtMs < car.reactionMs) continue;
    const change = each.setpointAmps - each.amps;
    each.amps += Math.sign(change) * Math.min(Math.abs(change), mostChange);
  }
}

const watts = (ampsPerCar: number): number => (backgroundAmps + count * ampsPerCar) * 3 * phaseVolts;
const measuredWatts = (): number => watts(cars.reduce((sum, { amps }) => sum + amps, 0) / count);

/** When the meter first shows no more than this; looks once in its period. */
async function meterUnder(limitWatts: number): Promise<number> {
  const endMs = wallMs() + giveUpMs;
  while (wallMs() < endMs) {
    if (measuredWatts() <= limitWatts + 1) return wallMs();
    await pause(meterPeriodMs);
  }
  throw new Error('the meter never came under the capacity');
}

const operator = await startCapacityProvider(
  { port: Number(process.env['BENCH_OPERATOR_PORT']) },
  systemClock(),
);
await operator.register({ url: `${process.env['BENCH_OSCP']}`, token: `${process.env['BENCH_TOKEN']}` });
while (operator.received('register').length === 0) await pause(20);
await operator.handshake();
await operator.heartbeat(3_000_000);

const capacity = (ampsPerCar: number) => ({
  group_id: 'G1',
  type: 'CONSUMPTION',
  forecasted_blocks: [
    {
      // Half a watt per station more, so that no rounding costs an ampere.
      capacity: watts(ampsPerCar) + count / 2,
      phase: 'ALL',
      unit: 'W',
      start_time: new Date(Date.now() - 1_000).toISOString(),
      end_time: new Date(Date.now() + 3_600_000).toISOString(),
    },
  ],
});

const broker = await connectAsync(`${process.env['BENCH_MQTT']}`);
const publish = (): void =>
  void broker.publish('bench/grid', JSON.stringify({ amps: new Array(3).fill(backgroundAmps) }));
setInterval(publish, 1_000);
setInterval(drive, stepMs);
publish();
await operator.forecast(capacity(mostAmps));
await Promise.all(cars.map(station));

const steps: CurtailmentMessage['steps'][number][] = [];
for (let round = 0; round < rounds; round += 1) {
  await operator.forecast(capacity(mostAmps));
  await pause(riseMs);
  for (let step = 1; step <= stepsPerRound; step += 1) {
    lowered = 0;
    const forecast = capacity(mostAmps - step);
    const sentAtMs = wallMs();
    const { status } = await operator.forecast(forecast);
    const acknowledgedAtMs = wallMs();
    if (status !== 204) throw new Error(`the capacity was answered with ${status}`);
    const meterUnderAtMs = await meterUnder(watts(mostAmps - step) + count / 2);
    steps.push({ sentAtMs, acknowledgedAtMs, lastLoweredAtMs, meterUnderAtMs, lowered });
    await pause(settleMs);
  }
}
const message: CurtailmentMessage = { steps };
process.send?.(message);
