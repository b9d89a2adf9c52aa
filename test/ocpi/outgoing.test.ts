import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Outgoing } from '../../src/ocpi/transport/outgoing.ts';
import { isPrivateAddress } from '../../src/privateAddress.ts';
import { VirtualClock } from '../virtualClock.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const trial = { allowsPrivate: true, isPrivateAddress };
const ask = (url: string) => ({ method: 'GET', url, headers: {} }) as const;

/** Answers every name with these addresses, as a resolver that somebody else owns may do at any moment. */
const resolver = (...addresses: readonly string[]): typeof lookup => {
  const found = addresses.map((address) => ({ address, family: 4 }));
  // The overloads of lookup cannot be written as one function.
  return ((_name: string, _options: object, callback: (error: null, all: object) => void) =>
    callback(null, found)) as unknown as typeof lookup;
};

describe('the way to partners', () => {
  it('brings the answer as it came', async () => {
    const url = await serving((request, response) => {
      response.setHeader('X-Total-Count', '7').end(`${request.method} ${request.url}`);
    });
    const outgoing = new Outgoing({ clock: systemClock(), policy: trial });
    expect(await outgoing.send(ask(`${url}/a?b=1`))).toMatchObject({
      status: 200,
      body: 'GET /a?b=1',
      headers: { 'x-total-count': '7' },
    });
  });

  it('asks over the connection that it has, and makes another for what must not be sent twice', async () => {
    const ports = new Set<number | undefined>();
    const url = await serving((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const outgoing = new Outgoing({ clock: systemClock(), policy: trial });
    ends.push(() => outgoing.stop());
    for (let n = 0; n < 3; n += 1) await outgoing.send({ ...ask(url), method: 'PUT', body: '{}' });
    expect(ports.size).toBe(1);
    await outgoing.send({ ...ask(url), method: 'POST', body: '{}' });
    expect(ports.size).toBe(2);
  });

  it('asks again where the partner closed the connection at that moment', async () => {
    const asked = new Map<Socket, number>();
    const url = await serving(({ socket }, response) => {
      const count = (asked.get(socket) ?? 0) + 1;
      asked.set(socket, count);
      if (count === 1) response.end('taken');
      else socket.destroy();
    });
    const outgoing = new Outgoing({ clock: systemClock(), policy: trial });
    ends.push(() => outgoing.stop());
    expect((await outgoing.send(ask(url))).body).toBe('taken');
    expect((await outgoing.send(ask(url))).body).toBe('taken');
    expect([...asked.values()]).toEqual([2, 1]);
  });

  it('does not follow a redirect', async () => {
    const url = await serving((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    const outgoing = new Outgoing({ clock: systemClock(), policy: trial });
    expect((await outgoing.send(ask(url))).status).toBe(302);
  });

  it('gives up on an answer without end', async () => {
    const url = await serving((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const outgoing = new Outgoing({ clock: systemClock(), policy: trial });
    await expect(outgoing.send(ask(url))).rejects.toThrow('larger than');
  });

  it('gives up on a partner that says nothing, and on all of them when it stops', async () => {
    const url = await serving(() => undefined);
    const clock = new VirtualClock(0);
    const outgoing = new Outgoing({ clock, policy: trial });
    const silent = outgoing.send(ask(url));
    clock.advance(8_000);
    await expect(silent).rejects.toThrow('no answer in time');
    const stopped = outgoing.send(ask(url));
    outgoing.stop();
    outgoing.stop();
    await expect(stopped).rejects.toThrow('the service ends');
    await expect(outgoing.send(ask(url))).rejects.toThrow('the service ends');
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a private network', ['10.1.2.3']],
    ['a public address and a private one', ['93.184.216.34', '192.168.1.1']],
  ])('refuses a name that leads to %s at the moment of the call', async (_what, addresses) => {
    const policy = { allowsPrivate: false, isPrivateAddress };
    const outgoing = new Outgoing({ clock: systemClock(), policy, lookup: resolver(...addresses) });
    await expect(outgoing.send(ask('https://roam.example/'))).rejects.toThrow('private address');
  });
});
