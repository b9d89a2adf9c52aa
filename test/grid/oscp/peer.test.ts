import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Peer } from '../../../src/grid/oscp/peer.ts';
import { recordedLog } from '../../store/recordedLog.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { startMs } from './givenOscp.ts';

interface Heard {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: { readonly items?: readonly object[] };
}

const running: { stop(): unknown }[] = [];
afterEach(() => {
  for (const part of running.splice(0)) part.stop();
});

/** A peer behind a server that answers with these statuses, then with 204; `hang` does not answer. */
async function given(statuses: readonly (number | 'hang')[], allowsPrivate = true, aheadMs = 0) {
  const clock = new VirtualClock(startMs);
  const { log, messages } = recordedLog();
  const heard: Heard[] = [];
  const answers = [...statuses];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
    response.setHeader('date', new Date(clock.nowMs() + aheadMs).toUTCString());
    const status = answers.shift() ?? 204;
    if (status !== 'hang') response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const peer = new Peer({
    clock,
    log,
    random: () => 0.5,
    access: async () => ({ url: `http://localhost:${port}`, authorization: 'Token t' }),
    policy: { hosts: ['localhost'], allowsPrivate },
  });
  running.push(peer, { stop: () => server.closeAllConnections() }, { stop: () => server.close() });
  return { peer, heard, clock, messages };
}

/** Moves time on until the work is done. */
async function passing<T>(work: Promise<T>, clock: VirtualClock): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (turn % 10 === 9) clock.advance(1_000);
  }
  return done;
}

const message = { path: 'heartbeat', body: {}, attempts: 3 };

describe('a message to the capacity provider', () => {
  it('is tried again after an error of its server, with the same request id', async () => {
    const { peer, heard, clock } = await given([500, 503]);
    expect(await passing(peer.deliver(message), clock)).toBe(true);
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ headers }) => headers['x-request-id'])).size).toBe(1);
  });

  it('is given up after its last attempt', async () => {
    const { peer, heard, clock } = await given([500, 500, 500]);
    expect(await passing(peer.deliver(message), clock)).toBe(false);
    expect(heard).toHaveLength(3);
  });

  it.each([400, 401, 404])('is not tried again after status %d', async (status) => {
    const { peer, heard } = await given([status]);
    expect(await peer.deliver(message)).toBe(false);
    expect(heard).toHaveLength(1);
  });

  it('never follows a redirect', async () => {
    const { peer, heard } = await given([302]);
    expect(await peer.deliver(message)).toBe(false);
    expect(heard.map(({ path }) => path)).toEqual(['/heartbeat']);
  });

  it('is tried again when no answer comes in time', async () => {
    const { peer, heard, clock } = await given(['hang']);
    expect(await passing(peer.deliver(message), clock)).toBe(true);
    expect(heard).toHaveLength(2);
  });

  it('is not sent to a name that leads into a private network', async () => {
    const { peer, heard, clock } = await given([], false);
    expect(await passing(peer.deliver(message), clock)).toBe(false);
    expect(heard).toEqual([]);
  });

  it.each([
    [29_000, []],
    [-29_000, []],
    [32_000, ['clock of the capacity provider differs from ours']],
    [-32_000, ['clock of the capacity provider differs from ours']],
  ])('tells whether the clocks differ: by %d ms, %j', async (aheadMs, expected) => {
    const { peer, messages } = await given([], true, aheadMs);
    await peer.deliver(message);
    await peer.deliver(message);
    expect(messages()).toEqual(expected);
  });

  it('is dropped when too many are under way', async () => {
    const { peer, heard } = await given(new Array(65).fill('hang'));
    const deliveries = Array.from({ length: 65 }, () => peer.deliver({ ...message, attempts: 1 }));
    expect(await deliveries[64]).toBe(false);
    await expect.poll(() => heard.length).toBe(64);
    peer.stop();
    expect(await Promise.all(deliveries)).toEqual(new Array(65).fill(false));
  });

  it('with a long list goes out in segments that correlate to the first', async () => {
    const { peer, heard } = await given([]);
    const items = Array.from({ length: 250 }, (_, number) => ({ number }));
    const list = { ...message, correlationId: 'the-request' };
    expect(await peer.deliverList(list, { key: 'items', items })).toBe(true);
    const first = heard[0]?.headers['x-request-id'];
    expect(
      heard.map(({ headers, body }) => [
        headers['x-segment-index'],
        headers['x-segment-count'],
        headers['x-correlation-id'],
        body.items?.length,
      ]),
    ).toEqual([
      ['1', '3', 'the-request', 100],
      ['2', '3', first, 100],
      ['3', '3', first, 50],
    ]);
  });

  it('with a short list goes out whole', async () => {
    const { peer, heard } = await given([]);
    await peer.deliverList(message, { key: 'items', items: new Array(100).fill({}) });
    expect(heard.map(({ headers }) => headers['x-segment-count'])).toEqual([undefined]);
  });
});
