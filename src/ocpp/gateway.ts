import type { StationLink } from '../control/ports.ts';
import type { StationId } from '../domain/ids.ts';
import type { LoggedMessage } from '../domain/loggedMessage.ts';
import { Door, type DoorLimits, type DoorPorts } from './door.ts';
import type { StationsPorts } from './knownStation.ts';
import { listen, type TlsSource } from './listener.ts';
import type { StationMessage } from './messages.ts';
import type { Preparation, RequestPreparation } from './preparedMessage.ts';
import type { ProfileBook } from './profileBook.ts';
import { RefusalLog } from './refusalLog.ts';
import type { StationReply, StationRequest } from './requests.ts';
import { Stations, type StationsOptions } from './stations.ts';

/** Where stations reach us, and the bounds on what they may do. Every bound has a default. */
export interface OcppGatewayOptions extends Partial<Limits> {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?:
    | (TlsSource & {
        /** Beside the other port, which then is not encrypted; undefined encrypts the one port. */
        readonly port?: number | undefined;
      })
    | undefined;
}

interface Limits extends StationsOptions, DoorLimits {
  /** Sockets that have not asked for anything yet. */
  readonly maxHalfOpen: number;
  /** For the opening request to arrive. */
  readonly headersTimeoutMs: number;
  /** How long stations have to say goodbye when the service stops. */
  readonly stopTimeoutMs: number;
}

const defaults: Limits = {
  heartbeatIntervalS: 300,
  meterIntervalS: 10,
  callTimeoutMs: 30_000,
  pingIntervalMs: 30_000,
  introductionDelayMs: 5_000,
  duplicateCheckMs: 3_000,
  idleGraceMs: 120_000,
  bootGraceMs: 600_000,
  maxStations: 12_000,
  maxWaitingCalls: 64,
  maxUnansweredCalls: 32,
  maxBadFrames: 16,
  maxLogBytes: 64 * 1024 * 1024,
  maxStationLogBytes: 64 * 1024,
  maxBufferedBytes: 1024 * 1024,
  frameBurst: 200,
  framesPerSecond: 20,
  maxPayloadBytes: 64 * 1024,
  maxFragments: 64,
  maxBufferedChunks: 1024,
  maxHandshakes: 2_000,
  maxHalfOpen: 1_000,
  maxFailuresPerStation: 10,
  maxFailuresPerAddress: 100,
  maxReconnects: 20,
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  stopTimeoutMs: 2_000,
};

export interface OcppGatewayPorts extends StationsPorts, DoorPorts {}

export interface OcppGateway extends StationLink {
  readonly port: number;
  /** Where TLS has a port of its own. */
  readonly tlsPort: number | undefined;
  /** Asks one station. Never rejects: what failed is in the reply. */
  request(stationId: StationId, request: StationRequest): Promise<StationReply>;
  /** Puts a request into the words of the station's version; then it can be sent. */
  prepareRequest(stationId: StationId, request: StationRequest): RequestPreparation;
  /** Checks a message of the specification, which then can be sent. */
  prepare(stationId: StationId, message: StationMessage): Preparation;
  /** What charging profiles lie on a station, as far as we know; undefined before it first connected. */
  profiles(stationId: StationId): ProfileBook | undefined;
  /** The newest messages between a station and us, the oldest first; none before it first connected. */
  messages(stationId: StationId): readonly LoggedMessage[];
  /** May be called twice. */
  stop(): Promise<void>;
}

/**
 * The server that charging stations connect to, `ws(s)://host:port/ocpp/<stationId>`. Rejects when it cannot
 * listen.
 */
export async function startOcppGateway(
  options: OcppGatewayOptions,
  ports: OcppGatewayPorts,
): Promise<OcppGateway> {
  const limits = { ...defaults, ...options };
  const { host, port, tls, maxHalfOpen, headersTimeoutMs } = limits;
  const refusals = new RefusalLog(ports.log);
  const stations = new Stations(limits, ports);
  const door = new Door(limits, ports, stations, refusals);
  const maxConnections = limits.maxStations + limits.maxHandshakes + maxHalfOpen;
  const terms = { host, maxConnections, maxHalfOpen, headersTimeoutMs };
  const listenerPorts = {
    ...ports,
    refusals,
    onUpgrade: (...asked: Parameters<Door['enter']>) => void door.enter(...asked),
  };
  const hasBoth = tls?.port !== undefined;
  const main = await listen({ ...terms, port, tls: hasBoth ? undefined : tls }, listenerPorts);
  const encrypted =
    tls?.port === undefined
      ? undefined
      : await listen({ ...terms, port: tls.port, tls }, listenerPorts).catch(async (error) => {
          await main.close();
          throw error;
        });
  const listeners = encrypted === undefined ? [main] : [main, encrypted];

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    stations.stop();
    door.stop();
    const cancel = ports.clock.after(limits.stopTimeoutMs, () => {
      door.terminate();
      for (const listener of listeners) listener.cut();
    });
    await closed;
    cancel();
  };
  return {
    port: main.port,
    tlsPort: encrypted?.port,
    send: (command) => stations.send(command),
    profiles: (stationId) => stations.profiles(stationId),
    messages: (stationId) => stations.messages(stationId),
    request: (stationId, request) => stations.request(stationId, request),
    prepareRequest: (stationId, request) => stations.prepareRequest(stationId, request),
    prepare: (stationId, message) => stations.prepare(stationId, message),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
