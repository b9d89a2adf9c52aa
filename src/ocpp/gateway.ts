import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { StationLink } from '../control/ports.ts';
import type { StationId } from '../domain/ids.ts';
import { Door, type DoorLimits, type DoorPorts } from './door.ts';
import type { StationReply, StationRequest } from './requests.ts';
import { Stations, type StationsOptions, type StationsPorts } from './stations.ts';

/** Where stations reach us, and the bounds on what they may do. Every bound has a default. */
export interface OcppGatewayOptions extends Partial<Limits> {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?: { readonly keyPem: string; readonly certPem: string } | undefined;
}

interface Limits extends StationsOptions, DoorLimits {
  /** How long stations have to say goodbye when the service stops. */
  readonly stopTimeoutMs: number;
}

const defaults: Limits = {
  heartbeatIntervalS: 300,
  meterIntervalS: 10,
  callTimeoutMs: 30_000,
  pingIntervalMs: 30_000,
  introductionDelayMs: 5_000,
  maxStations: 12_000,
  maxWaitingCalls: 64,
  maxUnansweredCalls: 32,
  maxBadFrames: 16,
  maxBufferedBytes: 1024 * 1024,
  maxPayloadBytes: 64 * 1024,
  maxFragments: 64,
  maxBufferedChunks: 1024,
  maxHandshakes: 500,
  handshakeTimeoutMs: 10_000,
  stopTimeoutMs: 2_000,
};

export interface OcppGatewayPorts extends StationsPorts, DoorPorts {}

export interface OcppGateway extends StationLink {
  readonly port: number;
  /** Asks one station. Never rejects: what failed is in the reply. */
  request(stationId: StationId, request: StationRequest): Promise<StationReply>;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** No station identifies itself in more than this. */
const maxHeaderBytes = 8 * 1024;
const headersTimeoutMs = 10_000;

/**
 * The server that charging stations connect to, `ws(s)://host:port/ocpp/<stationId>`. Rejects when it cannot
 * listen.
 */
export async function startOcppGateway(
  options: OcppGatewayOptions,
  ports: OcppGatewayPorts,
): Promise<OcppGateway> {
  const limits = { ...defaults, ...options };
  const stations = new Stations(limits, ports);
  const door = new Door(limits, ports, stations);
  const server = createServer(options.tls);
  server.maxConnections = limits.maxStations + limits.maxHandshakes;
  server.on('upgrade', (request, socket, head) => void door.enter(request, socket, head));
  server.listen(options.port, options.host);
  await once(server, 'listening');

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    stations.stop();
    door.stop();
    const cancel = ports.clock.after(limits.stopTimeoutMs, () => {
      door.terminate();
      server.closeAllConnections();
    });
    await closed;
    cancel();
  };
  return {
    port: portOf(server),
    send: (command) => stations.send(command),
    request: (stationId, request) => stations.request(stationId, request),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function createServer(tls: OcppGatewayOptions['tls']): Server {
  const options = { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs };
  const server =
    tls === undefined
      ? createHttpServer(options)
      : createHttpsServer({ ...options, key: tls.keyPem, cert: tls.certPem, minVersion: 'TLSv1.2' });
  server.on('request', (_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' });
    response.end('This is an OCPP server: connect by WebSocket to /ocpp/<station identity>\n');
  });
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return address.port;
}
