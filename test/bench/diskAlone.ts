import { once } from 'node:events';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';

// What the disk does by itself: in the folder it is told, writes as much as a commit does every now and then, makes it
// durable, and answers the next message with how long each took, in ms.

if (parentPort === null) throw new Error('this is a thread of a bench');
const [folder] = await once(parentPort, 'message');

const chunk = Buffer.alloc(32_768, 1);
const chunksInFile = 128;
const everyMs = 200;

// Like the log of SQLite: a file that keeps its size and is written over again and again.
const file = openSync(join(folder, 'alone'), 'w');
for (let index = 0; index < chunksInFile; index += 1) writeSync(file, chunk);
fdatasyncSync(file);

const tookMs: number[] = [];
function writeDurably(): void {
  const startedMs = performance.now();
  writeSync(file, chunk, 0, chunk.length, (tookMs.length % chunksInFile) * chunk.length);
  fdatasyncSync(file);
  tookMs.push(performance.now() - startedMs);
}

const timer = setInterval(writeDurably, everyMs);
await once(parentPort, 'message');
clearInterval(timer);
closeSync(file);
parentPort.postMessage(tookMs);
parentPort.close();
