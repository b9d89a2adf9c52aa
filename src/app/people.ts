import type { LoadedConfig } from '../config/config.ts';
import { createCredential, sha256 } from '../credentials.ts';
import type { HttpPorts } from '../http/ports.ts';
import { PeopleDesk } from '../people/peopleDesk.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts } from './app.ts';

/** Users, keys and logins as the database has them. Rejects when they cannot be read. */
export function openPeopleDesk(
  { config, sites }: LoadedConfig,
  { clock, log }: Pick<AppPorts, 'clock' | 'log'>,
  store: Store,
): Promise<PeopleDesk> {
  const { keys, idleMinutes, loginHours } = config.access;
  return PeopleDesk.open(
    {
      idleMs: idleMinutes * 60_000,
      loginMs: loginHours * 3_600_000,
      configured: keys,
      sites: new Set(sites.map(({ id }) => id)),
    },
    { clock, log, book: store, createCredential, sha256 },
  );
}

export const peoplePort = (desk: PeopleDesk): HttpPorts['people'] => ({
  isEmpty: () => desk.isEmpty,
  byKey: (hash) => desk.byKey(hash),
  byLogin: (secret, use) => desk.byLogin(secret, use),
  signIn: (asked, former) => desk.signIn(asked, former),
  signOut: (visit) => desk.signOut(visit),
  changeOwnPassword: (visit, passwords) => desk.changeOwnPassword(visit, passwords),
  users: () => desk.users(),
  addUser: (request, by) => desk.addUser(request, by),
  changeUser: (name, change, by) => desk.changeUser(name, change, by),
  removeUser: (name, by) => desk.removeUser(name, by),
  keys: () => desk.keys(),
  addKey: (request, by) => desk.addKey(request, by),
  removeKey: (name, by) => desk.removeKey(name, by),
});
