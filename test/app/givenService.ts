import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { patienceMs } from '../eventually.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program itself as a process of its own, run from its sources. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
}

// By its address, since the program may run in a folder that has no packages.
const loader = import.meta.resolve('tsx');

/** `input` is all it gets to read. */
export function runProgram(args: readonly string[], input = '', cwd = process.cwd()): ServiceProcess {
  const child = spawn(process.execPath, ['--import', loader, main, ...args], { cwd });
  // One that ends without reading breaks the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }));
  return { child, exited, stdout: () => stdout, stderr: () => stderr };
}

/** Resolves to the first value that `look` finds; looks again and again, and gives up with what it last saw. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = patienceMs,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await Promise.resolve(look()).catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`not found within ${withinMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
