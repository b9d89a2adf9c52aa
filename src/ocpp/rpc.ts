import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';
import { CallQueue, type CallQueueLimits } from './callQueue.ts';
import type { ErrorCode, ErrorNames } from './errors.ts';
import { type Frame, parseFrame, unknownType, writeError, writeResult, writeResultError } from './frames.ts';
import type { Soon } from './soon.ts';

export interface RpcLimits extends CallQueueLimits {
  /** Calls of the station that wait for our answer, of which the specification allows it one; and sends beside them. */
  readonly maxUnansweredCalls: number;
  /** Frames that are no message, in a row. */
  readonly maxBadFrames: number;
}

/** How one version runs the framework. */
export interface RpcRules {
  readonly errorNames: ErrorNames;
  /** Whether a frame whose message id cannot be read is answered, with the id "-1". */
  readonly answersUnreadable: boolean;
  /** Whether it has calls without an answer, and errors about results. */
  readonly hasSend: boolean;
}

/** What the framework needs from the two sides of it. */
export interface RpcPort {
  readonly clock: Clock;
  readonly log: Logger;
  write(text: string): void;
  /** Answers a call of the station, or throws `CallRefusal`. */
  answer(action: string, payload: unknown, messageId: string): Soon<RpcAnswer>;
  /** The station misbehaves beyond its bounds: the connection has to end. */
  giveUp(why: string): void;
}

export interface RpcAnswer {
  readonly payload: unknown;
  /** Runs once the answer is on its way. */
  afterwards(): void;
}

/** Thrown by whoever answers a call, to answer it with CALLERROR. */
export class CallRefusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** Different warnings about what one connection sends. */
const maxLinesPerConnection = 50;

/** Thrown by whoever passes a call on, to answer it with the CALLERROR of somebody else. */
export class PassedRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

type CallFrame = Extract<Frame, { kind: 'call' | 'send' }>;
type Refusal = CallRefusal | PassedRefusal;

/**
 * The RPC framework of OCPP-J on one connection. Calls of the station are answered one after the other in the
 * order they came, so that a meter value never overtakes the start of its transaction.
 */
export class Rpc {
  /** Our calls to the station. */
  readonly calls: CallQueue;
  readonly #rules: RpcRules;
  readonly #limits: RpcLimits;
  readonly #port: RpcPort;
  readonly #unanswered = new Map<string, CallFrame>();
  /** What was logged of this connection: a station that does it again and again is one line. */
  readonly #told = new Set<string>();
  #isAnswering = false;
  #badFramesInARow = 0;

  constructor(rules: RpcRules, limits: RpcLimits, port: RpcPort) {
    this.#rules = rules;
    this.#limits = limits;
    this.#port = port;
    this.calls = new CallQueue(
      limits,
      port.clock,
      (text) => port.write(text),
      (messageId, { code, description }) => this.#refuseResult(messageId, code, description),
    );
  }

  /** Takes one text frame. Never throws. */
  receive(text: string): void {
    const frame = this.#known(parseFrame(text));
    if (frame.kind !== 'malformed') this.#badFramesInARow = 0;
    switch (frame.kind) {
      case 'call':
      case 'send':
        this.#queueAnswer(frame);
        return;
      case 'result':
        this.#settle(frame.messageId, this.calls.answer(frame.messageId, frame));
        return;
      case 'error':
        this.#settle(frame.messageId, this.calls.answer(frame.messageId, { ...frame, kind: 'refused' }));
        return;
      case 'result error':
        this.#warnOnce({ code: frame.code, why: frame.description }, 'station could not read an answer');
        return;
      case 'malformed':
        this.#refuse(frame);
        return;
      default:
        frame satisfies never;
    }
  }

  #known(frame: Frame): Frame {
    const isOf21 = frame.kind === 'send' || frame.kind === 'result error';
    return isOf21 && !this.#rules.hasSend ? unknownType(frame.messageId) : frame;
  }

  #queueAnswer(call: CallFrame): void {
    // A repetition of a call that is being answered gets the one answer to its id. A repetition of an answered
    // one is handled anew: what it tells is idempotent by its content, across reconnects and restarts.
    if (this.#unanswered.has(call.messageId)) return;
    const { maxUnansweredCalls } = this.#limits;
    if (this.#unanswered.size >= maxUnansweredCalls && this.#waiting(call.kind) >= maxUnansweredCalls) {
      // Nothing tells a station to wait with what it sends without an answer, so it did nothing wrong.
      if (call.kind === 'send') this.#warnOnce({ action: call.action }, 'message dropped: too many wait');
      else this.#port.giveUp(`sent ${maxUnansweredCalls + 1} calls without waiting for an answer`);
      return;
    }
    this.#unanswered.set(call.messageId, call);
    if (!this.#isAnswering) this.#answerAll();
  }

  #waiting(kind: CallFrame['kind']): number {
    return [...this.#unanswered.values()].filter((call) => call.kind === kind).length;
  }

  /** Waits for nothing that is there at once, so that most answers go out before this returns. */
  #answerAll(): void {
    this.#isAnswering = true;
    // A map's iteration also visits what is added meanwhile.
    for (const call of this.#unanswered.values()) {
      const soon = this.#answerOf(call);
      if (soon instanceof Promise) {
        void soon.then((answer) => {
          this.#answered(call, answer);
          this.#answerAll();
        });
        return;
      }
      this.#answered(call, soon);
    }
    this.#isAnswering = false;
  }

  #answered({ kind, messageId }: CallFrame, answer: RpcAnswer | Refusal): void {
    this.#unanswered.delete(messageId);
    if (answer instanceof Error) {
      if (kind === 'call') this.#writeRefusal(messageId, answer);
      return;
    }
    if (kind === 'call') this.#port.write(writeResult(messageId, answer.payload));
    answer.afterwards();
  }

  #answerOf({ action, payload, messageId }: CallFrame): Soon<RpcAnswer | Refusal> {
    try {
      const soon = this.#port.answer(action, payload, messageId);
      return soon instanceof Promise ? soon.catch((error: unknown) => this.#refusal(action, error)) : soon;
    } catch (error) {
      return this.#refusal(action, error);
    }
  }

  #refusal(action: string, error: unknown): Refusal {
    if (error instanceof PassedRefusal) return error;
    if (error instanceof CallRefusal) {
      this.#warnOnce({ action, code: error.code, why: error.message }, 'call refused');
      return error;
    }
    // What failed is behind us, a database perhaps. The station keeps its message and tries again.
    this.#port.log.error({ action, err: error }, 'call could not be answered');
    return new CallRefusal('InternalError', 'The call could not be handled, try again later');
  }

  #warnOnce(fields: Readonly<Record<string, string>>, message: string): void {
    const line = `${message} ${Object.values(fields).join(' ')}`;
    if (this.#told.has(line) || this.#told.size >= maxLinesPerConnection) return;
    this.#told.add(line);
    this.#port.log.warn(fields, message);
  }

  #settle(messageId: string, wasExpected: boolean): void {
    if (!wasExpected) this.#port.log.debug({ messageId }, 'answer to no open call dropped');
  }

  #refuse(frame: Extract<Frame, { kind: 'malformed' }>): void {
    this.#badFramesInARow += 1;
    this.#warnOnce({ why: frame.why }, 'frame dropped');
    if (this.#badFramesInARow > this.#limits.maxBadFrames) {
      this.#port.giveUp(`sent ${this.#badFramesInARow} frames in a row that are no OCPP message`);
      return;
    }
    this.#writeError(frame.messageId, frame.code, `The message ${frame.why}`);
  }

  #refuseResult(messageId: string, code: ErrorCode, description: string): void {
    const name = this.#rules.errorNames[code];
    if (name !== undefined && this.#rules.hasSend)
      this.#port.write(writeResultError(messageId, name, description));
  }

  #writeRefusal(messageId: string, refusal: Refusal): void {
    if (refusal instanceof PassedRefusal)
      this.#port.write(writeError(messageId, refusal.code, refusal.message));
    else this.#writeError(messageId, refusal.code, refusal.message);
  }

  #writeError(messageId: string | undefined, code: ErrorCode, description: string): void {
    const name = this.#rules.errorNames[code];
    if (name === undefined || (messageId === undefined && !this.#rules.answersUnreadable)) return;
    this.#port.write(writeError(messageId, name, description));
  }
}
