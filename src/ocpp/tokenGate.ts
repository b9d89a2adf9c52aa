import type { Clock } from '../control/ports.ts';
import type { Authorization, TokenRequest } from '../domain/token.ts';
import type { Logger } from '../log.ts';
import { CallRefusal } from './rpc.ts';

/** A station that was offline asks for every session it had at once. */
const burst = 120;
const perSecond = 1;

/** Asks who may charge for one station, and no more often than drivers come: nobody tries out numbers here. */
export class TokenGate {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #authorize: (request: TokenRequest) => Promise<Authorization>;
  #left = burst;
  #countedAtMs: number;
  #isRefusing = false;

  constructor(
    { clock, log }: { readonly clock: Clock; readonly log: Logger },
    authorize: (request: TokenRequest) => Promise<Authorization>,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#authorize = authorize;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Throws `CallRefusal` past the bound: the station keeps its message and sends it again. */
  authorize(request: TokenRequest): Promise<Authorization> {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#countedAtMs) / 1000) * perSecond);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) {
      if (!this.#isRefusing) this.#log.warn({ burst, perSecond }, 'station asks for too many tokens');
      this.#isRefusing = true;
      throw new CallRefusal('InternalError', 'Too many tokens were asked for, try again later');
    }
    this.#isRefusing = false;
    this.#left -= 1;
    return this.#authorize(request);
  }
}
