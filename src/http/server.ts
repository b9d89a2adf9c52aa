import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import { buildApi } from './api.ts';
import type { HttpPorts } from './ports.ts';
import type { AccessKey } from './signIn.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly keys: readonly AccessKey[];
  /** Of the service. */
  readonly version: string;
  /** PEM texts. Without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly limits?: Partial<HttpLimits>;
  /** Where the operator's page was built; left away: no page. */
  readonly consoleFolder?: string;
}

interface HttpLimits {
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

const defaultLimits: HttpLimits = {
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

/** Serves the API. Throws when the port cannot be had, or when it would be open to other machines without a key. */
export async function startHttpServer(options: HttpOptions, ports: HttpPorts): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const api = await buildApi(
    {
      ...options,
      ...limits,
      events: { maxClients: limits.maxEventClients, maxUnreadBytes: limits.maxUnreadEventBytes },
      serverFactory: serverWith(limits, options.tls),
    },
    ports,
  );
  try {
    await api.listen({ host: options.host, port: options.port });
  } catch (error) {
    await api.close();
    throw error;
  }
  const bound = api.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the HTTP server has no port');

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const cancelCut = ports.clock.after(drainMs, () => api.server.closeAllConnections());
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
function serverWith(limits: HttpLimits, tls: HttpOptions['tls']): FastifyServerFactory {
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
