import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';
import { HalfOpenSockets } from './halfOpen.ts';
import type { RefusalLog } from './refusalLog.ts';
import { followMaterial, type TlsMaterial, tlsOptions } from './security/tls.ts';

export interface ListenerLimits {
  readonly maxConnections: number;
  /** Sockets that have not asked for anything yet. */
  readonly maxHalfOpen: number;
  /** For the opening request to arrive. */
  readonly headersTimeoutMs: number;
}

export interface ListenerOptions extends ListenerLimits {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsSource | undefined;
}

/** Where certificates come from. `read` throws when they cannot be read. */
export interface TlsSource {
  readonly read: () => TlsMaterial;
  readonly checkEveryMs: number;
}

export interface ListenerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly refusals: RefusalLog;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  readonly port: number;
  /** Takes nobody in any more. Resolves when the last has gone. */
  close(): Promise<void>;
  /** Cuts off whoever is in the middle of a request. */
  cut(): void;
}

/**
 * Connections that wait to be taken in; the system may allow fewer. Whoever finds no place among them is not refused but left
 * to try again by itself, after 1, 3, 7, 15, 31 seconds: with the usual 511, ten thousand stations that come back at once
 * took minutes.
 */
const waitingMax = 65_535;
/** No station identifies itself in more than this. */
const maxHeaderBytes = 8 * 1024;

/** A server on one port, with or without TLS, that takes WebSockets in. Rejects when it cannot listen. */
export async function listen(options: ListenerOptions, ports: ListenerPorts): Promise<Listener> {
  const { tls } = options;
  const server = createServer(options);
  const halfOpen = new HalfOpenSockets(options.maxHalfOpen, (address) => {
    const toDo = 'find out who opens connections without using them';
    ports.refusals.refused('', address, 'too many connections that ask for nothing', toDo);
  });
  server.maxConnections = options.maxConnections;
  server.on('connection', (socket: Socket) => halfOpen.opened(socket));
  server.on('upgrade', (request, socket, head) => {
    halfOpen.asked(request.socket);
    ports.onUpgrade(request, socket, head);
  });
  server.on('request', (request, response) => {
    halfOpen.asked(request.socket);
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' });
    response.end('This is an OCPP server: connect by WebSocket to /ocpp/<station identity>\n');
  });
  // [OCPP 2.0.1 A00.FR.315: the CSMS ends connections of older versions of TLS]
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    const toDo = 'check its TLS version, its cipher suites and whether it trusts our certificate';
    ports.refusals.refused('', address, `TLS failed: ${error.code ?? error.message}`, toDo);
  });
  server.listen({ port: options.port, host: options.host, backlog: waitingMax });
  await once(server, 'listening');
  const unfollow =
    tls === undefined || !('setSecureContext' in server)
      ? () => undefined
      : followMaterial(server, tls, ports);

  return {
    port: portOf(server),
    close: async () => {
      unfollow();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
    cut: () => server.closeAllConnections(),
  };
}

function createServer({ tls, headersTimeoutMs }: ListenerOptions) {
  const options = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    // Node looks for late requests this seldom, so the timeout is exact to a fourth.
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
  };
  return tls === undefined
    ? createHttpServer(options)
    : createHttpsServer({ ...options, ...tlsOptions(tls.read()) });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return address.port;
}
