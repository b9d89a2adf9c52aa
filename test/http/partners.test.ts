import { describe, expect, it } from 'vitest';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import type { HttpPorts } from '../../src/http/ports.ts';
import { as, givenApi, givenPorts, nowMs } from './givenApi.ts';

const invited: Partner = {
  id: 'roam',
  addedAtMs: nowMs,
  addedBy: 'root',
  state: { kind: 'invited', issuedSha256: 'a'.repeat(64) },
};

function given(change: Partial<NonNullable<HttpPorts['partners']>> = {}): HttpPorts {
  const done = { status: 'done', partner: invited } as const;
  const partners: NonNullable<HttpPorts['partners']> = {
    list: () => [invited],
    find: (id) => (id === invited.id ? invited : undefined),
    behind: () => [],
    invite: async () => ({ ...done, token: 'first', versionsUrl: 'https://us.example/ocpi/versions' }),
    register: async () => done,
    rotate: async () => done,
    remove: async () => undefined,
    ...change,
  };
  return { ...givenPorts(), partners };
}

const ask = async (
  ports: HttpPorts,
  [method, path]: readonly ['GET' | 'POST' | 'DELETE', string],
  { key = 'root', payload }: { key?: string; payload?: object } = {},
) =>
  (await givenApi(ports)).inject({
    method,
    url: `/api/v1/partners${path}`,
    headers: as(key),
    ...(payload && { payload }),
  });

describe('partners over the API', () => {
  it('are listed without their tokens', async () => {
    const answer = await ask(given(), ['GET', '']);
    expect(answer.json()).toEqual([
      {
        id: 'roam',
        state: 'invited',
        version: null,
        versionsUrl: null,
        parties: [],
        behind: [],
        modules: [],
        addedAt: '2026-01-31T12:00:00.000Z',
        addedBy: 'root',
      },
    ]);
  });

  it('are invited with a token that is told once', async () => {
    const answer = await ask(given(), ['POST', ''], { payload: { id: 'roam' } });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ token: 'first', partner: { state: 'invited' } });
  });

  it.each([
    ['a token without an address', { id: 'roam', token: 'first' }, 422],
    ['an address without a token', { id: 'roam', versionsUrl: 'https://roam.example' }, 422],
    ['an id that is none', { id: 'a b' }, 400],
    ['an unknown version', { id: 'roam', version: '2.1.1' }, 400],
  ])('are not added with %s', async (_what, payload, status) => {
    expect((await ask(given(), ['POST', ''], { payload })).statusCode).toBe(status);
  });

  it('that refuse us are told apart from what we refuse', async () => {
    const payload = { id: 'roam', versionsUrl: 'https://roam.example', token: 'first' };
    const failed = given({ register: async () => ({ status: 'failed', why: 'HTTP 401' }) });
    expect((await ask(failed, ['POST', ''], { payload })).statusCode).toBe(502);
    const refused = given({ register: async () => ({ status: 'refused', why: 'it is registered already' }) });
    expect((await ask(refused, ['POST', ''], { payload })).statusCode).toBe(422);
  });

  it('are for admins alone', async () => {
    for (const key of ['office', 'guest', 'dso'])
      expect((await ask(given(), ['GET', ''], { key })).statusCode).toBe(403);
  });

  it('are removed, and have their tokens renewed, by their id', async () => {
    expect((await ask(given(), ['POST', '/roam/rotation'])).statusCode).toBe(200);
    expect((await ask(given(), ['DELETE', '/roam'])).statusCode).toBe(204);
    expect((await ask(given(), ['DELETE', '/moon'])).statusCode).toBe(404);
  });

  it('cannot be had where OCPI is not configured', async () => {
    const answer = await ask(givenPorts(), ['POST', ''], { payload: { id: 'roam' } });
    expect(answer).toMatchObject({ statusCode: 422 });
  });
});
