import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

/** An InfluxDB of the test's own, which it may stop and start again: its data stay. */
export interface Influxd {
  readonly url: string;
  start(): Promise<void>;
  /** As a service manager would: asked to end, and waited for. */
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export async function givenInfluxd(program: string): Promise<Influxd> {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-influxd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = join(folder, 'influxdb.conf');
  writeFileSync(config, configText(folder, new URL(url).host));
  let running: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const process = running;
    running = undefined;
    if (process === undefined) return;
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    await ended;
  };
  return {
    url,
    async start() {
      running = spawn(program, ['-config', config], { stdio: 'ignore' });
      await eventually(async () => {
        if (!(await fetch(`${url}/ping`)).ok) throw new Error('influxd is not ready');
      }, 100);
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configText = (folder: string, address: string): string => `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "${address}"
  log-enabled = false
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
