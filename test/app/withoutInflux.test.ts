import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { eventually } from '../eventually.ts';
import { givenApp } from './givenApp.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A time-series database that takes a connection and never answers, which is worse than one that is gone. */
async function startSilent(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  cleanUps.push(stop);
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  return { url: `http://127.0.0.1:${port}`, server };
}

const config = (influxUrl: string): string => `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
influx: { url: "${influxUrl}", bucket: lastvakt, flushS: 1 }
control: { tickMs: 100 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      evses: [{ id: A1, station: CP-A1 }]
`;

interface TimeSeries {
  readonly offered: number;
  readonly written: number;
  readonly waiting: number;
  readonly lost: { readonly overflow: number; readonly refused: number; readonly stop: number };
}

async function ticksOf(app: App, count: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  const stop = app.onTick(({ tick }) => numbers.push(tick.number));
  await eventually(() => expect(numbers.length).toBeGreaterThanOrEqual(count));
  stop();
  return numbers;
}

describe('the service without its time-series database', () => {
  it('ticks on, takes limits at once, is ready, and tells what it could not write', async () => {
    const { url } = await startSilent();
    const { app, api } = await givenApp(config(url));
    cleanUps.push(() => app.stop());
    // Longer than the writer waits for an answer.
    await eventually(async () =>
      expect(await (await fetch(`${api}/api/v1/timeseries`)).json()).toMatchObject({ status: 'failing' }),
    );

    const numbers = await ticksOf(app, 20);
    const [first = 0] = numbers;
    expect(numbers).toEqual(numbers.map((_, index) => first + index));
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const limit = { site: 'garage', circuit: 'grid', amps: 20, until, reason: 'feeder full' };
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${api}/api/v1/limits`, {
      method: 'POST',
      headers,
      body: JSON.stringify(limit),
    });
    expect(answer.status).toBe(201);
    await eventually(() => expect(app.views()[0]?.circuits[0]?.limitAmps).toEqual([20, 20, 20]));

    const ready = await fetch(`${api}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.text()).toContain('time series unreachable');
    const now: TimeSeries = JSON.parse(await (await fetch(`${api}/api/v1/timeseries`)).text());
    expect(now.written).toBe(0);
    expect(now.waiting).toBeGreaterThan(0);
    const { overflow, refused, stop } = now.lost;
    expect(now.offered).toBe(now.waiting + overflow + refused + stop);
  });
});
