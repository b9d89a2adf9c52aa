import type { Socket } from 'node:net';

/**
 * Sockets that have not asked for anything yet.
 *
 * Whoever opens sockets and stays silent would use up what the server can hold, so there is a bound. A station sends
 * its request as soon as it is connected: so the one that has said nothing for longest goes, and where all have begun to
 * speak, the newcomer.
 */
export class HalfOpenSockets {
  readonly #max: number;
  readonly #onDropped: (address: string) => void;
  /** By address and port, because the request of a TLS connection names another object. Oldest first. */
  readonly #sockets = new Map<string, Socket>();

  constructor(max: number, onDropped: (address: string) => void) {
    this.#max = max;
    this.#onDropped = onDropped;
  }

  get size(): number {
    return this.#sockets.size;
  }

  opened(socket: Socket): void {
    const key = nameOf(socket);
    socket.once('close', () => this.#sockets.delete(key));
    this.#sockets.set(key, socket);
    if (this.#sockets.size > this.#max) this.#drop(this.#oldestSilent() ?? socket);
  }

  /** It sent its request. */
  asked(socket: Socket): void {
    this.#sockets.delete(nameOf(socket));
  }

  #oldestSilent(): Socket | undefined {
    for (const socket of this.#sockets.values()) if (socket.bytesRead === 0) return socket;
    return undefined;
  }

  #drop(socket: Socket): void {
    this.#sockets.delete(nameOf(socket));
    this.#onDropped(socket.remoteAddress ?? 'unknown');
    socket.destroy();
  }
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
