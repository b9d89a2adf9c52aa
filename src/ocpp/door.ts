import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Server, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../control/ports.ts';
import { type StationId, stationId as stationIdFrom } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import { dialects } from './dialects.ts';
import { chosenSubprotocol, readOpening } from './handshake.ts';
import type { RefusalLog } from './refusalLog.ts';
import { type AttemptLimits, Attempts } from './security/attempts.ts';
import { type StationClaim, shownBy, type Verdict } from './security/claim.ts';
import { StationSocket } from './stationSocket.ts';
import type { Stations } from './stations.ts';

export interface DoorLimits extends AttemptLimits {
  readonly maxPayloadBytes: number;
  /** Of one message. */
  readonly maxFragments: number;
  /** Pieces of a message that wait for the rest of it: many tiny ones cost far more memory than their bytes. */
  readonly maxBufferedChunks: number;
  /** Opening requests that wait for their authentication. */
  readonly maxHandshakes: number;
  readonly handshakeTimeoutMs: number;
}

/** What a request is refused with. */
interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly toDo: string;
  readonly retryAfterMs?: number;
}

export interface DoorPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this is the station it says it is. An unknown station and a wrong password must take the same time. */
  authenticate(claim: StationClaim): Promise<Verdict>;
}

/** The station and we speak no common version. [RFC 6455 section 7.4.1: protocol error] */
const closeNoSubprotocol = 1002;

/** Lets stations in: from the opening request to an authenticated socket. */
export class Door {
  readonly #limits: DoorLimits;
  readonly #ports: DoorPorts;
  readonly #stations: Stations;
  readonly #refusals: RefusalLog;
  readonly #attempts: Attempts;
  readonly #sockets: Server<typeof StationSocket>;
  /** Opening requests that wait for their authentication. */
  readonly #waiting = new Set<Duplex>();

  constructor(limits: DoorLimits, ports: DoorPorts, stations: Stations, refusals: RefusalLog) {
    this.#limits = limits;
    this.#ports = ports;
    this.#stations = stations;
    this.#refusals = refusals;
    this.#attempts = new Attempts(limits);
    this.#sockets = new WebSocketServer({
      noServer: true,
      WebSocket: StationSocket,
      maxPayload: limits.maxPayloadBytes,
      maxFragments: limits.maxFragments,
      maxBufferedChunks: limits.maxBufferedChunks,
      perMessageDeflate: false,
      handleProtocols: (offered) => chosenSubprotocol(offered, new Set(dialects.keys())) ?? false,
    });
  }

  /** Nothing is upgraded before it is authenticated. Unknown stations and wrong passwords get the same answer. */
  async enter(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const address = request.socket.remoteAddress ?? 'unknown';
    const opening = readOpening(request);
    if (opening.kind === 'bad path') {
      this.#refusals.refused('', address, 'bad path', 'have the station connect to /ocpp/<its identity>');
      refuse(socket, { status: 404 });
      return;
    }
    const { stationId } = opening;
    const claim: StationClaim | undefined =
      opening.kind === 'station'
        ? { ...opening, ...shownBy(request, this.#ports.clock.nowMs()), remoteAddress: address }
        : undefined;
    const refusal = await this.#refusal(stationId, address, claim, socket);
    if (refusal === undefined) {
      this.#letIn(stationIdFrom(stationId), { request, socket, head, address });
      return;
    }
    // Whoever is turned away unheard is one line for its address, whatever names it tries.
    this.#refusals.refused(refusal.status === 429 ? '' : stationId, address, refusal.reason, refusal.toDo);
    refuse(socket, refusal);
  }

  /** Turns everybody away who is not in yet. */
  stop(): void {
    for (const socket of this.#waiting) socket.destroy();
    this.#sockets.close();
  }

  /** Cuts off whoever did not say goodbye. */
  terminate(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Why it is not let in; undefined lets it in. `claim` is undefined where its credentials were none. */
  async #refusal(
    stationId: string,
    address: string,
    claim: StationClaim | undefined,
    socket: Duplex,
  ): Promise<Refusal | undefined> {
    const { clock, log } = this.#ports;
    const retryAfterMs = this.#attempts.waitMs(stationId, address, clock.monotonicMs());
    if (retryAfterMs > 0) return { ...tooOften, retryAfterMs };
    if (this.#waiting.size >= this.#limits.maxHandshakes) return notNow;
    this.#waiting.add(socket);
    const cancelTimeout = clock.after(this.#limits.handshakeTimeoutMs, () => socket.destroy());
    try {
      const verdict = claim === undefined ? badCredentials : await this.#ports.authenticate(claim);
      if (verdict.kind === 'refused') {
        this.#attempts.failed(stationId, address, clock.monotonicMs());
        return { ...verdict, status: 401 };
      }
      const isTaken = await this.#stations.isTaken(stationIdFrom(stationId), address);
      return isTaken ? alreadyHere : undefined;
    } catch (error) {
      log.error({ stationId, err: error }, 'station could not be authenticated');
      return notNow;
    } finally {
      cancelTimeout();
      this.#waiting.delete(socket);
    }
  }

  #letIn(stationId: StationId, { request, socket, head, address }: Admission): void {
    if (!this.#stations.hasRoomFor(stationId)) {
      this.#refusals.refused(stationId, address, 'too many stations', 'raise maxStations');
      refuse(socket, { status: 503 });
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.wire = socket;
      const dialect = dialects.get(webSocket.protocol);
      if (dialect === undefined) {
        this.#refuseSubprotocol(stationId, address, webSocket);
        return;
      }
      this.#refusals.accepted(stationId, address);
      this.#attempts.cameIn(stationId, address, this.#ports.clock.monotonicMs());
      const { authorization } = request.headers;
      this.#stations.connected(stationId, webSocket, { dialect, address, authorization });
    });
  }

  /**
   * The handshake is completed without a subprotocol and the connection closed, so that the station learns that it is
   * the version that does not fit. [OCPP 2.0.1 Part 4, 3.2]
   */
  #refuseSubprotocol(stationId: StationId, address: string, webSocket: WebSocket): void {
    const spoken = [...dialects.keys()].join(', ');
    this.#refusals.refused(
      stationId,
      address,
      'no common subprotocol',
      `set the station to one of ${spoken}`,
    );
    webSocket.on('error', () => webSocket.terminate());
    webSocket.close(closeNoSubprotocol, `offer one of ${spoken}`);
  }
}

interface Admission {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly address: string;
}

const badCredentials: Verdict = {
  kind: 'refused',
  reason: 'unknown station or wrong password',
  toDo: 'check the identity and the password in the station and in the configuration',
};
const tooOften: Refusal = {
  status: 429,
  reason: 'tried too often',
  toDo: 'look for the refusals before this one: a wrong password, or a station that cannot stay connected',
};
const notNow: Refusal = {
  status: 503,
  reason: 'it could not be authenticated now',
  toDo: 'nothing if it passes: the station tries again; else look for the cause in the log',
};
const alreadyHere: Refusal = {
  status: 409,
  reason: 'its identity is connected from another address and answers there',
  toDo: 'find out which is the station: two have the same identity, or somebody has its password',
};

function refuse(
  socket: Duplex,
  { status, retryAfterMs }: { readonly status: number; readonly retryAfterMs?: number },
): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Length: 0'];
  if (status === 401) lines.push('WWW-Authenticate: Basic realm="OCPP"');
  if (retryAfterMs !== undefined) lines.push(`Retry-After: ${Math.ceil(retryAfterMs / 1000)}`);
  socket.end(`${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy());
}
