import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { benchStation, wallMs } from './benchStation.ts';
import { type StationsInput, shown } from './gridBoard.ts';

// The stations of the grid bench and their cars, in a thread of their own: what the operator waits for must not stand behind
// what a hundred stations have to answer.

if (parentPort === null) throw new Error('this is a thread of the grid bench');
const [input] = await once(parentPort, 'message');
const { url, count, board }: StationsInput = input;
/** A car waits for so long, then changes so fast: usual values, well inside what IEC 61851-1 allows. */
const car = { reactionMs: 500, rampAmpsPerS: 10 };
const stepMs = 20;

interface Car {
  setpointAmps: number;
  changedAtMs: number;
  amps: number;
}
const cars = Array.from({ length: count }, (): Car => ({ setpointAmps: 0, changedAtMs: 0, amps: 0 }));

const station = (each: Car, index: number): Promise<void> =>
  benchStation(`${url}/S${index}`, (limit, atMs) => {
    if (limit < each.setpointAmps) {
      board[shown.lowered] = (board[shown.lowered] ?? 0) + 1;
      board[shown.lastLoweredAtMs] = atMs;
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
  board[shown.drawnAmps] = cars.reduce((sum, { amps }) => sum + amps, 0);
}

setInterval(drive, stepMs);
await Promise.all(cars.map(station));
board[shown.isReady] = 1;
