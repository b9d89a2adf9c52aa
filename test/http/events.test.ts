import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { SiteView } from '../../src/control/siteView.ts';
import type { HttpServer } from '../../src/http/listening.ts';
import { type HttpOptions, startHttpServer } from '../../src/http/server.ts';
import { eventually } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { as, depot, type GivenPorts, garage, givenPorts, keys, nowMs } from './givenApi.ts';

interface Event {
  readonly id: number;
  readonly event: string;
  readonly sites: readonly { readonly id: string; readonly tick: { readonly number: number } }[];
}

/** Everything a client heard, and its events parsed. */
interface Listener {
  readonly response: IncomingMessage;
  text(): string;
  events(): readonly Event[];
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(
  limits: HttpOptions['limits'] = {},
): Promise<{ readonly ports: GivenPorts; readonly server: HttpServer; advance(ms: number): void }> {
  const clock = new VirtualClock(nowMs);
  const ports = givenPorts({ clock });
  const server = await startHttpServer({ host: '127.0.0.1', port: 0, keys, version: '1.2.3', limits }, ports);
  cleanups.push(() => server.stop());
  return { ports, server, advance: (ms: number) => clock.advance(ms) };
}

async function listen({ port }: HttpServer, keyName: string, query = ''): Promise<Listener> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const path = `/api/v1/events${query}`;
    const request = get({ host: '127.0.0.1', port, path, headers: as(keyName) }, resolve);
    request.on('error', reject);
    cleanups.push(() => request.destroy());
  });
  let text = '';
  response.on('error', () => {});
  response.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return { response, text: () => text, events: () => parse(text) };
}

const parse = (text: string): readonly Event[] =>
  text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    return data === undefined
      ? []
      : [{ id: Number(field('id')), event: field('event') ?? '', ...JSON.parse(data) }];
  });

const tick = (view: SiteView, number: number): SiteView => ({ ...view, tick: { ...view.tick, number } });

describe('GET /events', () => {
  it('begins with a snapshot of the sites of the key', async () => {
    const { server } = await serve();
    const listener = await listen(server, 'guest');
    expect(listener.response.headers['content-type']).toBe('text/event-stream');
    await eventually(() => expect(listener.events()).toHaveLength(1));
    expect(listener.events()[0]).toMatchObject({
      event: 'snapshot',
      sites: [{ id: 'garage', tick: { number: 7 } }],
    });
    expect(listener.text()).toContain('retry: 2000');
  });

  it('sends whoever asks for patches what differs from what it had', async () => {
    const { server, ports, advance } = await serve();
    const listener = await listen(server, 'guest', '?patches=true');
    await eventually(() => expect(listener.events()).toHaveLength(1));
    const evses = garage.evses.map((evse) => (evse.id === 'A1' ? { ...evse, setpointAmps: 16 } : evse));
    ports.show(tick({ ...garage, evses }, 8));
    advance(1000);
    await eventually(() => expect(listener.events()).toHaveLength(2));
    expect(listener.events()[1]).toMatchObject({
      event: 'patch',
      sites: [{ id: 'garage', tick: { number: 8 }, circuits: [], evses: [{ id: 'A1', setpointAmps: 16 }] }],
    });
    expect(listener.events()[1]?.sites[0]).not.toHaveProperty('circuit');
  });

  it('sends one update a second at most, with the newest of every site that changed', async () => {
    const { server, ports, advance } = await serve();
    const listener = await listen(server, 'root');
    await eventually(() => expect(listener.events()).toHaveLength(1));
    ports.show(tick(garage, 8));
    ports.show(tick(garage, 9));
    advance(999);
    ports.show(tick(depot, 10));
    advance(1);
    await eventually(() => expect(listener.events()).toHaveLength(2));
    advance(5000);
    ports.show(tick(garage, 11));
    advance(0);
    await eventually(() => expect(listener.events()).toHaveLength(3));
    expect(listener.events().slice(1)).toMatchObject([
      {
        event: 'update',
        sites: [
          { id: 'garage', tick: { number: 9 } },
          { id: 'depot', tick: { number: 10 } },
        ],
      },
      { event: 'update', sites: [{ id: 'garage', tick: { number: 11 } }] },
    ]);
    const ids = listener.events().map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(3);
  });

  it("keeps other keys' sites, and from the grid operator the sessions, to itself", async () => {
    const { server, ports, advance } = await serve();
    const neighbour = await listen(server, 'neighbour');
    const dso = await listen(server, 'dso');
    ports.show(tick(garage, 8));
    ports.show(tick(depot, 8));
    advance(1000);
    await eventually(() => expect(neighbour.events()).toHaveLength(2));
    await eventually(() => expect(dso.events()).toHaveLength(2));
    expect(neighbour.text()).not.toContain('garage');
    expect(dso.text()).not.toContain('depot');
    expect(dso.text()).not.toContain('transactionId');
    expect(neighbour.text()).toContain('transactionId');
  });

  it('shows every five seconds that it is still there', async () => {
    const { server, advance } = await serve();
    const listener = await listen(server, 'guest');
    await eventually(() => expect(listener.events()).toHaveLength(1));
    advance(4999);
    expect(listener.text()).not.toContain(': heartbeat');
    advance(5001);
    await eventually(() => expect(listener.text().split(': heartbeat\n\n')).toHaveLength(3));
  });

  it('takes as many listeners as allowed and refuses the next until one leaves', async () => {
    const { server, ports } = await serve({ maxEventClients: 2 });
    const first = await listen(server, 'guest');
    const second = await listen(server, 'guest');
    const third = await listen(server, 'guest');
    expect([first, second, third].map(({ response }) => response.statusCode)).toEqual([200, 200, 503]);
    await eventually(() =>
      expect(JSON.parse(third.text()).detail).toContain('as many listen as this server allows'),
    );
    first.response.destroy();
    await eventually(async () => {
      const next = await listen(server, 'guest');
      expect(next.response.statusCode).toBe(200);
    });
    expect(ports.calls).toEqual([]);
  });

  it('drops a listener that does not read, and only that one', async () => {
    const { server, ports, advance } = await serve({ maxUnreadEventBytes: 64 * 1024 });
    const reading = await listen(server, 'guest');
    const stuck = await listen(server, 'guest');
    stuck.response.pause();
    const big = { ...garage, evses: Array.from({ length: 1000 }, () => garage.evses).flat() };
    const dropped = async () => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      return (await answer.text()).includes('lastvakt_event_clients_dropped_total 1\n');
    };
    let updates = 0;
    await eventually(async () => {
      ports.show(tick(big, ++updates));
      advance(1000);
      await eventually(() => expect(reading.text()).toContain(`"number":${updates},`));
      expect(await dropped()).toBe(true);
    });
    expect(reading.response.destroyed).toBe(false);
    expect(updates).toBeLessThan(60);
  });

  it('ends the streams when the server stops', async () => {
    const { server } = await serve();
    const listener = await listen(server, 'guest');
    const ended = new Promise((resolve) => listener.response.once('end', resolve));
    await server.stop();
    await ended;
  });
});
