import type { RawData } from 'ws';
import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';
import type { CallQueue } from './callQueue.ts';
import { FrameBudget, type FrameLimits } from './frameBudget.ts';
import { Rpc, type RpcAnswer, type RpcLimits, type RpcRules } from './rpc.ts';
import type { Soon } from './soon.ts';
import type { StationSocket } from './stationSocket.ts';

export interface ConnectionLimits extends RpcLimits, FrameLimits {
  /** A peer that gives no sign of life for two of these is dead. */
  readonly pingIntervalMs: number;
  /** What we wrote and the station did not read yet. */
  readonly maxBufferedBytes: number;
}

export interface ConnectionPort {
  readonly clock: Clock;
  readonly log: Logger;
  answer(action: string, payload: unknown, messageId: string): Soon<RpcAnswer>;
  /** A message came from the station, or went to it. */
  passed(isSent: boolean, message: Buffer): void;
  /** Called once, whoever ended it. */
  onClosed(): void;
}

/** Close codes. [RFC 6455 section 7.4.1; 4000 and up are private] */
/** Of a connection that another one of its station has replaced. */
const closeCode = 4001;

/** One authenticated socket of a station: frames in, frames out, and the signs of life between. */
export class Connection {
  readonly #socket: StationSocket;
  readonly #limits: ConnectionLimits;
  readonly #port: ConnectionPort;
  readonly #rpc: Rpc;
  readonly #budget: FrameBudget;
  /** Who asked whether it is alive. */
  readonly #askers = new Set<(isAlive: boolean) => void>();
  #cancelPing: () => void = () => undefined;
  #cancelHold: (() => void) | undefined;
  #wasHeld = false;
  #isAlive = true;
  #isClosed = false;

  constructor(socket: StationSocket, rules: RpcRules, limits: ConnectionLimits, port: ConnectionPort) {
    this.#socket = socket;
    this.#limits = limits;
    this.#port = port;
    const { clock, log } = port;
    this.#rpc = new Rpc(rules, limits, {
      clock,
      log,
      write: (text) => this.#write(text),
      answer: (action, payload, messageId) => port.answer(action, payload, messageId),
      giveUp: (why) => this.#terminate(why),
    });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#budget = new FrameBudget(limits, clock.monotonicMs());
    socket.on('pong', () => this.#receiveControl());
    // ws answers it by itself, into the same buffer as what we write.
    socket.on('ping', () => this.#receiveControl());
    // A frame that breaks the WebSocket protocol or its size limits: ws closes the socket by itself.
    socket.on('error', (error) => log.warn({ why: error.message }, 'socket failed'));
    socket.on('close', (code) => this.#end(`the station closed the connection (${code})`));
    this.#schedulePing();
  }

  /** Our calls to the station. */
  get calls(): CallQueue {
    return this.#rpc.calls;
  }

  /** Whether the peer gives a sign of life within the time, when it is asked for one now. */
  isAlive(withinMs: number): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isAlive: boolean): void => {
        cancel();
        this.#askers.delete(settle);
        resolve(isAlive);
      };
      const cancel = this.#port.clock.after(withinMs, () => settle(false));
      this.#askers.add(settle);
      this.#socket.ping();
    });
  }

  /** Another socket of the same station took over. */
  replace(): void {
    this.#end('a newer connection of the station took over');
    this.#socket.close(closeCode, 'replaced by a newer connection');
  }

  /**
   * No goodbye either: some stations take one for good and never dial again (JIGU: lbbrhzn/ocpp#1975), and all come back
   * from a line that broke. May be called twice.
   */
  stop(): void {
    this.#end('the service stops');
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#isClosed) return;
    this.#noteFrame();
    if (this.#isClosed) return;
    // Messages are text; a binary one is read all the same and refused if it is none. [OCPP 2.0.1 Part 4, 4.1.2]
    // ws hands it over as one Buffer, unless it is asked for something else.
    const message = data as Buffer;
    this.#port.log.trace({ bytes: message.length, isBinary }, 'frame received');
    this.#port.passed(false, message);
    this.#rpc.receive(message.toString());
  }

  #receiveControl(): void {
    if (this.#isClosed) return;
    this.#noteFrame();
    this.#hasRoomFor(0);
  }

  #write(text: string): void {
    const message = Buffer.from(text);
    if (this.#isClosed || !this.#hasRoomFor(message.length)) return;
    this.#socket.sendText(message);
    this.#port.passed(true, message);
  }

  /** Drops a peer that does not read. */
  #hasRoomFor(bytes: number): boolean {
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount + bytes <= this.#limits.maxBufferedBytes) return true;
    this.#terminate(`does not read: ${bufferedAmount} bytes wait for it`);
    return false;
  }

  #noteFrame(): void {
    this.#isAlive = true;
    for (const settle of this.#askers) settle(true);
    const waitMs = this.#budget.spend(this.#port.clock.monotonicMs());
    // One that is not read for longer could not be told from one that is dead.
    if (waitMs > this.#limits.pingIntervalMs)
      this.#terminate(`sends more than it may: it would not be read for ${Math.ceil(waitMs / 1000)} s`);
    else if (waitMs > 0 && this.#cancelHold === undefined) this.#hold(waitMs);
  }

  /** Reads no more for a while. What is on its way then waits at the sender: nothing is lost, and nobody else waits. */
  #hold(waitMs: number): void {
    if (!this.#wasHeld) this.#port.log.warn('station sends more frames than it may and is read slowly');
    this.#wasHeld = true;
    this.#socket.pause();
    this.#cancelHold = this.#port.clock.after(waitMs, () => {
      this.#cancelHold = undefined;
      // Its pong may wait among what was not read.
      this.#isAlive = true;
      this.#socket.resume();
    });
  }

  #schedulePing(): void {
    const { pingIntervalMs } = this.#limits;
    this.#cancelPing = this.#port.clock.after(pingIntervalMs, () => {
      if (!this.#isAlive) {
        this.#terminate(`gave no sign of life for ${pingIntervalMs} ms`);
        return;
      }
      this.#isAlive = false;
      this.#socket.ping();
      this.#schedulePing();
    });
  }

  /** No goodbye: a peer that misbehaves or is dead would not hear it. */
  #terminate(why: string): void {
    if (this.#isClosed) return;
    this.#port.log.warn({ why }, 'connection dropped');
    this.#end(`the connection was dropped: the station ${why}`);
    this.#socket.terminate();
  }

  #end(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelPing();
    this.#cancelHold?.();
    for (const settle of this.#askers) settle(false);
    this.#rpc.calls.stop(why);
    this.#port.onClosed();
  }
}
