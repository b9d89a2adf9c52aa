import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts, later, token } from './givenApi.ts';

const ask = async (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  {
    key = 'office',
    payload,
    ports = givenPorts(),
  }: { key?: string; payload?: object; ports?: ReturnType<typeof givenPorts> } = {},
) =>
  (await givenApi(ports)).inject({
    method,
    url: `/api/v1/tokens${path}`,
    headers: as(key),
    ...(payload && { payload }),
  });

describe('GET /tokens', () => {
  it('shows those that are good at a site of the key', async () => {
    expect((await ask('GET', '')).json()).toMatchObject([
      { id: '04A2B3C4', groupId: 'FAMILY', note: 'Anna' },
    ]);
    expect((await ask('GET', '', { key: 'neighbour' })).json()).toEqual([]);
  });

  it.each(['guest', 'dso'])('is not for the key %s', async (key) => {
    expect((await ask('GET', '', { key })).statusCode).toBe(403);
  });

  it('has pages of 200', async () => {
    const given = givenPorts();
    const many = Array.from({ length: 201 }, (_, n) => ({ ...token, key: n.toString(16).padStart(32, '0') }));
    const ports = { ...given, tokens: { ...given.tokens, list: () => many } };
    const first = await ask('GET', '', { ports });
    expect(first.json()).toHaveLength(200);
    const next = /tokens(\?after=[0-9a-f]{32})>; rel="next"/.exec(String(first.headers['link']))?.[1] ?? '';
    const second = await ask('GET', next, { ports });
    expect(second.json()).toHaveLength(1);
    expect(second.headers['link']).toBeUndefined();
  });
});

describe('POST /tokens', () => {
  it('adds one', async () => {
    const ports = givenPorts();
    const payload = { id: 'CAFE', groupId: 'FAMILY', expiresAt: later, sites: ['garage'] };
    const answer = await ask('POST', '', { payload, ports });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ id: 'CAFE', isBlocked: false, sites: ['garage'] });
    expect(ports.calls).toMatchObject([
      ['token', { id: 'CAFE', expiresAtMs: Date.parse(later), sites: ['garage'] }, 'office'],
    ]);
  });

  it('blocks one that is there, however it is spelt', async () => {
    const payload = { id: '04a2b3c4', isBlocked: true, sites: ['garage'] };
    expect((await ask('POST', '', { payload })).statusCode).toBe(200);
  });

  it.each([
    ['good everywhere, for a site operator', 'office', { id: 'CAFE' }, 403],
    ['good everywhere, for an admin', 'root', { id: 'CAFE' }, 201],
    ['of another site', 'office', { id: 'CAFE', sites: ['depot'] }, 403],
    ["of somebody else's site", 'neighbour', { id: '04A2B3C4', sites: ['depot'] }, 403],
    ['of a site that is not there', 'root', { id: 'CAFE', sites: ['moon'] }, 422],
    ['with an end that is none', 'root', { id: 'CAFE', expiresAt: 'soon' }, 422],
    ['without an id', 'root', { id: '' }, 400],
    ['with an unknown key', 'root', { id: 'CAFE', color: 'red' }, 400],
  ])('answers one %s', async (_what, key, payload, status) => {
    expect((await ask('POST', '', { key, payload })).statusCode).toBe(status);
  });
});

describe('DELETE /tokens/{token}', () => {
  it('removes one', async () => {
    const ports = givenPorts();
    expect((await ask('DELETE', `/${token.key}`, { ports })).statusCode).toBe(204);
    expect(ports.calls).toEqual([['token removed', token.key, 'office']]);
  });

  it('knows none of another site', async () => {
    expect((await ask('DELETE', `/${token.key}`, { key: 'neighbour' })).statusCode).toBe(404);
  });
});
