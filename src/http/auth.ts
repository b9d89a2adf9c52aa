import type { LimitSource } from '../domain/gridLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Role, Standing } from '../domain/person.ts';
import { ProblemError } from './problem.ts';

/** Who asks: a user, a key, or whoever is on trial. */
export type Actor = Standing;

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
  /** Whoever issues tokens decides who charges on whose bill. */
  | 'manage contracts'
  /** What can make a station forget its failsafe or its connection to us. */
  | 'configure stations'
  /** Users and keys. */
  | 'manage people'
  | 'read audit'
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
    'read audit',
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
    'manage contracts',
    'configure stations',
    'manage people',
    'read audit',
    'write incidents',
  ],
};

/** Whether an actor has a right, and has it at `site` where one is given. The one place that decides it. */
export function can(actor: Actor, right: Right, site?: SiteId): boolean {
  if (!rights[actor.role].includes(right)) return false;
  return site === undefined || actor.role === 'admin' || actor.sites.includes(site);
}

/** What an actor may do where it is good. */
export const rightsOf = ({ role }: Actor): readonly Right[] => rights[role];

/** Demands a right. The answer is the same whether the site exists or not, so that keys cannot probe for sites. */
export function demand(actor: Actor, right: Right, site?: SiteId): void {
  if (can(actor, right, site)) return;
  const isElsewhere = site !== undefined && can(actor, right);
  throw new ProblemError('forbidden', {
    detail: isElsewhere
      ? `key "${actor.name}" may not ${right} at site "${site}": use a key that may`
      : `key "${actor.name}" may not ${right} (role ${actor.role}): use a key that may`,
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

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
