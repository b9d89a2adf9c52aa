import { describe, expect, it } from 'vitest';
import { later } from '../http/givenApi.ts';
import { browserOf, givenDesk, givenPeopleApi, hourMs, minuteMs, passwordOf, signIn } from './givenDesk.ts';

const sites = '/api/v1/sites';
const limit = {
  method: 'POST',
  url: '/api/v1/limits',
  payload: { site: 'garage', circuit: 'hall-a', amps: 10, until: later, reason: 'test' },
} as const;

describe('signing in', () => {
  it('tells who one is, what one may do, and sets a cookie that only this host gets and no script reads', async () => {
    const { api } = await givenPeopleApi();
    const answer = await signIn(api, 'gunnar');
    expect(answer.json()).toEqual({
      name: 'gunnar',
      role: 'viewer',
      sites: ['garage'],
      rights: ['read sites', 'read sessions'],
      features: [],
      csrfToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      endsAt: '2026-01-31T13:00:00.000Z',
    });
    expect(answer.headers['set-cookie']).toMatch(
      /^lastvakt=[A-Za-z0-9_-]{32}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
    const overTls = await signIn(api, 'gunnar', { 'x-forwarded-proto': 'https', host: 'load.example' });
    expect(overTls.headers['set-cookie']).toMatch(/^__Host-lastvakt=/);
  });

  it('opens what the role may, and GET /me tells the same again', async () => {
    const { api } = await givenPeopleApi();
    const { cookie, csrfToken } = await browserOf(api, 'gunnar');
    const seen = await api.inject({ url: sites, headers: { cookie } });
    expect(seen.json().map(({ id }: { id: string }) => id)).toEqual(['garage']);
    const me = await api.inject({ url: '/api/v1/me', headers: { cookie } });
    expect(me.json()).toMatchObject({ name: 'gunnar', csrfToken });
  });

  it.each([
    ['another password', { name: 'anna', password: passwordOf('root') }],
    ['an unknown name', { name: 'nobody', password: passwordOf('anna') }],
    ['a blocked user', { name: 'dora', password: passwordOf('dora') }],
  ])('with %s is answered the same', async (_what, payload) => {
    const { api, desk } = await givenPeopleApi();
    await desk.changeUser('dora', { isBlocked: true }, 'root');
    const answer = await api.inject({ method: 'POST', url: '/api/v1/login', payload });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.json().detail).toBe('name or password is wrong');
  });

  it('without TLS is refused to every machine but this one', async () => {
    const { api } = await givenPeopleApi();
    const answer = await signIn(api, 'anna', { host: '192.0.2.7:8080' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toContain('only taken over TLS');
  });

  it('is on record, and so is nothing of the password or the cookie', async () => {
    const { api, store } = await givenPeopleApi();
    const { cookie } = await browserOf(api, 'anna');
    const { items } = await store.listAudit({ count: 100 });
    expect(items[0]).toMatchObject({ actor: 'anna', action: 'signed in', target: 'anna' });
    const written = JSON.stringify([items, await store.logins()]);
    expect(written).not.toContain(cookie.slice('lastvakt='.length));
    expect(written).not.toContain('scrypt');
  });
});

describe('a session that was fixed beforehand', () => {
  it('is not taken up: signing in makes a new one, and ends the one that was there', async () => {
    const { api } = await givenPeopleApi();
    const planted = await browserOf(api, 'gunnar');
    const answer = await signIn(api, 'root', { cookie: planted.cookie });
    expect(String(answer.headers['set-cookie'])).not.toContain(planted.cookie);
    const again = await api.inject({ url: sites, headers: { cookie: planted.cookie } });
    expect(again.statusCode).toBe(401);
  });

  it('of somebody who made it up is no session, before and after', async () => {
    const { api } = await givenPeopleApi();
    const cookie = `lastvakt=${'A'.repeat(32)}`;
    expect((await api.inject({ url: sites, headers: { cookie } })).statusCode).toBe(401);
    await signIn(api, 'root', { cookie });
    expect((await api.inject({ url: sites, headers: { cookie } })).statusCode).toBe(401);
  });

  it('beside the own one makes both worthless', async () => {
    const { api } = await givenPeopleApi();
    const [own, planted] = [await browserOf(api, 'root'), await browserOf(api, 'gunnar')];
    const cookie = `${planted.cookie}; ${own.cookie}`;
    expect((await api.inject({ url: sites, headers: { cookie } })).statusCode).toBe(401);
  });

  it('under the name for this machine is not looked at over TLS', async () => {
    const { api } = await givenPeopleApi();
    const { cookie } = await browserOf(api, 'root');
    const overTls = { cookie, 'x-forwarded-proto': 'https' };
    expect((await api.inject({ url: sites, headers: overTls })).statusCode).toBe(401);
  });
});

describe('a change with the cookie of a user', () => {
  it('is made for a page of ours', async () => {
    const { api, calls } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    expect((await api.inject({ ...limit, headers })).statusCode).toBe(201);
    const own = { ...headers, host: 'localhost:8080', origin: 'http://localhost:8080' };
    const answer = await api.inject({ ...limit, headers: { ...own, 'sec-fetch-site': 'same-origin' } });
    expect(answer.statusCode).toBe(201);
    expect(calls.map(([call, , , by]) => `${call} ${by}`)).toEqual(['limit anna', 'limit anna']);
  });

  it.each([
    ['without the token', { 'x-csrf-token': '' }],
    ['with the token of another login', 'another'],
    ['from a page of another site', { origin: 'https://evil.example' }],
    ['from a page in a sandbox', { origin: 'null' }],
    ['that the browser calls foreign', { 'sec-fetch-site': 'cross-site' }],
    ['from a neighbour under the same domain', { 'sec-fetch-site': 'same-site' }],
  ])('is refused %s', async (_what, change) => {
    const { api, calls } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const foreign =
      change === 'another' ? { 'x-csrf-token': (await browserOf(api, 'anna')).csrfToken } : change;
    const answer = await api.inject({ ...limit, headers: { ...headers, ...Object(foreign) } });
    expect(answer.statusCode).toBe(403);
    expect(calls).toEqual([]);
  });

  it('is not made by a form, which a browser sends for anybody', async () => {
    const { api } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const form = { ...headers, 'content-type': 'text/plain' };
    const answer = await api.inject({ ...limit, payload: JSON.stringify(limit.payload), headers: form });
    expect(answer.statusCode).toBe(415);
  });

  it('is not how somebody else signs us in as himself', async () => {
    const { api } = await givenPeopleApi();
    const answer = await signIn(api, 'gunnar', { origin: 'https://evil.example' });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('a login', () => {
  it('ends an hour after it was used last, and twelve hours after it began', async () => {
    const { api, clock } = await givenPeopleApi();
    const { cookie } = await browserOf(api, 'anna');
    const status = async () => (await api.inject({ url: sites, headers: { cookie } })).statusCode;
    for (let hours = 1; hours < 12; hours += 1) {
      clock.advance(hourMs - 1);
      expect(await status()).toBe(200);
    }
    clock.advance(hourMs - 1);
    clock.advance(12);
    expect(await status()).toBe(401);
    const { cookie: unused } = await browserOf(api, 'anna');
    clock.advance(hourMs);
    expect((await api.inject({ url: sites, headers: { cookie: unused } })).statusCode).toBe(401);
  });

  it('ends when one signs out, and its cookie is taken away', async () => {
    const { api } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const answer = await api.inject({ method: 'DELETE', url: '/api/v1/login', headers });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['set-cookie']).toMatch(/^lastvakt=; .*Max-Age=0$/);
    expect((await api.inject({ url: sites, headers })).statusCode).toBe(401);
  });

  it.each([
    ['is removed', (d: Desk) => d.removeUser('anna', 'root')],
    ['is blocked', (d: Desk) => d.changeUser('anna', { isBlocked: true }, 'root')],
    ['gets a new password', (d: Desk) => d.changeUser('anna', { password: 'another long one' }, 'root')],
  ])('ends when its user %s', async (_what, change) => {
    const { api, desk } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    await change(desk);
    expect((await api.inject({ url: sites, headers })).statusCode).toBe(401);
  });

  it('has at once what its user may do now', async () => {
    const { api, desk } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    await desk.changeUser('anna', { role: 'viewer' }, 'root');
    expect((await api.inject({ ...limit, headers })).statusCode).toBe(403);
  });

  it('goes on after a restart, for the time that is left', async () => {
    const { api, store, clock } = await givenPeopleApi();
    const secret = (await browserOf(api, 'anna')).cookie.slice('lastvakt='.length);
    clock.advance(30 * minuteMs);
    const second = await givenDesk(store, clock);
    expect(second.byLogin(secret, 'look')?.standing.name).toBe('anna');
    clock.advance(30 * minuteMs);
    expect(second.byLogin(secret)).toBeUndefined();
  });

  it('is one of twenty of a user: the oldest ends', async () => {
    const { desk } = await givenPeopleApi();
    const secrets: string[] = [];
    for (let time = 0; time < 21; time += 1) {
      const outcome = await desk.signIn({ name: 'anna', password: passwordOf('anna') });
      if (outcome.status === 'signed in') secrets.push(outcome.secret);
    }
    expect(secrets.map((secret) => desk.byLogin(secret) !== undefined)).toEqual([
      false,
      ...Array.from({ length: 20 }, () => true),
    ]);
  });
});
type Desk = Awaited<ReturnType<typeof givenPeopleApi>>['desk'];

describe('the own password', () => {
  const changed = async (body: object) => {
    const given = await givenPeopleApi();
    const [here, elsewhere] = [await browserOf(given.api, 'anna'), await browserOf(given.api, 'anna')];
    const answer = await given.api.inject({
      method: 'PUT',
      url: '/api/v1/me/password',
      headers: here.headers,
      payload: body,
    });
    return { ...given, answer, here, elsewhere };
  };

  it('can be changed: every login ends but this, which gets another secret', async () => {
    const password = 'a new and longer one';
    const { api, answer, here, elsewhere } = await changed({ current: passwordOf('anna'), password });
    expect(answer.statusCode).toBe(200);
    const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
    const status = async (value: string) =>
      (await api.inject({ url: sites, headers: { cookie: value } })).statusCode;
    expect(await Promise.all([cookie, here.cookie, elsewhere.cookie].map(status))).toEqual([200, 401, 401]);
    expect((await signIn(api, 'anna', { password })).statusCode).toBe(200);
  });

  it.each([
    [
      'without the present one',
      { current: 'a guess at it', password: 'a new and longer one' },
      'current is not',
    ],
    ['for a short one', { current: passwordOf('anna'), password: 'short' }, 'password needs 12 characters'],
    ['for the name', { current: passwordOf('anna'), password: 'annaannaanna' }, 'must not contain the name'],
    [
      'for one letter',
      { current: passwordOf('anna'), password: 'x'.repeat(20) },
      'five different characters',
    ],
    ['for the same', { current: passwordOf('anna'), password: passwordOf('anna') }, 'is the one you have'],
  ])('is not changed %s', async (_what, body, why) => {
    const { answer } = await changed(body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toContain(why);
  });
});

describe('guessing passwords', () => {
  const guess = { password: 'guess after guess' };

  it('of one name is stopped after ten, from whatever address, even for the right one; half a minute forgives one', async () => {
    const { api, clock } = await givenPeopleApi();
    const from = (n: number, password: string) =>
      api.inject({
        method: 'POST',
        url: '/api/v1/login',
        remoteAddress: `192.0.2.${n}`,
        payload: { name: 'anna', password },
      });
    for (let n = 0; n < 10; n += 1) expect((await from(n, guess.password)).statusCode).toBe(401);
    const answer = await from(11, passwordOf('anna'));
    expect(answer.statusCode).toBe(429);
    expect(answer.json().detail).toMatch(/^too many wrong passwords came: wait 30 s/);
    clock.advance(30_000);
    expect((await from(11, passwordOf('anna'))).statusCode).toBe(200);
  });

  it('does not lock somebody out of where she came in before', async () => {
    const { api } = await givenPeopleApi();
    const at = (remoteAddress: string, password: string) =>
      api.inject({
        method: 'POST',
        url: '/api/v1/login',
        remoteAddress,
        payload: { name: 'anna', password },
      });
    await at('192.0.2.1', passwordOf('anna'));
    for (let n = 0; n < 11; n += 1) await at('198.51.100.1', guess.password);
    expect((await at('198.51.100.1', passwordOf('anna'))).statusCode).toBe(429);
    expect((await at('192.0.2.1', passwordOf('anna'))).statusCode).toBe(200);
  });

  it('of many names is stopped after twenty from one address', async () => {
    const { api } = await givenPeopleApi();
    for (let n = 0; n < 20; n += 1) expect((await signIn(api, `user-${n}`, guess)).statusCode).toBe(401);
    expect((await signIn(api, 'anna')).statusCode).toBe(429);
  });

  it('at the same moment gets no more tries', async () => {
    const { api } = await givenPeopleApi();
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(api, 'anna', guess)));
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(20);
  });

  it('through the change of the own password is limited as well', async () => {
    const { api } = await givenPeopleApi();
    const { headers } = await browserOf(api, 'anna');
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      const payload = { current: guess.password, password: 'a new and longer one' };
      const answer = await api.inject({ method: 'PUT', url: '/api/v1/me/password', headers, payload });
      statuses.push(answer.statusCode);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
  });
});
