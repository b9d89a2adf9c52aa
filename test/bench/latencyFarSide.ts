import { connectAsync } from 'mqtt';
import { WebSocket } from 'ws';

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

const wallMs = (): number => performance.timeOrigin + performance.now();
const setpoints = new Array<number>(count).fill(0);
let lastLoweredAtMs = 0;
let lowered = 0;

function station(index: number): Promise<void> {
  const socket = new WebSocket(`${process.env['BENCH_OCPP']}/S${index}`, 'ocpp1.6');
  let call = 0;
  const send = (action: string, payload: object): void =>
    socket.send(JSON.stringify([2, String(++call), action, payload]));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () =>
      send('BootNotification', { chargePointVendor: 'Bench', chargePointModel: 'Bench' }),
    );
    socket.on('message', (data) => {
      const receivedAtMs = wallMs();
      const [type, id, action, payload] = JSON.parse(data.toString());
      if (type === 3) {
        if (id === '1')
          send('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
        if (id === '2')
          send('StartTransaction', {
            connectorId: 1,
            idTag: 'T',
            meterStart: 0,
            timestamp: new Date().toISOString(),
          });
        if (id === '3') resolve();
        return;
      }
      socket.send(JSON.stringify([3, id, { status: 'Accepted' }]));
      if (
        action === 'SetChargingProfile' &&
        payload.csChargingProfiles.chargingProfilePurpose === 'TxProfile'
      ) {
        const limit: number = payload.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit;
        if (limit < (setpoints[index] ?? 0)) {
          lowered += 1;
          lastLoweredAtMs = receivedAtMs;
        }
        setpoints[index] = limit;
      }
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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
