import WebSocket, { type RawData } from 'ws';
import type { Clock } from '../control/ports.ts';
import { backOffMs, spread } from '../domain/backOff.ts';
import type { Logger } from '../log.ts';
import type { Car, CarModel } from './car.ts';
import { isSilent } from './quirks.ts';
import type { Random } from './random.ts';
import { plugIn, stepStation, unplug } from './station.ts';
import type { Answer, StationCodec } from './stationCodec.ts';
import { connected, disconnected, nextNotice, type Reply, replied } from './stationLink.ts';
import {
  createStation,
  findEvse,
  isKept,
  type Notice,
  quirksOf,
  type Station,
  type StationModel,
} from './stationState.ts';

export interface StationClientOptions {
  readonly model: StationModel;
  readonly codec: StationCodec;
  /** Without the station's id: `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string;
  /** For HTTP Basic authentication; undefined for none. */
  readonly password: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How often it is simulated. */
  readonly stepMs: number;
  readonly callTimeoutMs: number;
  /** The first wait before a reconnect; each further one doubles, up to the most. */
  readonly reconnectMs: { readonly min: number; readonly max: number };
}

/** The call on the wire: one at a time. */
interface PendingCall {
  readonly messageId: string;
  readonly notice: Notice;
  readonly action: string;
  readonly cancelTimeout: () => void;
}

const frameBytesMax = 256 * 1024;
/** A socket that did not open by then is given up; in real time, whatever the clock. */
const handshakeTimeoutMs = 10_000;
/**
 * What a server could not process is sent again, each time after a longer wait: what 1.6 sets by
 * TransactionMessageAttempts and TransactionMessageRetryInterval, and 2.0.1 by MessageAttempts.
 */
const messageAttemptsMax = 5;
const messageRetryMs = 5_000;
/** One that did not close by then is cut. */
const closeTimeoutMs = 5_000;

/** [message type, ...], OCPP's own numbers. */
const callType = 2;
const resultType = 3;
const errorType = 4;

/** A simulated station on a real WebSocket. It decides nothing: frames and time go into the pure station, calls come out. */
export class StationClient {
  readonly #options: StationClientOptions;
  readonly #log: Logger;
  #station: Station;
  #socket: WebSocket | undefined;
  #pending: PendingCall | undefined;
  #messageCount = 0;
  /** How often the server failed on what is first in the outbox. */
  #failedMessages = 0;
  #holdsUntilMs = 0;
  #failedAttempts = 0;
  #isRunning = false;
  #cancelStep = (): void => {};
  #cancelReconnect = (): void => {};

  constructor(options: StationClientOptions) {
    const { model, codec, log, clock } = options;
    this.#options = options;
    this.#log = log.child({ stationId: model.stationId, protocol: codec.subprotocol });
    this.#station = createStation(model, ownClockMs(clock));
  }

  /** What it is at this instant. */
  get station(): Station {
    return this.#station;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#connect();
    this.#scheduleStep();
  }

  plugIn(evseNumber: number, car: CarModel, token: string | undefined): void {
    this.#change((station) => plugIn(station, evseNumber, car, token));
  }

  /** The car as it leaves. */
  unplug(evseNumber: number): Car | undefined {
    let car: Car | undefined;
    this.#change((station) => {
      car = findEvse(station, evseNumber)?.car;
      return unplug(station, evseNumber);
    });
    return car;
  }

  /** Cuts the cable: no close frame is sent. It reconnects as after any other loss. */
  cutConnection(): void {
    this.#socket?.terminate();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelStep();
    this.#cancelReconnect();
    this.#pending?.cancelTimeout();
    const socket = this.#socket;
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      const cancelCut = this.#options.clock.after(closeTimeoutMs, () => socket.terminate());
      socket.once('close', () => {
        cancelCut();
        resolve();
      });
      socket.close(1000);
    });
  }

  #scheduleStep(): void {
    this.#cancelStep = this.#options.clock.after(this.#options.stepMs, () => {
      this.#change((station) => station);
      this.#scheduleStep();
    });
  }

  /** The only way the station changes: brought up to now, changed, and its news sent. */
  #change(change: (station: Station) => Station): void {
    this.#station = change(stepStation(this.#station, ownClockMs(this.#options.clock)));
    if (!this.#isRunning) return;
    if (this.#station.link === 'restarting') this.#socket?.close(1000);
    this.#sendNext();
  }

  #connect(): void {
    const { url, codec, password, model } = this.#options;
    const credentials = Buffer.from(`${model.stationId}:${password}`).toString('base64');
    const socket = new WebSocket(`${url}/${encodeURIComponent(model.stationId)}`, codec.subprotocol, {
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      headers: password === undefined ? {} : { authorization: `Basic ${credentials}` },
    });
    this.#socket = socket;
    socket.on('open', () => this.#change(connected));
    socket.on('message', (data) => this.#receive(data));
    // A close follows every error.
    socket.on('error', (error) => this.#log.debug({ err: error }, 'simulated station failed'));
    socket.on('close', (code) => this.#closed(code));
  }

  #closed(code: number): void {
    this.#socket = undefined;
    this.#pending?.cancelTimeout();
    this.#pending = undefined;
    this.#change(disconnected);
    if (!this.#isRunning || (quirksOf(this.#station).neverRedials && isProperClose(code))) return;

    const { min, max } = this.#options.reconnectMs;
    this.#failedAttempts += 1;
    const delayMs = spread(
      backOffMs({ firstMs: min, maxMs: max }, this.#failedAttempts),
      this.#options.random(),
    );
    this.#log.debug({ code, delayMs }, 'simulated station disconnected');
    this.#cancelReconnect = this.#options.clock.after(delayMs, () => this.#reconnect());
  }

  #reconnect(): void {
    this.#change((station) => station);
    const { link, waitsUntilMs, nowMs } = this.#station;
    if (link !== 'restarting') {
      this.#connect();
      return;
    }
    this.#cancelReconnect = this.#options.clock.after(waitsUntilMs - nowMs, () => this.#reconnect());
  }

  /** Sends what is first in the outbox, unless a call waits for its answer. What has no message counts as told. */
  #sendNext(): void {
    while (this.#pending === undefined && this.#station.nowMs >= this.#holdsUntilMs) {
      const notice = nextNotice(this.#station);
      if (notice === undefined || this.#socket?.readyState !== WebSocket.OPEN) return;
      const call = this.#options.codec.encode(this.#station, notice);
      if (call === undefined) {
        this.#station = replied(this.#station, notice, { kind: 'done' });
        continue;
      }
      this.#messageCount += 1;
      const messageId = `${this.#options.model.stationId.slice(0, 20)}-${this.#messageCount}`;
      const cancelTimeout = this.#options.clock.after(this.#options.callTimeoutMs, () => {
        this.#log.warn({ action: call.action }, 'simulated station got no answer');
        // The notice stays first in the outbox, and goes out again after the reconnect.
        this.#socket?.terminate();
      });
      this.#pending = { messageId, notice, action: call.action, cancelTimeout };
      this.#send([callType, messageId, call.action, call.payload]);
    }
  }

  #receive(data: RawData): void {
    const frame = parseFrame(data);
    if (frame === undefined) {
      this.#log.warn({ bytes: data.toString().length }, 'simulated station got a malformed frame');
      return;
    }
    switch (frame.kind) {
      case 'call':
        this.#consider(frame);
        return;
      case 'result':
        this.#settle(frame.messageId, (notice) => this.#options.codec.decodeReply(notice, frame.payload));
        return;
      case 'error':
        this.#failed(frame.messageId, frame.code);
        return;
      default:
        frame satisfies never;
    }
  }

  /** Slow stations do what they are asked when they answer, and even if nobody hears the answer any more. */
  #consider(call: CallFrame): void {
    const quirks = quirksOf(this.#station);
    if (isSilent(quirks, ownClockMs(this.#options.clock))) return;
    const { answerDelayMs = 0 } = quirks;
    const socket = this.#socket;
    if (answerDelayMs === 0) this.#answer(call, socket);
    else this.#options.clock.after(answerDelayMs, () => this.#answer(call, socket));
  }

  #answer({ messageId, action, payload }: CallFrame, socket: WebSocket | undefined): void {
    this.#change((station) => {
      const handled = this.#options.codec.handle(station, { action, payload });
      if (socket === this.#socket) this.#send(answerFrame(messageId, handled.answer));
      return handled.station;
    });
  }

  /** What concerns a transaction stays first in the outbox for another attempt. */
  #failed(messageId: string, code: string): void {
    const pending = this.#pending;
    if (pending?.messageId !== messageId) return;
    const { action, notice } = pending;
    this.#log.warn({ action, code }, 'simulated station was refused');
    if (!isKept(notice) || this.#failedMessages + 1 >= messageAttemptsMax) {
      this.#settle(messageId, () => ({ kind: 'done' }));
      return;
    }
    this.#failedMessages += 1;
    this.#holdsUntilMs = this.#station.nowMs + this.#failedMessages * messageRetryMs;
    pending.cancelTimeout();
    this.#pending = undefined;
  }

  #settle(messageId: string, reply: (notice: Notice) => Reply): void {
    const pending = this.#pending;
    if (pending?.messageId !== messageId) return;
    pending.cancelTimeout();
    this.#pending = undefined;
    this.#failedAttempts = 0;
    this.#failedMessages = 0;
    this.#change((station) => replied(station, pending.notice, reply(pending.notice)));
  }

  #send(frame: readonly unknown[]): void {
    this.#socket?.send(JSON.stringify(frame), (error) => {
      if (error) this.#log.debug({ err: error }, 'simulated station could not send');
    });
  }
}

/** A station has a clock of its own, which does not jump when ours is set. */
const ownClockMs = (clock: Clock): number => Math.floor(clock.monotonicMs());

const answerFrame = (messageId: string, answer: Answer): readonly unknown[] =>
  answer.kind === 'result'
    ? [resultType, messageId, answer.payload]
    : [errorType, messageId, answer.code, answer.description.slice(0, 255), {}];

/** The server meant it: going away is no accident either. */
const isProperClose = (code: number): boolean => code === 1000 || code === 1001;

interface CallFrame {
  readonly kind: 'call';
  readonly messageId: string;
  readonly action: string;
  readonly payload: unknown;
}

type Frame =
  | CallFrame
  | { readonly kind: 'result'; readonly messageId: string; readonly payload: unknown }
  | { readonly kind: 'error'; readonly messageId: string; readonly code: string };

function parseFrame(data: RawData): Frame | undefined {
  const frame = parseJson(data.toString());
  if (!Array.isArray(frame)) return undefined;
  const [type, messageId, third, fourth]: readonly unknown[] = frame;
  if (typeof messageId !== 'string') return undefined;
  if (type === callType && typeof third === 'string') {
    return { kind: 'call', messageId, action: third, payload: fourth };
  }
  if (type === resultType) return { kind: 'result', messageId, payload: third };
  if (type === errorType) return { kind: 'error', messageId, code: String(third) };
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
