import { once } from 'node:events';
import { connectAsync } from 'mqtt';
import { startThread } from '../../solver/thread.ts';
import { systemClock } from '../../src/clock.ts';
import { startCapacityProvider } from '../../src/sim/capacityProvider/capacityProvider.ts';
import { pause, wallMs } from './benchStation.ts';
import { type StationsInput, shown } from './gridBoard.ts';
import { type Rate, rates } from './gridRates.ts';
import type { Alone } from './machineAlone.ts';

// The other process of the grid bench: a grid operator that lowers a site's capacity by a fifth of an ampere per station
// at each step, and the meter that sees how the cars follow; then the same operator with more to say than anybody has.

export interface Step {
  readonly sentAtMs: number;
  readonly acknowledgedAtMs: number;
  readonly lastLoweredAtMs: number;
  /** When the meter measured the first value under the capacity. */
  readonly meterUnderAtMs: number;
  readonly lowered: number;
}

/** What the service has taken so far. */
export interface Cost {
  readonly processorMs: number;
  readonly commits: number;
}

export interface GridFindings {
  readonly steps: readonly Step[];
  /** For all steps together, the raises before them not counted. */
  readonly cost: Cost;
  /** The number of the first commit of them, and of the first after them. */
  readonly stepCommits: readonly [from: number, until: number];
  /** What disk and processor did meanwhile for a thread that does nothing else. */
  readonly alone: Alone;
  readonly rates: readonly Rate[];
}

const count = Number(process.env['BENCH_STATIONS']);
const rounds = 2;
const stepsPerRound = 120;
const mostAmps = 32;
const stepAmps = 0.2;
const backgroundAmps = 100;
const phaseVolts = 230;
/** For every raise to be proven and sent after a round: the cars' time to follow and some ticks. */
const riseMs = 12_000;
const settleMs = 100;
const giveUpMs = 10_000;
const meterPeriodMs = 100;

const board = new Float64Array(new SharedArrayBuffer(8 * Object.keys(shown).length));
const input: StationsInput = { url: `${process.env['BENCH_OCPP']}`, count, board };

const watts = (ampsPerCar: number): number => (backgroundAmps + count * ampsPerCar) * 3 * phaseVolts;
const measuredWatts = (): number => watts((board[shown.drawnAmps] ?? 0) / count);

/** When the meter first shows no more than this; looks once in its period. */
async function meterUnder(limitWatts: number): Promise<number> {
  const endMs = wallMs() + giveUpMs;
  while (wallMs() < endMs) {
    if (measuredWatts() <= limitWatts + 1) return wallMs();
    await pause(meterPeriodMs);
  }
  throw new Error('the meter never came under the capacity');
}

async function cost(): Promise<Cost> {
  process.send?.('cost');
  const [told] = await once(process, 'message');
  return told;
}

const since = (before: Cost, after: Cost): Cost => ({
  processorMs: after.processorMs - before.processorMs,
  commits: after.commits - before.commits,
});

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
publish();
await operator.forecast(capacity(mostAmps));
const stations = startThread('gridStations', import.meta.url);
stations.postMessage(input);
stations.on('error', (error) => {
  throw error;
});
while (board[shown.isReady] !== 1) await pause(20);

async function curtail(ampsPerCar: number): Promise<Step> {
  board[shown.lowered] = 0;
  const forecast = capacity(ampsPerCar);
  const sentAtMs = wallMs();
  const { status } = await operator.forecast(forecast);
  const acknowledgedAtMs = wallMs();
  if (status !== 204) throw new Error(`the capacity was answered with ${status}`);
  const meterUnderAtMs = await meterUnder(watts(ampsPerCar) + count / 2);
  const [lowered = 0, lastLoweredAtMs = Number.NaN] = board;
  return { sentAtMs, acknowledgedAtMs, lastLoweredAtMs, meterUnderAtMs, lowered };
}

const steps: Step[] = [];
const costs: Cost[] = [];
const machine = startThread('machineAlone', import.meta.url);
machine.postMessage(process.env['BENCH_FOLDER']);
const atFirst = await cost();
for (let round = 0; round < rounds; round += 1) {
  await operator.forecast(capacity(mostAmps));
  await pause(riseMs);
  const before = await cost();
  for (let step = 1; step <= stepsPerRound; step += 1) {
    steps.push(await curtail(mostAmps - step * stepAmps));
    await pause(settleMs);
  }
  costs.push(since(before, await cost()));
}
const atLast = await cost();
machine.postMessage('stop');
const [alone] = await once(machine, 'message');
const say = async (index: number): Promise<boolean> => {
  const { status } = await operator.forecast(capacity(mostAmps - 8 - (index % 16)));
  return status === 204;
};
const findings: GridFindings = {
  steps,
  cost: {
    processorMs: costs.reduce((sum, { processorMs }) => sum + processorMs, 0),
    commits: costs.reduce((sum, { commits }) => sum + commits, 0),
  },
  stepCommits: [atFirst.commits, atLast.commits],
  alone,
  rates: await rates(say, async (work) => {
    const before = await cost();
    await work();
    return since(before, await cost());
  }),
};
process.send?.(findings);
