import { describe, expect, it } from 'vitest';
import { later } from '../http/givenApi.ts';
import { VirtualClock } from '../virtualClock.ts';
import { browserOf, givenDesk, givenPeopleApi, givenStore, passwordOf, signIn } from './givenDesk.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Asks as the admin, signed in. */
async function given() {
  const people = await givenPeopleApi();
  const { headers } = await browserOf(people.api, 'root');
  const ask = (method: Method, path: string, payload?: object) =>
    people.api.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) });
  return { ...people, ask };
}

const bo = { name: 'bo', role: 'site-operator', sites: ['depot'], password: passwordOf('bo') };

describe('a user', () => {
  it('is added and may sign in; the answer, the list and the record are without the password', async () => {
    const { api, ask, store } = await given();
    const added = await ask('POST', '/users', bo);
    expect(added.statusCode).toBe(201);
    const { password, ...told } = bo;
    expect(added.json()).toMatchObject({ ...told, isBlocked: false, setBy: 'root' });
    expect((await signIn(api, 'bo')).json()).toMatchObject({ role: 'site-operator', sites: ['depot'] });
    const list = await ask('GET', '/users');
    expect(list.json().map(({ name }: { name: string }) => name)).toContain('bo');
    const { items } = await store.listAudit({ count: 50 });
    expect(items).toContainEqual(
      expect.objectContaining({
        actor: 'root',
        action: 'user added',
        target: 'bo',
        before: undefined,
        after: { role: 'site-operator', sites: ['depot'], isBlocked: false, password: 'new' },
      }),
    );
    expect(added.body + list.body + JSON.stringify(items)).not.toMatch(/scrypt|horse/);
  });

  it('is changed, and the record says from what to what', async () => {
    const { ask, store } = await given();
    expect((await ask('PATCH', '/users/anna', { role: 'viewer' })).json()).toMatchObject({ role: 'viewer' });
    const { items } = await store.listAudit({ count: 1 });
    expect(items[0]).toMatchObject({
      action: 'user changed',
      before: { role: 'site-operator' },
      after: { role: 'viewer' },
    });
  });

  it('is on record once, with the request that changed it and where that came from', async () => {
    const { ask, store } = await given();
    const answer = await ask('DELETE', '/users/anna');
    const { items } = await store.listAudit({ count: 100 });
    const requestId = answer.headers['x-request-id'];
    expect(items.filter((each) => each.requestId === requestId)).toMatchObject([
      { actor: 'root', action: 'user removed', target: 'anna', after: undefined, address: '127.0.0.1' },
    ]);
    expect(await store.verifyAudit()).toMatchObject({ status: 'whole' });
  });

  it('is removed, and may not sign in again', async () => {
    const { api, ask } = await given();
    expect((await ask('DELETE', '/users/anna')).statusCode).toBe(204);
    expect((await signIn(api, 'anna')).statusCode).toBe(401);
    expect((await ask('DELETE', '/users/anna')).statusCode).toBe(404);
    expect((await ask('PATCH', '/users/anna', { role: 'viewer' })).statusCode).toBe(404);
  });

  it.each([
    ['a name that is taken', { name: 'anna' }, 422, 'name is taken'],
    ['a name that the record has for others', { name: 'mqtt' }, 422, 'name is reserved'],
    ['a name with a space', { name: 'bo ek' }, 422, 'name must be letters'],
    ['no site', { sites: [] }, 422, 'sites must name one site at least'],
    ['a site that is not there', { sites: ['moon'] }, 422, 'sites names "moon"'],
    ['a short password', { password: 'abcdefghijk' }, 422, 'password needs 12 characters at least'],
    ['an unknown role', { role: 'owner' }, 400, 'role'],
    ['an unknown key', { stamp: 'x' }, 400, 'stamp'],
  ])('is not added with %s', async (_what, change, status, why) => {
    const { ask } = await given();
    const answer = await ask('POST', '/users', { ...bo, ...change });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().detail).toContain(why);
  });

  it.each([
    ['removed', 'DELETE', undefined],
    ['blocked', 'PATCH', { isBlocked: true }],
    ['made something else', 'PATCH', { role: 'viewer', sites: ['garage'] }],
  ] as const)('who is the last admin is not %s', async (_what, method, payload) => {
    const { ask } = await given();
    const answer = await ask(method, '/users/root', payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toContain('admin');
  });

  it('who is the last admin is not removed by two who remove each other at the same moment', async () => {
    const { desk } = await givenPeopleApi();
    await desk.addUser({ name: 'eva', role: 'admin', sites: [], password: passwordOf('eva') }, 'root');
    const outcomes = await Promise.all([desk.removeUser('eva', 'root'), desk.removeUser('root', 'eva')]);
    expect(outcomes.map((outcome) => outcome?.status)).toEqual(['removed', 'refused']);
  });

  it('who comes first has to be an admin, and ends the trial', async () => {
    const desk = await givenDesk(await givenStore(), new VirtualClock());
    expect(desk.isEmpty).toBe(true);
    const viewer = { ...bo, role: 'viewer', sites: [] } as const;
    expect(await desk.addUser(viewer, 'trial')).toMatchObject({ status: 'refused', field: 'role' });
    expect(await desk.addUser({ ...viewer, role: 'admin' }, 'trial')).toMatchObject({ status: 'kept' });
    expect(desk.isEmpty).toBe(false);
  });

  it('of a name that the config has for a key is not let in: the config wins', async () => {
    const store = await givenStore();
    const clock = new VirtualClock();
    const before = await givenDesk(store, clock);
    await before.addUser({ ...bo, role: 'admin', sites: [] }, 'root');
    const after = await givenDesk(store, clock, { configured: [{ name: 'bo', role: 'viewer' }] });
    expect(await after.signIn(bo)).toEqual({ status: 'wrong' });
  });

  it('whom the command line removed is out within ten seconds', async () => {
    const { api, store, clock, desk } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const entry = { atMs: 0, actor: 'command-line', action: 'user removed', target: 'anna' };
    await store.deleteUser('anna', { ...entry, before: undefined, after: undefined });
    clock.advance(10_000);
    // What the clock has begun is done before this, which comes after it in the same row.
    await desk.removeKey('none', 'test');
    expect((await api.inject({ url: '/api/v1/me', headers })).statusCode).toBe(401);
  });
});

describe('an API key', () => {
  const meter = { name: 'meter-room', role: 'viewer', sites: ['garage'], expiresAt: later };
  const seen = (api: Awaited<ReturnType<typeof given>>['api'], secret: string) =>
    api.inject({ url: '/api/v1/sites', headers: { authorization: `Bearer ${secret}` } });

  it('is shown once, is good for its role and its sites, and needs no CSRF token', async () => {
    const { api, ask, store } = await given();
    const made = await ask('POST', '/keys', meter);
    expect(made.statusCode).toBe(201);
    const { secret, ...rest } = made.json();
    expect((await ask('GET', '/keys')).json()).toEqual([rest]);
    const sites = await seen(api, secret);
    expect(sites.json().map(({ id }: { id: string }) => id)).toEqual(['garage']);
    const stop = await api.inject({
      method: 'POST',
      url: '/api/v1/sites/garage/stop',
      headers: { authorization: `Bearer ${secret}` },
      payload: { reason: 'test' },
    });
    expect(stop.statusCode).toBe(403);
    expect(stop.json().detail).toContain('may not stop sites');
    expect(JSON.stringify([await store.apiKeys(), await store.listAudit({ count: 9 })])).not.toContain(
      secret,
    );
  });

  it('ends at its time, and when it is removed', async () => {
    const { api, ask, clock } = await given();
    const first = (await ask('POST', '/keys', meter)).json().secret;
    const second = (await ask('POST', '/keys', { ...meter, name: 'other', expiresAt: null })).json().secret;
    expect((await ask('DELETE', '/keys/other')).statusCode).toBe(204);
    expect((await seen(api, second)).statusCode).toBe(401);
    clock.advance(Date.parse(later) - clock.nowMs());
    expect((await seen(api, first)).statusCode).toBe(401);
    expect((await seen(api, first)).json().detail).toContain('not known');
  });

  it.each([
    ['the name of a user', { name: 'anna' }, 'name is taken'],
    ['an end that has passed', { expiresAt: '2026-01-31T11:00:00Z' }, 'expiresAt has passed'],
    ['an end that is none', { expiresAt: 'soon' }, 'expiresAt is not an instant'],
    ['no site', { sites: [] }, 'sites must name one'],
  ])('is not made with %s', async (_what, change, why) => {
    const { ask } = await given();
    const answer = await ask('POST', '/keys', { ...meter, ...change });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toContain(why);
  });

  it('does not stand for a user: there is nothing to sign out of', async () => {
    const { api, ask } = await given();
    const { secret } = (await ask('POST', '/keys', meter)).json();
    const headers = { authorization: `Bearer ${secret}` };
    expect((await api.inject({ method: 'DELETE', url: '/api/v1/login', headers })).statusCode).toBe(422);
    const me = (await api.inject({ url: '/api/v1/me', headers })).json();
    expect(me).toMatchObject({ name: 'meter-room', csrfToken: null, endsAt: null });
  });
});
