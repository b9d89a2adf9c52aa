import { randomUUID } from 'node:crypto';
import type { Clock } from '../control/ports.ts';
import { writeCall } from './frames.ts';
import type { Procedure, Violation } from './schemas.ts';

/** What became of a call. The caller has to look: none of these is an exception. */
export type CallOutcome<Response> =
  | { readonly kind: 'result'; readonly payload: Response }
  /** The station answered CALLERROR. */
  | { readonly kind: 'refused'; readonly code: string; readonly description: string }
  /** It went out, and what the station did with it is not known. */
  | { readonly kind: 'in doubt'; readonly why: string }
  /** It never went out. */
  | { readonly kind: 'unsent'; readonly why: string };

export interface CallTerms {
  /**
   * Setpoints overtake requests: a limit must not wait behind somebody's reading of the configuration. Questions are
   * what we ask by ourselves and can do without: one in flight is given up after a while when a setpoint waits.
   */
  readonly urgency: 'setpoint' | 'request' | 'question';
  /** A newer call takes the place of the waiting one in the same slot. */
  readonly slot?: string;
  /** Left out: a new one. A call that is passed on for somebody else keeps its own. */
  readonly messageId?: string;
  /** On our monotonic clock. Past it the call is dropped instead of sent. */
  readonly expiresAtMs?: number;
  /** Where the station is known to be slower than most; never shorter than the common timeout. */
  readonly answersWithinMs?: number;
}

/** Stations that have no answer to a question keep silent rather than refuse it (ocpp of Mobility House, in 2.1). */
export const questionPatienceMs = 10_000;

export interface CallQueueLimits {
  readonly callTimeoutMs: number;
  /** Calls that wait for the one in flight. */
  readonly maxWaitingCalls: number;
}

interface WaitingCall {
  readonly action: string;
  readonly terms: CallTerms;
  /** The payload as it is at this instant, or why there is none. */
  build(): { readonly payload: unknown } | { readonly why: string };
  /** Returns what is wrong with a result that cannot be read. */
  settle(outcome: CallOutcome<unknown>): Violation | undefined;
}

interface InFlight {
  readonly messageId: string;
  readonly call: WaitingCall;
  readonly sentAtMs: number;
  cancelTimeout(): void;
}

/** Tells the station that its result could not be read, where the version has a way to. */
type ResultRefusal = (messageId: string, violation: Violation) => void;

/**
 * Our calls to one station, one in flight at a time: a station may refuse a second before it answered the first.
 * [OCPP 2.0.1 Part 4, 4.1.1]
 */
export class CallQueue {
  readonly #limits: CallQueueLimits;
  readonly #clock: Clock;
  readonly #write: (text: string) => void;
  readonly #refuseResult: ResultRefusal;
  #waiting: readonly WaitingCall[] = [];
  #inFlight: InFlight | undefined;
  #stoppedBecause: string | undefined;

  constructor(
    limits: CallQueueLimits,
    clock: Clock,
    write: (text: string) => void,
    refuseResult: ResultRefusal = () => undefined,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#write = write;
    this.#refuseResult = refuseResult;
  }

  /** Makes a call when its turn comes. `request` is asked at that moment, so that times in it are fresh. */
  call<Request, Response>(
    procedure: Procedure<Request, Response>,
    request: () => Request,
    terms: CallTerms,
  ): Promise<CallOutcome<Response>> {
    return new Promise((resolve) => {
      this.#enqueue({
        action: procedure.action,
        terms,
        build: () => {
          const payload = request();
          if (procedure.request.check(payload)) return { payload };
          return { why: `the request is not valid: ${procedure.request.violation().description}` };
        },
        settle: (outcome) => {
          const violation =
            outcome.kind === 'result' && !procedure.response.check(outcome.payload)
              ? procedure.response.violation()
              : undefined;
          resolve(violation === undefined ? (outcome as CallOutcome<Response>) : unreadable(violation));
          return violation;
        },
      });
    });
  }

  /** The station's answer to a call of ours. False when no call waits for it: it came late, or twice. */
  answer(messageId: string, outcome: CallOutcome<unknown>): boolean {
    const open = this.#inFlight;
    if (open?.messageId !== messageId) return false;
    const violation = this.#settleInFlight(outcome);
    if (violation !== undefined) this.#refuseResult(messageId, violation);
    this.#sendNext();
    return true;
  }

  /** Settles everything that is open. What is called later comes back unsent. */
  stop(why: string): void {
    if (this.#stoppedBecause !== undefined) return;
    this.#stoppedBecause = why;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#settleInFlight({ kind: 'in doubt', why });
    for (const call of waiting) call.settle({ kind: 'unsent', why });
  }

  #enqueue(call: WaitingCall): void {
    if (this.#stoppedBecause !== undefined) {
      call.settle({ kind: 'unsent', why: this.#stoppedBecause });
      return;
    }
    const { slot } = call.terms;
    const replaced =
      slot === undefined ? undefined : this.#waiting.find((other) => other.terms.slot === slot);
    if (replaced !== undefined) {
      this.#waiting = this.#waiting.map((other) => (other === replaced ? call : other));
      replaced.settle({ kind: 'unsent', why: 'superseded by a newer one' });
    } else if (this.#waiting.length >= this.#limits.maxWaitingCalls) {
      call.settle({ kind: 'unsent', why: `${this.#limits.maxWaitingCalls} calls wait already` });
    } else {
      this.#waiting = [...this.#waiting, call];
      if (call.terms.urgency === 'setpoint') this.#hurryQuestion();
      this.#sendNext();
    }
  }

  /** A setpoint waits: the question before it is given its time and no more. */
  #hurryQuestion(): void {
    const open = this.#inFlight;
    if (open?.call.terms.urgency !== 'question' || this.#limits.callTimeoutMs <= questionPatienceMs) return;
    open.cancelTimeout();
    this.#inFlight = { ...open, cancelTimeout: this.#giveUp(questionPatienceMs, open.sentAtMs) };
  }

  #sendNext(): void {
    while (this.#inFlight === undefined && this.#stoppedBecause === undefined) {
      const next = this.#waiting.find((call) => call.terms.urgency === 'setpoint') ?? this.#waiting[0];
      if (next === undefined) return;
      this.#waiting = this.#waiting.filter((call) => call !== next);
      this.#send(next);
    }
  }

  #send(call: WaitingCall): void {
    const { expiresAtMs } = call.terms;
    if (expiresAtMs !== undefined && this.#clock.monotonicMs() >= expiresAtMs) {
      call.settle({ kind: 'unsent', why: 'expired before it could be sent' });
      return;
    }
    const built = call.build();
    if ('why' in built) {
      call.settle({ kind: 'unsent', why: built.why });
      return;
    }
    // Unique over all connections of the station, restarts included. [OCPP 2.0.1 Part 4, 4.1.4]
    const messageId = call.terms.messageId ?? randomUUID();
    const callTimeoutMs = Math.max(this.#limits.callTimeoutMs, call.terms.answersWithinMs ?? 0);
    const sentAtMs = this.#clock.monotonicMs();
    this.#inFlight = { messageId, call, sentAtMs, cancelTimeout: this.#giveUp(callTimeoutMs, sentAtMs) };
    this.#write(writeCall(messageId, call.action, built.payload));
  }

  /** Goes on without an answer to the call in flight, so long after it was sent. Returns how to call that off. */
  #giveUp(patienceMs: number, sentAtMs: number): () => void {
    const leftMs = Math.max(0, sentAtMs + patienceMs - this.#clock.monotonicMs());
    return this.#clock.after(leftMs, () => {
      this.#settleInFlight({ kind: 'in doubt', why: `no answer within ${patienceMs} ms` });
      this.#sendNext();
    });
  }

  #settleInFlight(outcome: CallOutcome<unknown>): Violation | undefined {
    const open = this.#inFlight;
    this.#inFlight = undefined;
    open?.cancelTimeout();
    return open?.call.settle(outcome);
  }
}

/** An answer that does not fit its schema tells nothing: the call stays in doubt. */
const unreadable = ({ description }: Violation): CallOutcome<never> => ({
  kind: 'in doubt',
  why: `the answer is not valid: ${description}`,
});
