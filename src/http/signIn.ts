import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { SiteId } from '../domain/ids.ts';
import type { Visit } from '../domain/peopleChange.ts';
import type { Standing } from '../domain/person.ts';
import { type Actor, isLoopback } from './auth.ts';
import { cookieOf } from './cookie.ts';
import type { PeoplePort } from './peoplePorts.ts';
import { ProblemError } from './problem.ts';

/** An API key as configured: its hash, never itself. */
export interface AccessKey extends Standing {
  /** SHA-256 of the key, in hexadecimal. */
  readonly sha256: string;
  /** Where it is good. An admin's is good everywhere. */
  readonly sites: readonly SiteId[];
}

/** Who asks, and how that was proven. */
export interface Identity {
  readonly actor: Actor;
  /** Where it was a cookie. */
  readonly visit?: Visit;
  /** Whether the same still holds; asking does not prolong it. */
  isGood(): boolean;
}

export type Identify = (request: FastifyRequest) => Identity;

const bearer = /^Bearer ([\x21-\x7e]{1,256})$/i;

/** Finds who asks, by key or by the cookie of a login, or throws a 401 or 403. */
export function identities(keys: readonly AccessKey[], people: PeoplePort): Identify {
  const configured = configuredKeys(keys);
  const byHash = (hash: Buffer): Standing | undefined =>
    configured(hash) ?? people.byKey(hash.toString('hex'));
  return (request) => {
    // A key is sent on purpose, by a program. Whoever sends both means the key.
    if (request.headers.authorization === undefined) return byCookie(request, people);
    const presented = bearer.exec(request.headers.authorization)?.[1];
    if (presented === undefined)
      throw unknown('no API key was given: send the header "Authorization: Bearer <key>"');
    const hash = createHash('sha256').update(presented).digest();
    const actor = byHash(hash);
    if (actor === undefined)
      throw unknown('the API key is not known: check access.keys in the config, and whether it has expired');
    return { actor, isGood: () => isSame(byHash(hash), actor) };
  };
}

/** Every key is compared, in constant time, whichever matches. */
function configuredKeys(keys: readonly AccessKey[]): (hash: Buffer) => Standing | undefined {
  const hashed = keys.map((key) => ({ key, hash: Buffer.from(key.sha256, 'hex') }));
  return (hash) => {
    const matching = hashed.filter(
      (entry) => entry.hash.length === hash.length && timingSafeEqual(entry.hash, hash),
    );
    return matching[0]?.key;
  };
}

function byCookie(request: FastifyRequest, people: PeoplePort): Identity {
  const secret = cookieOf(request);
  if (secret === undefined)
    throw unknown(
      'nobody is signed in and no API key was given: sign in, or send the header "Authorization: Bearer <key>"',
    );
  const visit = people.byLogin(secret);
  if (visit === undefined) throw unknown('the login has ended: sign in again');
  if (request.method !== 'GET') demandOwnPage(request, visit);
  const actor = visit.standing;
  return { actor, visit, isGood: () => isSame(people.byLogin(secret, 'look')?.standing, actor) };
}

/**
 * A browser sends its cookies whoever wrote the page that asks. So a change needs what only a page of ours can know,
 * beside the cookie, and must not come from a page of somebody else.
 */
function demandOwnPage(request: FastifyRequest, { csrfToken }: Visit): void {
  demandOwnOrigin(request);
  const sent = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
  const expected = Buffer.from(csrfToken);
  if (sent.length === expected.length && timingSafeEqual(sent, expected)) return;
  throw new ProblemError('forbidden', {
    detail: 'the header X-CSRF-Token is missing or wrong: send the csrfToken of GET /api/v1/me',
  });
}

/** Refuses what a browser sent for a page of another origin. */
export function demandOwnOrigin({ headers: { host, origin, ...headers } }: FastifyRequest): void {
  const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  const site = headers['sec-fetch-site'];
  if (isOwnOrigin && (site === undefined || site === 'same-origin' || site === 'none')) return;
  throw new ProblemError('forbidden', { detail: 'the request comes from a page of another site' });
}

const trialActor: Actor = { name: 'trial', role: 'admin', sites: [] };

/**
 * For a trial without keys and users, on loopback: everybody is admin, but only from this machine. A web page the
 * operator happens to have open runs on this machine too, so a request that a browser sent for another origin, or under
 * a name that some DNS server points at 127.0.0.1, is refused.
 */
export const onTrial = ({ headers: { host, origin } }: FastifyRequest, isTrial: () => boolean): Identity => {
  const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  if (isOwnHost(host) && isOwnOrigin) return { actor: trialActor, isGood: isTrial };
  throw new ProblemError('forbidden', {
    detail:
      'without access.keys and users only this machine may ask, as localhost: configure a key to ask from elsewhere',
  });
};

/** Whether the one who asks calls us by a name that only this machine has. */
export const isOwnHost = (host: string | undefined): boolean =>
  host !== undefined && URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname);

const isSame = (now: Standing | undefined, then: Standing): boolean =>
  now !== undefined && now.role === then.role && now.sites.join() === then.sites.join();

const unknown = (detail: string): ProblemError => new ProblemError('unauthenticated', { detail });
