import { WebSocket } from 'ws';
import type { Clock } from '../../control/ports.ts';
import { backOffMs, spread } from '../../domain/backOff.ts';
import type { Logger } from '../../log.ts';
import { type Frame, parseFrame, writeCall } from '../frames.ts';

export interface UpstreamAddress {
  /** With the station's identity at its end. */
  readonly url: string;
  readonly subprotocol: string;
  /** The header, as the station sent it. */
  readonly authorization: string | undefined;
}

export interface UpstreamSocketPort {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  onOpen(): void;
  /** It calls the station. */
  onCall(call: { readonly messageId: string; readonly action: string; readonly payload: unknown }): void;
}

/** What the other CSMS made of a call. `lost`: it is away, or did not answer in time. */
export type UpstreamAnswer = Extract<Frame, { kind: 'result' | 'error' }> | { readonly kind: 'lost' };

const handshakeTimeoutMs = 10_000;
const answerTimeoutMs = 30_000;
const pingIntervalMs = 30_000;
const retry = { firstMs: 1_000, maxMs: 60_000 };
const maxPayloadBytes = 256 * 1024;
/** What we wrote and it did not read yet. */
const maxBufferedBytes = 1024 * 1024;

/** The connection to a station's own CSMS, under the station's name. It dials again until it is stopped. */
export class UpstreamSocket {
  readonly #address: UpstreamAddress;
  readonly #port: UpstreamSocketPort;
  readonly #open = new Map<string, (answer: UpstreamAnswer) => void>();
  #socket: WebSocket | undefined;
  #cancelNext: () => void = () => undefined;
  #failures = 0;
  #isConnected = false;
  #isStopped = false;

  constructor(address: UpstreamAddress, port: UpstreamSocketPort) {
    this.#address = address;
    this.#port = port;
    this.#dial();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Passes a call of the station on, under its own message id. Never rejects. */
  call(messageId: string, action: string, payload: unknown): Promise<UpstreamAnswer> {
    if (!this.#isConnected) return Promise.resolve({ kind: 'lost' });
    return new Promise((resolve) => {
      const settle = (answer: UpstreamAnswer): void => {
        cancel();
        this.#open.delete(messageId);
        resolve(answer);
      };
      const cancel = this.#port.clock.after(answerTimeoutMs, () => settle({ kind: 'lost' }));
      this.#open.set(messageId, settle);
      this.write(writeCall(messageId, action, payload));
    });
  }

  write(text: string): void {
    const socket = this.#socket;
    if (socket === undefined || !this.#isConnected) return;
    if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
    else socket.send(text);
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelNext();
    this.#socket?.close(1001);
    this.#end();
  }

  #dial(): void {
    const { url, subprotocol, authorization } = this.#address;
    const socket = new WebSocket(url, subprotocol, {
      headers: authorization === undefined ? {} : { authorization },
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: maxPayloadBytes,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let why = 'it closed the connection';
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('open', () => this.#opened());
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('close', () => this.#closed(socket, why));
  }

  #opened(): void {
    if (this.#isStopped) return;
    this.#isConnected = true;
    this.#failures = 0;
    this.#port.log.info('the own CSMS of the station is connected');
    this.#watch();
    this.#port.onOpen();
  }

  /** A CSMS that died without closing is noticed by its silence. */
  #watch(): void {
    let isAlive = true;
    this.#socket?.on('pong', () => {
      isAlive = true;
    });
    const ping = (): void => {
      if (!isAlive) {
        this.#socket?.terminate();
        return;
      }
      isAlive = false;
      this.#socket?.ping();
      this.#cancelNext = this.#port.clock.after(pingIntervalMs, ping);
    };
    this.#cancelNext = this.#port.clock.after(pingIntervalMs, ping);
  }

  #closed(socket: WebSocket, why: string): void {
    if (this.#socket !== socket || this.#isStopped) return;
    this.#cancelNext();
    if (this.#isConnected || this.#failures === 0) {
      this.#port.log.warn({ why }, 'the own CSMS of the station is away: its calls are answered here');
    }
    this.#end();
    this.#failures += 1;
    const pauseMs = spread(backOffMs(retry, this.#failures), this.#port.random());
    this.#cancelNext = this.#port.clock.after(pauseMs, () => this.#dial());
  }

  #end(): void {
    this.#isConnected = false;
    for (const settle of [...this.#open.values()]) settle({ kind: 'lost' });
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    switch (frame.kind) {
      case 'call':
        this.#port.onCall(frame);
        return;
      case 'result':
      case 'error':
        this.#open.get(frame.messageId)?.(frame);
        return;
      case 'send':
      case 'result error':
      case 'malformed':
        this.#port.log.debug({ kind: frame.kind }, 'frame of the own CSMS dropped');
        return;
      default:
        frame satisfies never;
    }
  }
}
