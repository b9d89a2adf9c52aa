import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address that takes what InfluxDB 2 takes and writes it into an InfluxDB before 1.8, which lacks that path. */
export interface InfluxShim {
  readonly url: string;
  stop(): void;
}

/** `/api/v2/write?org=…&bucket=B&precision=ms` becomes `/write?db=B&precision=ms`; nothing else is served. */
export async function startInfluxShim(influxUrl: string): Promise<InfluxShim> {
  const server = createServer((incoming, answer) => {
    const asked = new URL(incoming.url ?? '/', 'http://shim');
    if (asked.pathname !== '/api/v2/write') {
      answer.writeHead(404).end();
      return;
    }
    const target = new URL('/write', influxUrl);
    target.searchParams.set('db', asked.searchParams.get('bucket') ?? '');
    target.searchParams.set('precision', asked.searchParams.get('precision') ?? 'ns');
    const { 'content-encoding': encoding } = incoming.headers;
    const headers = encoding === undefined ? {} : { 'content-encoding': encoding };
    const forwarded = request(target, { method: 'POST', headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502);
      answered.pipe(answer);
    });
    forwarded.on('error', () => answer.writeHead(502).end());
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
