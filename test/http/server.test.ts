import { request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { HttpServer } from '../../src/http/listening.ts';
import type { HttpPorts } from '../../src/http/ports.ts';
import { type HttpOptions, startHttpServer } from '../../src/http/server.ts';
import { eventually } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { as, givenPorts, keys, later, nowMs } from './givenApi.ts';
import { givenStations } from './givenStations.ts';
import { selfSigned } from './selfSigned.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(
  change: Partial<HttpOptions> = {},
  ports: HttpPorts = givenPorts({ clock: systemClock() }),
) {
  const server = await startHttpServer(
    { host: '127.0.0.1', port: 0, keys, version: '1.2.3', ...change },
    ports,
  );
  cleanups.push(() => server.stop());
  return server;
}

/** A raw connection: what was sent back, and whether the server closed it. */
function dial({ port }: HttpServer): {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<void>;
} {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  cleanups.push(() => socket.destroy());
  return { socket, text: () => text, closed };
}

const head = 'POST /api/v1/limits HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer secret-office\r\n';
const isServing = async ({ port }: HttpServer) =>
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);

describe('the HTTP server', () => {
  it('listens on a free port and sets a limit over a real socket', async () => {
    const server = await serve();
    expect(server.address).toBe('127.0.0.1');
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/limits`, {
      method: 'POST',
      headers: { ...as('office'), 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'garage', amps: 10, until: later, reason: 'test' }),
    });
    expect(answer.status).toBe(201);
  });

  it('refuses a body of 1 MB without reading it', async () => {
    const server = await serve();
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/limits`, {
      method: 'POST',
      headers: { ...as('office'), 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'x'.repeat(1024 * 1024) }),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ detail: 'the body is larger than this server reads' });
    await isServing(server);
  });

  it('cuts a body of 1 MB that does not say how long it is', async () => {
    const server = await serve();
    const { socket, text, closed } = dial(server);
    socket.write(`${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    for (let sent = 0; sent < 64; sent++) socket.write(chunk);
    await eventually(() => expect(text()).toContain('HTTP/1.1 413'));
    socket.end();
    await closed;
    await isServing(server);
  });

  it('gives up on a body that trickles, with 408', async () => {
    const server = await serve({ limits: { requestTimeoutMs: 200, headersTimeoutMs: 200 } });
    const { socket, text, closed } = dial(server);
    socket.write(`${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`);
    await closed;
    expect(text()).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*application\/problem\+json[\s\S]*urn:lastvakt:problem:request-timeout/,
    );
    await isServing(server);
  });

  it('gives up on headers that trickle, with 408', async () => {
    const server = await serve({ limits: { requestTimeoutMs: 5000, headersTimeoutMs: 200 } });
    const { socket, text, closed } = dial(server);
    socket.write(head);
    await closed;
    expect(text()).toContain('HTTP/1.1 408');
    await isServing(server);
  });

  it.each([
    ['is not HTTP', 'hello\r\n\r\n', 'HTTP/1.1 400', 'that is not HTTP'],
    [
      'has headers of 20 KB',
      `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`,
      'HTTP/1.1 431',
      'the headers are larger',
    ],
  ])('answers what %s with a problem and goes on', async (_what, bytes, status, detail) => {
    const server = await serve();
    const { socket, text, closed } = dial(server);
    socket.write(bytes);
    await closed;
    expect(text()).toContain(status);
    expect(text()).toContain(detail);
    await isServing(server);
  });

  it('takes as many connections as allowed and not one more', async () => {
    const server = await serve({ limits: { maxConnections: 2 } });
    const first = dial(server);
    const second = dial(server);
    await eventually(() =>
      expect([first, second].map(({ socket }) => socket.readyState)).toEqual(['open', 'open']),
    );
    const third = dial(server);
    await third.closed;
    expect([first, second].map(({ socket }) => socket.readyState)).toEqual(['open', 'open']);
    first.socket.destroy();
    await eventually(() => isServing(server));
  });

  it('speaks TLS when it has a certificate', async () => {
    const server = await serve({ tls: selfSigned });
    const status = await new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, path: '/livez', ca: selfSigned.cert };
      tlsRequest(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('tells when its port is taken', async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('stopping the HTTP server', () => {
  it('may be done twice', async () => {
    const server = await serve();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await expect(isServing(server)).rejects.toThrow();
  });

  it('waits for a request under way, but not for ever', async () => {
    const clock = new VirtualClock(nowMs);
    const asked: string[] = [];
    const command = (station: string) => {
      asked.push(station);
      return new Promise<never>(() => {});
    };
    const server = await serve({}, givenPorts({ clock, stations: givenStations([], { command }) }));
    const pending = fetch(`http://127.0.0.1:${server.port}/api/v1/stations/CP-A1/commands/reset`, {
      method: 'POST',
      headers: { ...as('root'), 'content-type': 'application/json' },
      body: JSON.stringify({ urgency: 'graceful' }),
    });
    const failed = expect(pending).rejects.toThrow();
    await eventually(() => expect(asked).toEqual(['CP-A1']));
    const stopped = server.stop();
    clock.advance(1999);
    await expect(Promise.race([stopped, isSoon()])).resolves.toBe('still draining');
    clock.advance(1);
    await stopped;
    await failed;
  });
});

/** After everything that is already due has run. */
const isSoon = () => new Promise((resolve) => setImmediate(() => resolve('still draining')));
