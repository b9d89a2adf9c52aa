import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { Clock } from '../control/ports.ts';
import type { Api } from './plugin.ts';

export interface HttpLimits {
  readonly bodyLimitBytes: number;
  /** For headers and body of a request to arrive. Node and Fastify wait for ever by default. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** For the answer to be found. */
  readonly handlerTimeoutMs: number;
  /** A connection on which nothing moved. Longer than any answer takes. */
  readonly connectionTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxEventClients: number;
  readonly maxUnreadEventBytes: number;
}

export const defaultLimits: HttpLimits = {
  bodyLimitBytes: 64 * 1024,
  requestTimeoutMs: 15_000,
  headersTimeoutMs: 10_000,
  handlerTimeoutMs: 30_000,
  connectionTimeoutMs: 40_000,
  maxConnections: 512,
  maxEventClients: 64,
  maxUnreadEventBytes: 1024 * 1024,
};

/** How long requests under way may finish once the server stops. */
const drainMs = 2000;
const maxHeaders = 64;

export interface HttpServer {
  readonly port: number;
  /** The address listened on. */
  readonly address: string;
  /** Lets requests under way finish for a moment, ends event streams. May be called twice. */
  stop(): Promise<void>;
}

/** Opens the port for an API. Throws when it cannot be had. */
export async function listen(
  api: Api,
  { host, port }: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<HttpServer> {
  try {
    await api.listen({ host, port });
  } catch (error) {
    await api.close();
    throw error;
  }
  const bound = api.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the HTTP server has no port');

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const cancelCut = clock.after(drainMs, () => api.server.closeAllConnections());
    await api.close();
    cancelCut();
  };
  return {
    port: bound.port,
    address: bound.address,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** A server of Node's own with every limit that it has. */
export function serverWith(
  limits: HttpLimits,
  tls: { readonly key: string; readonly cert: string } | undefined,
): FastifyServerFactory {
  const { requestTimeoutMs, headersTimeoutMs } = limits;
  const timeouts = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: headersTimeoutMs,
    // Node looks for late requests this seldom, so a timeout is exact to a fourth.
    connectionsCheckingInterval: Math.ceil(Math.min(requestTimeoutMs, headersTimeoutMs) / 4),
  };
  return (handler) => {
    const server =
      tls === undefined ? createServer(timeouts, handler) : createTlsServer({ ...timeouts, ...tls }, handler);
    server.setTimeout(limits.connectionTimeoutMs);
    server.maxConnections = limits.maxConnections;
    server.maxHeadersCount = maxHeaders;
    return server;
  };
}
