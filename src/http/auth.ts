import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { LimitSource } from '../domain/gridLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import { ProblemError } from './problem.ts';

export type Role = 'viewer' | 'site-operator' | 'grid-operator' | 'admin';

/** An API key as configured: its hash, never itself. */
export interface AccessKey {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the key, in hexadecimal. */
  readonly sha256: string;
  /** Where it is good. An admin's is good everywhere. */
  readonly sites: readonly SiteId[];
}

/** Who asks. */
export type Actor = Pick<AccessKey, 'name' | 'role' | 'sites'>;

export type Right =
  | 'read sites'
  /** Sessions tell about drivers: the grid operator sees what a site draws, not who draws it. */
  | 'read sessions'
  | 'set limits'
  | 'send heartbeats'
  | 'change sessions'
  | 'stop sites'
  | 'set prices'
  | 'command stations'
  /** Whoever knows a driver's token can charge in his name. */
  | 'manage tokens'
  /** Whoever is a partner reads what it costs to charge here, and starts sessions. */
  | 'manage partners'
  /** What can make a station forget its failsafe or its connection to us. */
  | 'configure stations'
  /** A bundle holds what all sites did. */
  | 'write incidents';

const rights: Record<Role, readonly Right[]> = {
  viewer: ['read sites', 'read sessions'],
  'site-operator': [
    'read sites',
    'read sessions',
    'set limits',
    'change sessions',
    'stop sites',
    'set prices',
    'command stations',
    'manage tokens',
  ],
  'grid-operator': ['read sites', 'set limits', 'send heartbeats'],
  admin: [
    'read sites',
    'read sessions',
    'set limits',
    'send heartbeats',
    'change sessions',
    'stop sites',
    'set prices',
    'command stations',
    'manage tokens',
    'manage partners',
    'configure stations',
    'write incidents',
  ],
};

/** Whether an actor has a right, and has it at `site` where one is given. The one place that decides it. */
export function can(actor: Actor, right: Right, site?: SiteId): boolean {
  if (!rights[actor.role].includes(right)) return false;
  return site === undefined || actor.role === 'admin' || actor.sites.includes(site);
}

/** Demands a right. The answer is the same whether the site exists or not, so that keys cannot probe for sites. */
export function demand(actor: Actor, right: Right, site?: SiteId): void {
  if (can(actor, right, site)) return;
  const where = site !== undefined && can(actor, right) ? `at site "${site}"` : `(role ${actor.role})`;
  throw new ProblemError('forbidden', {
    detail: `key "${actor.name}" may not ${right} ${where}: use a key that may`,
  });
}

/** For whom an actor sets and ends limits. */
export function limitSources(actor: Actor): readonly LimitSource[] {
  switch (actor.role) {
    case 'site-operator':
    case 'grid-operator':
      return [actor.role];
    case 'admin':
      return ['site-operator', 'grid-operator'];
    case 'viewer':
      return [];
    default:
      return actor.role satisfies never;
  }
}

export type Authenticate = (headers: IncomingHttpHeaders) => Actor;

const bearer = /^Bearer ([\x21-\x7e]{1,256})$/i;

/** Finds the actor by its key, or throws a 401. Every key is compared, in constant time, whichever matches. */
export function byKey(keys: readonly AccessKey[]): Authenticate {
  const hashed = keys.map((key) => ({ key, hash: Buffer.from(key.sha256, 'hex') }));
  return ({ authorization }) => {
    const presented = bearer.exec(authorization ?? '')?.[1];
    if (presented === undefined) {
      throw new ProblemError('unauthenticated', {
        detail: 'no API key was given: send the header "Authorization: Bearer <key>"',
      });
    }
    const hash = createHash('sha256').update(presented).digest();
    const matching = hashed.filter(
      (entry) => entry.hash.length === hash.length && timingSafeEqual(entry.hash, hash),
    );
    const [match] = matching;
    if (match === undefined) {
      throw new ProblemError('unauthenticated', {
        detail: 'the API key is not known: check access.keys in the config',
      });
    }
    return match.key;
  };
}

const trialActor: Actor = { name: 'trial', role: 'admin', sites: [] };

/**
 * For a trial without keys, on loopback: everybody is admin, but only from this machine. A web page the operator happens
 * to have open runs on this machine too, so a request that a browser sent for another origin, or under a
 * name that some DNS server points at 127.0.0.1, is refused.
 */
export const onTrial: Authenticate = ({ host, origin }) => {
  const isOwnHost =
    host !== undefined && URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname);
  const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  if (isOwnHost && isOwnOrigin) return trialActor;
  throw new ProblemError('forbidden', {
    detail:
      'without access.keys only this machine may ask, as localhost: configure a key to ask from elsewhere',
  });
};

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
