import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../control/ports.ts';
import { type StationId, stationId as stationIdFrom } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import type { Dialect } from './dialect.ts';
import { chosenSubprotocol, readOpening } from './handshake.ts';
import { RefusalLog } from './refusalLog.ts';
import type { Stations } from './stations.ts';
import { dialect16 } from './v16/dialect.ts';
import { dialect21 } from './v21/dialect.ts';
import { dialect201 } from './v201/dialect.ts';

export interface DoorLimits {
  readonly maxPayloadBytes: number;
  /** Of one message. */
  readonly maxFragments: number;
  /** Pieces of a message that wait for the rest of it: many tiny ones cost far more memory than their bytes. */
  readonly maxBufferedChunks: number;
  /** Opening requests that wait for their authentication. */
  readonly maxHandshakes: number;
  readonly handshakeTimeoutMs: number;
}

export interface DoorPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Whether this is the station it says it is. An unknown station and a wrong password must take the same time.
   * `password` is undefined where it gave none.
   */
  authenticate(
    stationId: string,
    password: string | undefined,
    remoteAddress: string,
  ): Promise<'accepted' | 'refused'>;
}

/** By subprotocol. */
const dialects: ReadonlyMap<string, Dialect> = new Map(
  [dialect21, dialect201, dialect16].map((dialect) => [dialect.subprotocol, dialect]),
);

/** The station and we speak no common version. [RFC 6455 section 7.4.1: protocol error] */
const closeNoSubprotocol = 1002;

/** Lets stations in: from the opening request to an authenticated socket. */
export class Door {
  readonly #limits: DoorLimits;
  readonly #ports: DoorPorts;
  readonly #stations: Stations;
  readonly #refusals: RefusalLog;
  readonly #sockets: WebSocketServer;
  /** Opening requests that wait for their authentication. */
  readonly #waiting = new Set<Duplex>();

  constructor(limits: DoorLimits, ports: DoorPorts, stations: Stations) {
    this.#limits = limits;
    this.#ports = ports;
    this.#stations = stations;
    this.#refusals = new RefusalLog(ports.log);
    this.#sockets = new WebSocketServer({
      noServer: true,
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
      refuse(socket, 404, 'Not Found');
      return;
    }
    const { stationId } = opening;
    const verdict = opening.kind === 'station' ? await this.#judge(opening, socket, address) : 'refused';
    if (verdict === 'accepted') {
      this.#letIn(stationIdFrom(stationId), { request, socket, head, address });
    } else if (verdict === 'refused') {
      this.#refusals.refused(
        stationId,
        address,
        'unknown station or wrong password',
        'check the identity and the password in the station and in the configuration',
      );
      refuse(socket, 401, 'Unauthorized');
    } else {
      const toDo = 'nothing if it passes: the station tries again; else look for the cause in the log';
      this.#refusals.refused(stationId, address, 'it could not be authenticated now', toDo);
      refuse(socket, 503, 'Service Unavailable');
    }
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

  async #judge(
    { stationId, password }: { readonly stationId: string; readonly password: string | undefined },
    socket: Duplex,
    address: string,
  ): Promise<'accepted' | 'refused' | 'unable'> {
    if (this.#waiting.size >= this.#limits.maxHandshakes) return 'unable';
    this.#waiting.add(socket);
    const cancelTimeout = this.#ports.clock.after(this.#limits.handshakeTimeoutMs, () => socket.destroy());
    try {
      return await this.#ports.authenticate(stationId, password, address);
    } catch (error) {
      this.#ports.log.error({ stationId, err: error }, 'station could not be authenticated');
      return 'unable';
    } finally {
      cancelTimeout();
      this.#waiting.delete(socket);
    }
  }

  #letIn(stationId: StationId, { request, socket, head, address }: Admission): void {
    if (!this.#stations.hasRoomFor(stationId)) {
      this.#refusals.refused(stationId, address, 'too many stations', 'raise maxStations');
      refuse(socket, 503, 'Service Unavailable');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const dialect = dialects.get(webSocket.protocol);
      if (dialect === undefined) {
        // The handshake is completed without a subprotocol and the connection closed, so that the station learns
        // that it is the version that does not fit. [OCPP 2.0.1 Part 4, 3.2]
        const spoken = [...dialects.keys()].join(', ');
        this.#refusals.refused(
          stationId,
          address,
          'no common subprotocol',
          `set the station to one of ${spoken}`,
        );
        webSocket.on('error', () => webSocket.terminate());
        webSocket.close(closeNoSubprotocol, `offer one of ${spoken}`);
        return;
      }
      this.#refusals.accepted(stationId, address);
      this.#stations.connected(stationId, webSocket, dialect);
    });
  }
}

interface Admission {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly address: string;
}

function refuse(socket: Duplex, status: number, text: string): void {
  const challenge = status === 401 ? 'WWW-Authenticate: Basic realm="OCPP"\r\n' : '';
  const head = `HTTP/1.1 ${status} ${text}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(head, () => socket.destroy());
}
