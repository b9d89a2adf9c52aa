import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type InfluxWriterOptions, startInfluxWriter } from '../../src/timeseries/influxWriter.ts';
import { pointsOf } from '../../src/timeseries/points.ts';
import type { InfluxConfig } from '../../src/timeseries/sender.ts';
import { servicePoints, targetPoint } from '../../src/timeseries/servicePoints.ts';
import { eventually } from '../eventually.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { givenView, pointsInView } from './givenView.ts';

// No server of InfluxDB 2 or 3 can be had where these tests run. What they hold to is the documentation of the two:
// "InfluxDB OSS v2 API: Write data" with "Troubleshoot issues writing data", and "InfluxDB 3 Core: Use compatibility APIs".

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** What a server makes of a request whose body is read. */
type Server = (request: IncomingMessage, query: URLSearchParams, body: string) => Answer;

const isLine = (line: string): boolean => /^\w+(,\w+=([^ ,\\]|\\.)+)* \w+=[^ ]+ \d{13}$/.test(line);

/** As both versions document it: the token, then what is to be written to, then whether it can be read. */
const documented =
  (needed: Readonly<Record<string, string>>): Server =>
  ({ headers }, query, body) => {
    if (headers.authorization !== 'Token secret')
      return { status: 401, body: { code: 'unauthorized', message: 'unauthorized access' } };
    const wrong = Object.entries(needed).find(([name, value]) => query.get(name) !== value);
    if (wrong !== undefined)
      return { status: 404, body: { code: 'not found', message: `${wrong[0]} not found` } };
    const bad = body.split('\n').find((line) => !isLine(line));
    if (bad !== undefined || query.get('precision') !== 'ms')
      return { status: 400, body: { code: 'invalid', message: `unable to parse '${bad}'` } };
    return { status: 204 };
  };

const versions: readonly (readonly [string, Server, InfluxConfig])[] = [
  [
    'InfluxDB 2: bucket of an organisation',
    documented({ org: 'site', bucket: 'lastvakt' }),
    { url: '', token: 'secret', org: 'site', bucket: 'lastvakt' },
  ],
  [
    // The organisation is ignored.
    'InfluxDB 3: the bucket is the database',
    documented({ bucket: 'lastvakt' }),
    { url: '', token: 'secret', org: '', bucket: 'lastvakt' },
  ],
];

async function given(server: Server, config: InfluxConfig, options: Partial<InfluxWriterOptions> = {}) {
  const answered: number[] = [];
  const lines: string[] = [];
  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://influx');
    const isZipped = request.headers['content-encoding'] === 'gzip';
    const body = await text(isZipped ? request.pipe(createGunzip()) : request);
    const isWrite = request.method === 'POST' && pathname === '/api/v2/write';
    const { status, body: told } = isWrite ? server(request, searchParams, body) : { status: 404 };
    answered.push(status);
    if (status === 204) lines.push(...body.split('\n'));
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 429 && { 'retry-after': '1' }),
    });
    response.end(told === undefined ? undefined : JSON.stringify(told));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  cleanUps.push(() => {
    http.close();
    http.closeAllConnections();
  });
  const { port } = http.address() as AddressInfo; // A TCP server has no other kind of address.
  const { log, messages } = recordedLog();
  const writer = startInfluxWriter(
    { ...config, url: `http://127.0.0.1:${port}` },
    { log, clock: systemClock() },
    { flushMs: 5, retryMaxMs: 20, ...options },
  );
  cleanUps.push(() => writer.stop());
  return { writer, answered, lines, messages };
}

describe.each(versions)('the write API of %s', (_version, server, config) => {
  it('is sent what it documents, and every point is counted as written', async () => {
    const { writer, answered, lines } = await given(server, config);
    writer.write(givenView());
    await eventually(() => expect(writer.counters()).toMatchObject({ written: pointsInView, waiting: 0 }));
    expect(lines).toHaveLength(pointsInView);
    expect(new Set(answered)).toEqual(new Set([204]));
  });

  it.each([
    ['a wrong token', { token: 'guessed' }, 401],
    ['a bucket that is not there', { bucket: 'other' }, 404],
  ])('refuses %s: the points are lost and counted, and it is said why', async (_what, change, status) => {
    const { writer, answered, messages } = await given(server, { ...config, ...change });
    writer.write(givenView());
    await eventually(() =>
      expect(writer.counters()).toMatchObject({ lostToRefusal: pointsInView, waiting: 0 }),
    );
    expect(answered).toEqual([status]);
    expect(messages()).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 413, 422])('is not asked again after a %s', async (status) => {
    let first = true;
    const once: Server = (...asked) => {
      if (!first) return server(...asked);
      first = false;
      return { status, body: { code: 'invalid', message: 'no' } };
    };
    const { writer, answered } = await given(once, config);
    writer.write(givenView());
    await eventually(() => expect(writer.counters()).toMatchObject({ lostToRefusal: pointsInView }));
    writer.write(givenView());
    await eventually(() => expect(writer.counters()).toMatchObject({ written: pointsInView, waiting: 0 }));
    expect(answered).toEqual([status, 204]);
  });

  it.each([429, 500, 503])('is asked again after a %s, and nothing is lost', async (status) => {
    let left = 2;
    const { writer, answered, lines } = await given((...asked) => {
      left -= 1;
      return left >= 0 ? { status, body: { code: 'unavailable', message: 'later' } } : server(...asked);
    }, config);
    writer.write(givenView());
    await eventually(() => expect(writer.counters()).toMatchObject({ written: pointsInView, waiting: 0 }));
    expect(answered).toEqual([status, status, 204]);
    expect(lines).toHaveLength(pointsInView);
  });
});

describe('the points, as tables of InfluxDB 3', () => {
  const target = { atMs: 1_763_690_000_123, connectionId: 'dso', node: 'grid', phase: 'limited' } as const;
  const service = {
    ...{ atMs: 1_763_690_000_123, uptimeS: 1, memoryBytes: 1, processorS: 1, isBrokerConnected: true },
    ...{ stationsConnected: 1, storeWaiting: 0, storeLost: 0, pointsWaiting: 0, pointsLost: 0 },
    certificates: [{ name: 'http', remainingS: 1 }],
  };
  const lines = [
    ...pointsOf(givenView()),
    targetPoint({ ...target, requestedWatts: 1, deliveredWatts: 1, carWatts: 1 }),
    ...servicePoints(service),
  ].map((point) => point.toLineProtocol() ?? '');
  const tableOf = (line: string): string => /^\w+/.exec(line)?.[0] ?? '';
  const namesIn = (part: string): readonly string[] =>
    [...part.matchAll(/(?:^|,)(\w+)=/g)].map(([, name = '']) => name);
  const partsOf = (line: string) => {
    const [, tags = '', fields = ''] = /^\w+,?((?:\\.|[^ \\])*) ([^ ]+) \d+$/.exec(line) ?? [];
    return { tags: namesIn(tags), fields: namesIn(fields) };
  };

  it.each([...new Set(lines.map(tableOf))])(
    '%s has the same tags in every point, and no field of the name of one',
    (name) => {
      const points = lines.filter((line) => tableOf(line) === name).map(partsOf);
      const tags = points[0]?.tags ?? [];
      for (const point of points) {
        expect(point.fields.length).toBeGreaterThan(0);
        expect(point.tags).toEqual(tags);
        expect(point.fields.filter((field) => tags.includes(field))).toEqual([]);
      }
    },
  );
});
