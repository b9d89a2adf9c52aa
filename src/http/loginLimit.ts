import type { FastifyRequest } from 'fastify';
import type { Clock } from '../control/ports.ts';
import { RateLimit } from '../domain/rateLimit.ts';
import { ProblemError } from './problem.ts';
import type { Identify, Identity } from './signIn.ts';

/** Wrong keys and passwords in a row from one address, which may stand for a whole office; one is forgiven every 3 s. */
const ofAddress = { burst: 20, forgiveEveryMs: 3_000 };
/** Wrong passwords in a row for one name. */
const ofName = { burst: 10, forgiveEveryMs: 30_000 };
/** Addresses, names, and pairs of them, that are remembered. */
const maxRemembered = 10_000;

/** How often somebody may be wrong about a key or a password. */
export class LoginLimit {
  readonly #clock: Clock;
  readonly #addresses = new RateLimit({ ...ofAddress, maxKeys: maxRemembered });
  readonly #names = new RateLimit({ ...ofName, maxKeys: maxRemembered });
  /** A name and an address from which it came in. */
  readonly #welcome = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Finds who asks, or throws: a 401 for a wrong key or cookie, a 429 after too many of them from an address, right or
   * not, so that guessing tells nothing. One that was used from there before goes on working, so that nobody is locked
   * out by a neighbour behind the same proxy.
   */
  limited(identify: Identify): Identify {
    return (request) => {
      const nowMs = this.#clock.monotonicMs();
      const waitMs = this.#addresses.waitMs(request.ip, nowMs);
      const identity = this.#attempt(request, identify, waitMs);
      const visit = pair(identity.actor.name, request.ip);
      if (waitMs > 0 && !this.#welcome.has(visit)) throw tooMany(waitMs);
      this.#remember(visit);
      return identity;
    };
  }

  /**
   * Counts an attempt to sign in as wrong before it is judged, so that many at once are no way around; throws a 429 for
   * one too many. What is returned takes it back. Where a name came in before, others' failures elsewhere do not count.
   */
  beginSignIn(name: string, ip: string): (why: 'right' | 'not judged') => void {
    const nowMs = this.#clock.monotonicMs();
    const visit = pair(name, ip);
    const key = this.#welcome.has(visit) ? visit : name;
    const addressWaitMs = this.#welcome.has(visit) ? 0 : this.#addresses.waitMs(ip, nowMs);
    const waitMs = Math.max(addressWaitMs, this.#names.waitMs(key, nowMs));
    if (waitMs > 0) throw tooMany(waitMs, 'wrong passwords came');
    this.#addresses.count(ip, nowMs);
    this.#names.count(key, nowMs);
    return (why) => {
      this.#addresses.forgive(ip);
      this.#names.forgive(key);
      if (why === 'right') this.#remember(visit);
    };
  }

  #attempt(request: FastifyRequest, identify: Identify, waitMs: number): Identity {
    try {
      return identify(request);
    } catch (error) {
      if (waitMs > 0) throw tooMany(waitMs);
      const { authorization } = request.headers;
      if (authorization !== undefined) this.#addresses.count(request.ip, this.#clock.monotonicMs());
      throw error;
    }
  }

  #remember(visit: string): void {
    if (this.#welcome.size >= maxRemembered) this.#welcome.clear();
    this.#welcome.add(visit);
  }
}

const pair = (name: string, ip: string): string => `${name} ${ip}`;

const tooMany = (waitMs: number, what = 'wrong keys came from this address'): ProblemError =>
  new ProblemError('too-many-attempts', {
    detail: `too many ${what}: wait ${Math.ceil(waitMs / 1000)} s, and look for whoever uses a wrong one`,
  });
