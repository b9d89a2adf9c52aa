import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts, later } from './givenApi.ts';

const good = { site: 'garage', circuit: 'hall-a', amps: 10, until: later, reason: 'cold evening' };

const post = async (payload: unknown, keyName = 'office', ports = givenPorts()) => {
  const headers = { ...as(keyName), 'content-type': 'application/json' };
  const api = await givenApi(ports);
  return api.inject({ method: 'POST', url: '/api/v1/limits', headers, payload: JSON.stringify(payload) });
};

describe('POST /limits', () => {
  it('sets the limit of the role that asks and answers 201 with what it set', async () => {
    const ports = givenPorts();
    const answer = await post(good, 'office', ports);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['location']).toBe('/api/v1/limits/new');
    expect(answer.json()).toEqual({
      id: 'new',
      site: 'garage',
      circuit: 'hall-a',
      area: null,
      amps: 10,
      watts: null,
      phaseAmps: null,
      connection: null,
      externalId: null,
      version: null,
      boundary: 'connection',
      kind: 'cap',
      role: 'event',
      source: 'site-operator',
      setBy: 'office',
      reason: 'cold evening',
      from: '2026-01-31T12:00:00.000Z',
      until: '2026-01-31T18:00:00.000Z',
      createdAt: '2026-01-31T12:00:00.000Z',
    });
    expect(ports.calls).toEqual([['limit', good, 'site-operator', 'office']]);
  });

  it.each([
    ['office', good, 'site-operator'],
    ['dso', good, 'grid-operator'],
    ['root', good, 'site-operator'],
    ['dso', { area: 'feeder-12', watts: 9000, until: later, reason: 'test' }, 'grid-operator'],
    ['root', { area: 'town', watts: 9000, until: later, reason: 'test' }, 'grid-operator'],
  ])('takes what %s sets as a limit of its side', async (keyName, payload, source) => {
    const answer = await post(payload, keyName);
    expect(answer.statusCode).toBe(201);
    expect(answer.json().source).toBe(source);
  });

  it('refuses an area of which one site is not of the key', async () => {
    const answer = await post({ area: 'town', watts: 9000, until: later, reason: 'test' }, 'dso');
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('depot');
  });

  it('tells only an admin that an area is unknown', async () => {
    const unknown = { area: 'moon', watts: 9000, until: later, reason: 'test' };
    expect((await post(unknown, 'dso')).statusCode).toBe(403);
    const answer = await post(unknown, 'root');
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ field: 'area', detail: 'area "moon" is not in the config' });
  });

  it.each([
    [
      'an unknown circuit',
      { ...good, circuit: 'hall-z' },
      'circuit',
      'circuit "hall-z" is not a circuit of site "garage": see GET /api/v1/sites/garage',
    ],
    [
      'negative amps',
      { ...good, amps: -1 },
      'amps',
      'amps is -1, but a limit on import cannot be negative: give 0 to stop all charging',
    ],
    [
      'an end in the past',
      { ...good, until: '2026-01-31T11:00:00Z' },
      'until',
      'until is in the past: give an instant after now, which is 2026-01-31T12:00:00.000Z',
    ],
    [
      'an end without a zone',
      { ...good, until: '2026-01-31T18:00:00' },
      'until',
      'until is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z or 2026-01-31T18:00:00+01:00',
    ],
    [
      'no end',
      { ...good, until: undefined },
      'until',
      'until is missing: give the instant at which the limit ends, or "standing": true if it shall stay',
    ],
  ])('refuses %s with 422, the field and what to do', async (_what, payload, field, detail) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      type: 'urn:lastvakt:problem:refused',
      title: 'Unprocessable Entity',
      status: 422,
      field,
      detail,
    });
  });

  it.each([
    ['amps in words', { ...good, amps: '10' }, 'amps', 'amps must be number'],
    ['a key we do not know', { ...good, ampere: 10 }, 'body', 'body has the unknown key "ampere"'],
    ['no reason', { ...good, reason: undefined }, 'body', 'body lacks the key "reason"'],
    ['an array', [good], 'body', 'body must be object'],
  ])('refuses %s with 400 and does not ask further', async (_what, payload, field, detail) => {
    const ports = givenPorts();
    const answer = await post(payload, 'office', ports);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ field, detail });
    expect(ports.calls).toEqual([]);
  });

  it('answers only once the limit is durable', async () => {
    let makeDurable: () => void = () => {};
    const durable = new Promise<void>((resolve) => {
      makeDurable = resolve;
    });
    const given = givenPorts();
    const set: typeof given.limits.set = async (...request) => {
      await durable;
      return given.limits.set(...request);
    };
    const pending = post(good, 'office', { ...given, limits: { ...given.limits, set } });
    await expect(Promise.race([pending, Promise.resolve('not yet')])).resolves.toBe('not yet');
    makeDurable();
    expect((await pending).statusCode).toBe(201);
  });

  it('answers 500 without a word of why when the store fails, and logs it', async () => {
    const given = givenPorts();
    const set = async () => {
      throw new Error('password of postgres://secret is wrong');
    };
    const answer = await post(good, 'office', { ...given, limits: { ...given.limits, set } });
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toContain('secret');
  });
});

describe('GET /limits', () => {
  const ids = async (keyName: string) => {
    const answer = await (await givenApi()).inject({ url: '/api/v1/limits', headers: as(keyName) });
    return answer.json().map(({ id }: { id: string }) => id);
  };

  it('lists the limits on the sites of the key', async () => {
    expect(await ids('guest')).toEqual(['L1']);
    expect(await ids('neighbour')).toEqual(['L2']);
    expect(await ids('root')).toEqual(['L1', 'L2']);
  });
});

describe('DELETE /limits/{limit}', () => {
  const end = async (id: string, keyName: string, ports = givenPorts()) =>
    (await givenApi(ports)).inject({ method: 'DELETE', url: `/api/v1/limits/${id}`, headers: as(keyName) });

  it('ends a limit of the own side', async () => {
    const ports = givenPorts();
    const answer = await end('L2', 'neighbour', ports);
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe('');
    expect(ports.calls).toEqual([['end', 'L2', 'neighbour']]);
  });

  it("leaves the grid operator's limit to the grid operator", async () => {
    const ports = givenPorts();
    expect((await end('L1', 'office', ports)).statusCode).toBe(403);
    expect(ports.calls).toEqual([]);
  });

  it.each([
    ['does not exist', 'L9'],
    ["is on another key's site", 'L2'],
  ])('answers 404 when the limit %s', async (_why, id) => {
    const ports = givenPorts();
    const answer = await end(id, 'office', ports);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe(
      `limit "${id}" is not there or has ended: GET /api/v1/limits lists those in force`,
    );
    expect(ports.calls).toEqual([]);
  });

  it('answers 404 when it ended meanwhile', async () => {
    const given = givenPorts();
    const limits = { ...given.limits, end: async () => ({ status: 'unknown' }) as const };
    expect((await end('L1', 'dso', { ...given, limits })).statusCode).toBe(404);
  });
});

describe('POST /limits/preview', () => {
  const ask = async (payload: unknown, keyName: string) => {
    const headers = { ...as(keyName), 'content-type': 'application/json' };
    const api = await givenApi();
    return api.inject({
      ...{ method: 'POST', url: '/api/v1/limits/preview', headers },
      payload: JSON.stringify(payload),
    });
  };

  it('tells of the cars at the sites of the key, and of no others', async () => {
    const answer = await ask(good, 'office');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      evses: [{ evse: 'A1', site: 'garage', nowAmps: 16, thenAmps: 6, reason: expect.anything() }],
      over: [{ site: 'garage', circuit: 'grid', byAmps: 2 }],
    });
  });

  it('is for whoever may set the limit', async () => {
    expect((await ask(good, 'guest')).statusCode).toBe(403);
    expect((await ask(good, 'neighbour')).statusCode).toBe(403);
    expect((await ask({ ...good, amps: -1 }, 'office')).json()).toMatchObject({ status: 422, field: 'amps' });
  });
});
