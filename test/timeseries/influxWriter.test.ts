import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { SiteView } from '../../src/control/siteView.ts';
import { type InfluxWriterOptions, startInfluxWriter } from '../../src/timeseries/influxWriter.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { givenView, pointsInView } from './givenView.ts';
import { rowsOf as rowsOfServer } from './influxQl.ts';
import { startInfluxShim } from './influxShim.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function startWriter(url: string, options: Partial<InfluxWriterOptions> = {}, bucket = 'lastvakt') {
  const { log, messages } = recordedLog();
  const writer = startInfluxWriter(
    { url, token: 'secret', org: 'site', bucket },
    { log, clock: systemClock() },
    { flushMs: 5, retryMaxMs: 20, requestTimeoutMs: 5000, stopTimeoutMs: 5000, ...options },
  );
  cleanUps.push(() => writer.stop());
  return { writer, messages };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function startServer(answer: Answer): Promise<{ url: string; server: Server }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  return { url: `http://127.0.0.1:${port}`, server };
}

/** A server that answers with the next of these statuses (the last one for ever) and keeps the lines it took. */
async function startTaking(statuses: readonly number[]): Promise<{ url: string; lines: string[] }> {
  const left = [...statuses];
  const lines: string[] = [];
  const { url } = await startServer(async (request, response) => {
    const isZipped = request.headers['content-encoding'] === 'gzip';
    const body = await text(isZipped ? request.pipe(createGunzip()) : request);
    const status = (left.length > 1 ? left.shift() : left[0]) ?? 204;
    if (status === 204) lines.push(...body.split('\n'));
    response.writeHead(status).end();
  });
  return { url, lines };
}

/** The view of tick `number`, whose points are those of no other tick. */
const tick = (number: number): SiteView =>
  givenView({ tick: { number, atMs: 1_763_690_000_000 + number, durationMs: 1, cause: 'pace' } });

const nothing = { offered: 0, written: 0, lostToOverflow: 0, lostToRefusal: 0, lostAtStop: 0, waiting: 0 };

describe('the Influx writer', () => {
  it('writes every point once and counts it', async () => {
    const { url, lines } = await startTaking([204]);
    const { writer, messages } = startWriter(url, { batchMax: 7 });
    for (let number = 0; number < 20; number += 1) writer.write(tick(number));
    const offered = 20 * pointsInView;
    expect(writer.counters()).toEqual({ ...nothing, offered, waiting: offered });
    await eventually(() => expect(writer.counters()).toEqual({ ...nothing, offered, written: offered }));
    expect(new Set(lines).size).toBe(offered);
    expect(lines).toHaveLength(offered);
    expect(messages()).toEqual([]);
  });

  it('tries again after a failure, in order and without loss, and reports only the change', async () => {
    const { url, lines } = await startTaking([500, 429, 503, 204]);
    const { writer, messages } = startWriter(url);
    writer.write(tick(1));
    await eventually(() => expect(writer.counters().written).toBe(pointsInView));
    writer.write(tick(2));
    await eventually(() => expect(writer.counters().written).toBe(2 * pointsInView));
    expect(writer.counters()).toEqual({ ...nothing, offered: 2 * pointsInView, written: 2 * pointsInView });
    expect(
      lines.filter((line) => line.startsWith('tick')).map((line) => line.match(/number=\d+/)?.[0]),
    ).toEqual(['number=1', 'number=2']);
    expect(messages()).toEqual(['time series are not written', 'time series are written again']);
  });

  it('gives up points the server refuses, and goes on once it takes them', async () => {
    const { url } = await startTaking([401, 204]);
    const { writer } = startWriter(url);
    writer.write(tick(1));
    await eventually(() =>
      expect(writer.counters()).toMatchObject({ lostToRefusal: pointsInView, waiting: 0 }),
    );
    writer.write(tick(2));
    await eventually(() => expect(writer.counters()).toMatchObject({ written: pointsInView, waiting: 0 }));
  });

  it('holds its bound while the server is dead, and counts exactly what the newest pushed out', async () => {
    const { url, server } = await startServer(() => {});
    server.close();
    const { writer, messages } = startWriter(url, { pointsMax: 3 * pointsInView });
    for (let number = 1; number <= 3; number += 1) writer.write(tick(number));
    expect(writer.counters()).toEqual({ ...nothing, offered: 3 * pointsInView, waiting: 3 * pointsInView });
    writer.write(givenView({ circuits: [], evses: [] })); // One point more than the bound.
    expect(writer.counters()).toMatchObject({ lostToOverflow: 1, waiting: 3 * pointsInView });
    await eventually(() => expect(messages()).toContain('time series are not written'));

    for (let number = 4; number <= 1000; number += 1) writer.write(tick(number));
    await writer.stop();
    const { offered, lostToOverflow, lostAtStop } = writer.counters();
    expect(offered).toBe(1000 * pointsInView + 1);
    expect(lostAtStop).toBe(3 * pointsInView);
    expect(lostToOverflow).toBe(offered - lostAtStop);
    expect(writer.counters()).toMatchObject({ written: 0, lostToRefusal: 0, waiting: 0 });
  });

  it('tells from when to when the newest outage cost points', async () => {
    const { url } = await startTaking([401, 401, 204, 401, 204]);
    const { writer } = startWriter(url);
    expect(writer.lostSpan).toBeUndefined();
    for (const [number, lost, span] of [
      [1, 1, [1, 1]],
      [2, 2, [1, 2]],
      [3, 2, [1, 2]],
      [4, 3, [4, 4]],
    ] as const) {
      writer.write(tick(number));
      await eventually(() =>
        expect(writer.counters()).toMatchObject({ lostToRefusal: lost * pointsInView, waiting: 0 }),
      );
      const [first, last] = span;
      const at = (each: number): number => tick(each).tick.atMs;
      expect(writer.lostSpan).toEqual({ fromMs: at(first), untilMs: at(last) });
    }
  });

  it('never waits for a server that hangs, and stops within its time', async () => {
    const { url } = await startServer(() => {});
    const { writer, messages } = startWriter(url, { requestTimeoutMs: 60_000, stopTimeoutMs: 100 });
    writer.write(tick(1));
    await eventually(() => expect(writer.counters().waiting).toBe(pointsInView));
    const startedAtMs = performance.now();
    await Promise.all([writer.stop(), writer.stop()]);
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
    expect(writer.counters()).toEqual({ ...nothing, offered: pointsInView, lostAtStop: pointsInView });
    expect(messages()).toContain('stopped before all time series were written');
  });

  it('gives up a request that hangs and sends the same points again', async () => {
    let isHanging = true;
    const { url } = await startServer((request, response) => {
      request.resume();
      if (!isHanging) response.writeHead(204).end();
      isHanging = false;
    });
    const { writer } = startWriter(url, { requestTimeoutMs: 50 });
    writer.write(tick(1));
    await eventually(() => expect(writer.counters()).toMatchObject({ written: pointsInView, waiting: 0 }));
  });

  it('sends what waits when it is stopped, and counts what comes after', async () => {
    const { url, lines } = await startTaking([204]);
    const { writer } = startWriter(url, { flushMs: 60_000, batchMax: 4 });
    writer.write(tick(1));
    await writer.stop();
    writer.write(tick(2));
    expect(lines).toHaveLength(pointsInView);
    expect(writer.counters()).toEqual({
      ...nothing,
      offered: 2 * pointsInView,
      written: pointsInView,
      lostAtStop: pointsInView,
    });
  });
});

describeWith('influx', 'the Influx writer on InfluxDB', (influxUrl) => {
  const rowsOf = (database: string, query: string) => rowsOfServer(influxUrl, database, query);

  it('gives back in InfluxQL what a tick was', async () => {
    const database = `lastvakt_${randomUUID().replaceAll('-', '')}`;
    await rowsOf('', `create database ${database}`);
    const shim = await startInfluxShim(influxUrl);
    cleanUps.push(() => shim.stop());
    const { writer } = startWriter(shim.url, {}, database);
    writer.write(givenView());
    writer.write(tick(8));
    await writer.stop();
    expect(writer.counters()).toEqual({ ...nothing, offered: 2 * pointsInView, written: 2 * pointsInView });

    const { tick: first } = givenView();
    expect(await rowsOf(database, 'select * from tick order by time desc limit 1')).toMatchObject([
      { time: first.atMs, site: 'garage', number: 7, duration_ms: 1.5, cause: 1, state: 1 },
    ]);
    const left = `circuit = 'hall a, "left"'`;
    expect(
      await rowsOf(database, `select * from evse where evse = 'A1' and ${left} and time = ${first.atMs}ms`),
    ).toMatchObject([{ setpoint_amps: 16, allocated_amps: 16.5, energy_wh: 1234.5, state: 5, reason: 1 }]);
    expect(
      await rowsOf(database, `select max(draw_amps), min(draw_amps) from circuit where circuit = 'grid'`),
    ).toMatchObject([{ max: 20.25, min: -3 }]);
    expect(await rowsOf(database, 'select count(limit_l1_amps) from grid_limit')).toMatchObject([
      { count: 2 },
    ]);
    await rowsOf('', `drop database ${database}`);
  });
});

describeWith('victoria', 'the Influx writer on VictoriaMetrics', (victoriaUrl) => {
  it('is taken as it is', async () => {
    const site = randomUUID();
    const { writer } = startWriter(victoriaUrl);
    const atMs = Date.now();
    const tickNow = { number: 1, atMs, durationMs: 1, cause: 'pace' } as const;
    writer.write({ ...givenView({ tick: tickNow }), siteId: site as SiteView['siteId'] });
    await writer.stop();
    expect(writer.counters()).toMatchObject({ written: pointsInView });

    // What was looked up and not there yet, VictoriaMetrics may go on not finding for about 10 s: ask rarely.
    const everyMs = 2_000;
    const selector = encodeURIComponent(`circuit_draw_amps{site="${site}",circuit="grid",phase="L1"}`);
    await eventually(async () => {
      const exported = await (await fetch(`${victoriaUrl}/api/v1/export?match[]=${selector}`)).text();
      expect(JSON.parse(exported)).toMatchObject({ values: [20.25], timestamps: [atMs] });
    }, everyMs);
  });
});
