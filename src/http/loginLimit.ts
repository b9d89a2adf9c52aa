import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../control/ports.ts';
import { RateLimit } from '../domain/rateLimit.ts';
import type { Actor, Authenticate } from './auth.ts';
import { ProblemError } from './problem.ts';

/** Wrong keys in a row from one address, which may stand for a whole office; one is forgiven every 3 s. */
const maxFailures = 20;
const forgiveEveryMs = 3_000;
/** Addresses, and pairs of a key and an address, that are remembered. */
const maxRemembered = 10_000;

interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly ip: string;
}

/**
 * Finds the actor, or throws: a 401 for a wrong key, a 429 after too many of them from an address, right or not, so that
 * guessing tells nothing. A key that was used from there before goes on working, so that nobody is locked out by a
 * neighbour behind the same proxy.
 */
export function limitedLogins(actorOf: Authenticate, clock: Clock): (asking: Asking) => Actor {
  const failures = new RateLimit({ burst: maxFailures, forgiveEveryMs, maxKeys: maxRemembered });
  const welcome = new Set<string>();
  return ({ headers, ip }) => {
    const nowMs = clock.monotonicMs();
    const waitMs = failures.waitMs(ip, nowMs);
    const actor = attempt(
      () => actorOf(headers),
      (error) => {
        if (waitMs > 0) throw tooMany(waitMs);
        if (headers.authorization !== undefined) failures.count(ip, nowMs);
        throw error;
      },
    );
    const visit = `${actor.name} ${ip}`;
    if (waitMs > 0 && !welcome.has(visit)) throw tooMany(waitMs);
    if (welcome.size >= maxRemembered) welcome.clear();
    welcome.add(visit);
    return actor;
  };
}

function attempt<T>(run: () => T, onError: (error: unknown) => never): T {
  try {
    return run();
  } catch (error) {
    return onError(error);
  }
}

const tooMany = (waitMs: number): ProblemError =>
  new ProblemError('too-many-attempts', {
    detail: `too many wrong keys came from this address: wait ${Math.ceil(waitMs / 1000)} s, and look for whoever uses a wrong one`,
  });
