import { once } from 'node:events';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';

// What the machine does by itself: in the folder it is told, writes as much as a commit does every now and then and makes it
// durable; answers the next message with how long each took, and how late the thread was woken for it, in ms.

export interface Alone {
  readonly diskMs: readonly number[];
  readonly lateMs: readonly number[];
}

if (parentPort === null) throw new Error('this is a thread of a bench');
const [folder] = await once(parentPort, 'message');

const chunk = Buffer.alloc(32_768, 1);
const chunksInFile = 128;
const everyMs = 200;

// Like the log of SQLite: a file that keeps its size and is written over again and again.
const file = openSync(join(folder, 'alone'), 'w');
for (let index = 0; index < chunksInFile; index += 1) writeSync(file, chunk);
fdatasyncSync(file);

const [diskMs, lateMs]: [number[], number[]] = [[], []];
let dueAtMs = performance.now() + everyMs;
function writeDurably(): void {
  const startedMs = performance.now();
  lateMs.push(Math.max(0, startedMs - dueAtMs));
  writeSync(file, chunk, 0, chunk.length, (diskMs.length % chunksInFile) * chunk.length);
  fdatasyncSync(file);
  diskMs.push(performance.now() - startedMs);
  dueAtMs = performance.now() + everyMs;
  timer = setTimeout(writeDurably, everyMs);
}

let timer = setTimeout(writeDurably, everyMs);
await once(parentPort, 'message');
clearTimeout(timer);
closeSync(file);
const alone: Alone = { diskMs, lateMs };
parentPort.postMessage(alone);
parentPort.close();
