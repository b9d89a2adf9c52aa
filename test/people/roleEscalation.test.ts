import { describe, expect, it } from 'vitest';
import type { Api } from '../../src/http/plugin.ts';
import { as, keys } from '../http/givenApi.ts';
import { browserOf, givenPeopleApi, passwordOf } from './givenDesk.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Route {
  readonly method: Method;
  readonly path: string;
}

/** Every route of the API, as its own document tells them, but signing in and out and the stream that never ends. */
async function routesOf(api: Api): Promise<readonly Route[]> {
  const { paths } = (await api.inject('/openapi.json')).json();
  return Object.entries<object>(paths)
    .filter(([path]) => path.startsWith('/api/v1/') && !/\/(login|events)$/.test(path))
    .flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => ({ method: method.toUpperCase() as Method, path })),
    );
}

/** What a user is refused and what not, whatever is asked: without a body, and of things that are not there. */
async function rightsOf(name: string) {
  const { api } = await givenPeopleApi();
  const { headers } = await browserOf(api, name);
  const [refused, allowed]: [string[], string[]] = [[], []];
  for (const { method, path } of await routesOf(api)) {
    const url = path.replaceAll(/\{\w+\}/g, 'none');
    const { statusCode } = await api.inject({ method, url, headers });
    expect(statusCode).not.toBe(401);
    (statusCode === 403 ? refused : allowed).push(`${method} ${path.slice('/api/v1'.length)}`);
  }
  return { refused, allowed };
}

const isChange = (route: string): boolean => !route.startsWith('GET');

describe('a role', () => {
  it('of a viewer changes nothing but its own password', async () => {
    const { allowed } = await rightsOf('gunnar');
    expect(allowed.filter(isChange)).toEqual(['PUT /me/password']);
  });

  it('of a site operator reaches neither users, keys nor partners', async () => {
    const { refused, allowed } = await rightsOf('anna');
    expect(allowed.filter((route) => /\/(users|keys|partners)/.test(route))).toEqual([]);
    expect(refused).toContain('GET /users');
  });

  it('of a grid operator reaches nothing of drivers, people and the record of changes, and commands no station', async () => {
    const { refused, allowed } = await rightsOf('dora');
    const others = /\/(users|keys|partners|sessions|tokens|audit|commands)/;
    expect(allowed.filter((route) => others.test(route))).toEqual([]);
    expect(refused).toContain('GET /sessions');
  });

  it('of an admin is refused nothing', async () => {
    expect((await rightsOf('root')).refused).toEqual([]);
  });
});

describe('somebody who wants to be more', () => {
  it.each([
    ['PATCH', '/users/anna', { role: 'admin' }, 403],
    ['PATCH', '/users/anna', { sites: ['garage', 'depot'] }, 403],
    ['POST', '/users', { name: 'mine', role: 'admin', password: passwordOf('mine') }, 403],
    ['POST', '/keys', { name: 'mine', role: 'admin' }, 403],
    [
      'PUT',
      '/me/password',
      { current: passwordOf('anna'), password: 'a new and longer one', role: 'admin' },
      400,
    ],
    ['POST', '/limits', { site: 'depot', circuit: 'grid', amps: 10, standing: true, reason: 'mine' }, 403],
    ['POST', '/sites/depot/stop', { reason: 'mine' }, 403],
  ] as const)('does not become it: %s %s %j', async (method, path, payload, status) => {
    const { api, desk, calls } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const answer = await api.inject({ method, url: `/api/v1${path}`, headers, payload });
    expect([answer.statusCode, calls]).toEqual([status, []]);
    expect(desk.users().find(({ name }) => name === 'anna')).toMatchObject({
      ...{ role: 'site-operator', sites: ['garage'] },
    });
    expect(desk.users()).toHaveLength(4);
    expect(desk.keys()).toEqual([]);
  });

  it('has the rights of the key that is sent, not those of the cookie beside it', async () => {
    const { api } = await givenPeopleApi({ keys });
    const admin = await browserOf(api, 'root');
    const headers = { ...admin.headers, ...as('guest') };
    expect((await api.inject({ url: '/api/v1/users', headers })).statusCode).toBe(403);
    expect((await api.inject({ url: '/api/v1/me', headers })).json()).toMatchObject({ name: 'guest' });
  });
});
