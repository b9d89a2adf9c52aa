import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { siteId } from '../../src/domain/ids.ts';
import type { Role } from '../../src/domain/person.ts';
import { can, isLoopback, type Right } from '../../src/http/auth.ts';
import type { Api } from '../../src/http/plugin.ts';
import { VirtualClock } from '../virtualClock.ts';
import { as, depot, garage, givenApi, givenPorts, later, nowMs } from './givenApi.ts';

const limitBody = { site: 'garage', circuit: 'hall-a', amps: 10, until: later, reason: 'test' };

/** One request for each thing a key may do at its own site, and who may do it. */
const requests: readonly [
  what: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  body: object | undefined,
  roles: readonly Role[],
][] = [
  ['reads sites', 'GET', '/sites', undefined, ['viewer', 'site-operator', 'grid-operator', 'admin']],
  ['reads a site', 'GET', '/sites/garage', undefined, ['viewer', 'site-operator', 'grid-operator', 'admin']],
  [
    'reads an explanation',
    'GET',
    '/evses/A1/explanation',
    undefined,
    ['viewer', 'site-operator', 'grid-operator', 'admin'],
  ],
  ['reads limits', 'GET', '/limits', undefined, ['viewer', 'site-operator', 'grid-operator', 'admin']],
  ['reads sessions', 'GET', '/sessions', undefined, ['viewer', 'site-operator', 'admin']],
  ['sets a limit on a circuit', 'POST', '/limits', limitBody, ['site-operator', 'grid-operator', 'admin']],
  [
    'sets a limit on an area',
    'POST',
    '/limits',
    { area: 'feeder-12', watts: 1000, until: later, reason: 'test' },
    ['grid-operator', 'admin'],
  ],
  ["ends the grid operator's limit", 'DELETE', '/limits/L1', undefined, ['grid-operator', 'admin']],
  ['sends a heartbeat', 'POST', '/grid/heartbeat', undefined, ['grid-operator', 'admin']],
  ['changes a session', 'PATCH', '/sessions/CP-A1~5', { priority: 1 }, ['site-operator', 'admin']],
  [
    'commands a station',
    'POST',
    '/stations/CP-A1/commands/reset',
    { urgency: 'graceful' },
    ['site-operator', 'admin'],
  ],
  [
    'configures a station',
    'POST',
    '/stations/CP-A1/commands/change-configuration',
    { key: 'K', value: 'v' },
    ['admin'],
  ],
  ['clears charging profiles', 'POST', '/stations/CP-A1/commands/clear-charging-profile', {}, ['admin']],
];
const keyOfRole: Record<Role, string> = {
  viewer: 'guest',
  'site-operator': 'office',
  'grid-operator': 'dso',
  admin: 'root',
};
const roles = ['viewer', 'site-operator', 'grid-operator', 'admin'] as const;

const ask = (
  api: Api,
  headers: Record<string, string>,
  [, method, path, payload]: (typeof requests)[number],
) => api.inject({ method, url: `/api/v1${path}`, headers, ...(payload !== undefined && { payload }) });

describe('the roles', () => {
  for (const request of requests) {
    const [what, , , , allowed] = request;
    for (const role of roles) {
      const isAllowed = allowed.includes(role);
      it(`${role} ${isAllowed ? '' : 'never '}${what}`, async () => {
        const ports = givenPorts();
        const answer = await ask(await givenApi(ports), as(keyOfRole[role]), request);
        if (isAllowed) {
          expect(answer.statusCode).toBeLessThan(300);
          return;
        }
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({ type: 'urn:lastvakt:problem:forbidden', status: 403 });
        expect(answer.json().detail).toContain(`key "${keyOfRole[role]}"`);
        expect(ports.calls).toEqual([]);
      });
    }
  }
});

describe("the key of another site's operator", () => {
  it.each(requests.filter(([, , , , allowed]) => allowed.includes('site-operator')))(
    'never %s here',
    async (...request) => {
      const ports = givenPorts();
      const answer = await ask(await givenApi(ports), as('neighbour'), request);
      expect(answer.body).not.toMatch(/Garage Lund|cold evening|"transactionId":"5"/);
      expect(ports.calls.filter(([call]) => call !== 'sessions')).toEqual([]);
    },
  );

  it('hears the same of a site that exists and of one that does not', async () => {
    const api = await givenApi();
    const answer = (site: string) => api.inject({ url: `/api/v1/sites/${site}`, headers: as('neighbour') });
    const [existing, missing] = [await answer('garage'), await answer('nowhere')];
    expect(existing.statusCode).toBe(403);
    expect(existing.body.replaceAll('garage', 'nowhere')).toBe(missing.body);
  });

  it('is refused a limit, with the site named', async () => {
    const payload = limitBody;
    const answer = await (await givenApi()).inject({
      method: 'POST',
      url: '/api/v1/limits',
      headers: as('neighbour'),
      payload,
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toBe(
      'key "neighbour" may not set limits at site "garage": use a key that may',
    );
  });
});

describe('authentication', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic c2VjcmV0'],
    ['an unknown key', 'Bearer secret-thief'],
    ['an empty key', 'Bearer '],
    ['a key that is too long to be one', `Bearer ${'x'.repeat(257)}`],
    [
      'the hash in place of the key',
      'Bearer 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
    ],
  ])('refuses %s', async (_what, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await (await givenApi()).inject({ url: '/api/v1/sites', headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('logs refused keys, but not every one of many', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const clock = new VirtualClock(nowMs);
    const api = await givenApi(givenPorts({ log, clock }));
    const guess = () => api.inject({ url: '/api/v1/sites', headers: { authorization: 'Bearer guess' } });
    for (let tries = 0; tries < 20; tries++) await guess();
    expect(lines).toHaveLength(1);
    clock.advance(60_000);
    await guess();
    expect(lines).toHaveLength(2);
    expect(lines.join()).toContain('request without a valid key refused');
    expect(lines.join()).not.toContain('guess');
  });

  it('is demanded before the body is read', async () => {
    const payload = 'x'.repeat(60_000);
    const answer = await (await givenApi()).inject({ method: 'POST', url: '/api/v1/limits', payload });
    expect(answer.statusCode).toBe(401);
  });

  it('is demanded on every route but the probes, the description and the one for signing in', async () => {
    const api = await givenApi(givenPorts(), { host: '0.0.0.0' });
    const { paths } = (await api.inject({ url: '/openapi.json' })).json();
    const open: string[] = [];
    for (const [path, operations] of Object.entries<object>(paths)) {
      for (const method of Object.keys(operations)) {
        const url = path.replaceAll(/\{[^}]+\}/g, 'some');
        const answer = await api.inject({ method: method.toUpperCase() as 'GET', url });
        if (answer.statusCode !== 401) open.push(`${method} ${path}`);
      }
    }
    expect(open).toEqual(['get /livez', 'get /readyz', 'get /openapi.json', 'post /api/v1/login']);
    expect(Object.keys(paths).length).toBeGreaterThan(15);
  });

  it('is demanded of every route at its registration', async () => {
    const api = await givenApi();
    expect(() => api.get('/forgotten', async () => 'x')).toThrow(
      'route GET /forgotten does not say who may use it',
    );
  });
});

describe('without any key', () => {
  it('the API does not start where other machines reach it', async () => {
    await expect(givenApi(givenPorts(), { host: '0.0.0.0', keys: [] })).rejects.toThrow(
      'http.host 0.0.0.0 can be reached from other machines and access.keys is empty: configure a key',
    );
  });

  const onTrial = (headers: Record<string, string>) =>
    givenApi(givenPorts(), { keys: [] }).then((api) => api.inject({ url: '/api/v1/sites', headers }));

  it.each([['127.0.0.1:8080'], ['localhost:8080'], ['[::1]:8080']])(
    'this machine is admin, as %s',
    async (host) => {
      const answer = await onTrial({ host });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toHaveLength(2);
      expect((await onTrial({ host, origin: `http://${host}` })).statusCode).toBe(200);
    },
  );

  it.each([
    ['a name that a DNS server points here', { host: 'evil.example:8080' }],
    ['a web page of another origin', { host: 'localhost:8080', origin: 'https://evil.example' }],
    ['a web page without an origin', { host: 'localhost:8080', origin: 'null' }],
    ['a host that is none', { host: '::::' }],
  ])('a request through %s is refused', async (_what, headers) => {
    const answer = await onTrial(headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toContain('configure a key');
  });
});

describe('can', () => {
  const actor = (role: Role) => ({ name: 'x', role, sites: [siteId('garage')] });

  it('holds at the sites of the key, and everywhere for an admin', () => {
    expect(can(actor('viewer'), 'read sites', garage.siteId)).toBe(true);
    expect(can(actor('viewer'), 'read sites', depot.siteId)).toBe(false);
    expect(can(actor('admin'), 'read sites', depot.siteId)).toBe(true);
  });

  it('never holds for a right the role lacks', () => {
    const lacking: readonly [Role, Right][] = [
      ['viewer', 'set limits'],
      ['grid-operator', 'read sessions'],
      ['site-operator', 'configure stations'],
    ];
    for (const [role, right] of lacking) expect(can(actor(role), right, garage.siteId)).toBe(false);
  });
});

describe('a loopback host', () => {
  it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]', 'LOCALHOST'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '192.168.1.2', '127.0.0.1.evil.example', 'localhost.evil.example', ''])(
    'is not "%s"',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
