import { onTestFinished } from 'vitest';
import { auditPort } from '../../src/app/auditLog.ts';
import { peoplePort } from '../../src/app/people.ts';
import { systemClock } from '../../src/clock.ts';
import { createCredential, sha256 } from '../../src/credentials.ts';
import { siteId } from '../../src/domain/ids.ts';
import type { ApiOptions } from '../../src/http/api.ts';
import { recordOrigin } from '../../src/http/origin.ts';
import type { Api } from '../../src/http/plugin.ts';
import { createLogger } from '../../src/log.ts';
import { PeopleDesk } from '../../src/people/peopleDesk.ts';
import type { PeopleOptions } from '../../src/people/ports.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import { givenApi, givenPorts, nowMs } from '../http/givenApi.ts';
import { VirtualClock } from '../virtualClock.ts';

/** Cheap to hash: what is tested here is not how long guessing takes. */
const cost = { N: 16, r: 1, p: 1 };

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A database of its own, gone when the test ends. */
export async function givenStore(): Promise<Store> {
  const ports = { log: createLogger('silent'), clock: systemClock(), origin: recordOrigin };
  const store = await openStore('sqlite::memory:', ports);
  onTestFinished(() => store.stop());
  return store;
}

/** Logins end after an hour without use, and after twelve; the sites are those of the API's fixtures. */
export async function givenDesk(
  store: Store,
  clock: VirtualClock,
  change: Partial<PeopleOptions> = {},
): Promise<PeopleDesk> {
  const sites = new Set([siteId('garage'), siteId('depot')]);
  const options = { idleMs: hourMs, loginMs: 12 * hourMs, configured: [], sites, ...change };
  const log = createLogger('silent');
  const desk = await PeopleDesk.open(options, { clock, log, book: store, createCredential, sha256 }, cost);
  onTestFinished(() => desk.stop());
  return desk;
}

export const passwordOf = (name: string): string => `correct horse, ${[...name].reverse().join('-')}`;

export interface GivenPeople {
  readonly api: Api;
  readonly desk: PeopleDesk;
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly calls: unknown[][];
}

/** The API with the users root (admin), anna (operator of the garage), gunnar (viewer there) and dora (grid operator there). */
export async function givenPeopleApi(change: Partial<ApiOptions> = {}): Promise<GivenPeople> {
  const store = await givenStore();
  const clock = new VirtualClock(nowMs);
  const desk = await givenDesk(store, clock);
  const users = [
    { name: 'root', role: 'admin', sites: [] },
    { name: 'anna', role: 'site-operator', sites: [siteId('garage')] },
    { name: 'gunnar', role: 'viewer', sites: [siteId('garage')] },
    { name: 'dora', role: 'grid-operator', sites: [siteId('garage')] },
  ] as const;
  for (const user of users) await desk.addUser({ ...user, password: passwordOf(user.name) }, 'test');
  const ports = givenPorts({ clock, people: peoplePort(desk), audit: auditPort(store) });
  const api = await givenApi(ports, { keys: [], ...change });
  onTestFinished(() => api.close());
  return { api, desk, store, clock, calls: ports.calls };
}

/** What a browser keeps of a sign-in. */
export interface Browser {
  readonly cookie: string;
  readonly csrfToken: string;
  /** What a page of ours sends with a change. */
  readonly headers: Readonly<Record<string, string>>;
}

export const signIn = (
  api: Api,
  name: string,
  { password = passwordOf(name), ...headers }: Record<string, string> = {},
) => api.inject({ method: 'POST', url: '/api/v1/login', headers, payload: { name, password } });

export async function browserOf(api: Api, name: string): Promise<Browser> {
  const answer = await signIn(api, name);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
  const { csrfToken } = answer.json();
  return { cookie, csrfToken, headers: { cookie, 'x-csrf-token': csrfToken } };
}
