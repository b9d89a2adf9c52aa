import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts } from './givenApi.ts';

type Method = 'GET' | 'POST' | 'DELETE';

async function ask(method: Method, url: string, change: { key?: string; body?: unknown; csv?: string } = {}) {
  const ports = givenPorts();
  const api = await givenApi(ports);
  const { key = 'dso', body, csv } = change;
  const answer = await api.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...as(key), ...(csv !== undefined && { 'content-type': 'text/csv' }) },
    ...(body !== undefined && { payload: body as object }),
    ...(csv !== undefined && { payload: csv }),
  });
  return {
    status: answer.statusCode,
    text: answer.body,
    json: () => answer.json(),
    calls: ports.calls,
    answer,
  };
}

describe('POST /grid/{connection}/limits', () => {
  it('hands the message over, and answers when it is durable', async () => {
    const { status, json, calls } = await ask('POST', '/grid/dso/limits', {
      body: { watts: 4_200, durationS: 900 },
    });
    expect(status).toBe(201);
    expect(json()).toEqual({ externalId: 'limit-grid', outcome: 'accepted', why: null });
    expect(calls).toEqual([['grid limit', 'dso', { watts: 4_200, durationS: 900 }]]);
  });

  it.each([
    ['a site operator', 'office', 403],
    ['a viewer', 'guest', 403],
    ['a key of another site', 'neighbour', 403],
    ['an admin', 'root', 201],
  ])('answers %s with its right', async (_who, key, status) => {
    expect((await ask('POST', '/grid/dso/limits', { key, body: { watts: 1 } })).status).toBe(status);
  });

  it('tells nobody but an admin which connections there are', async () => {
    expect((await ask('POST', '/grid/other/limits', { body: { watts: 1 } })).status).toBe(403);
    expect((await ask('POST', '/grid/other/limits', { key: 'root', body: { watts: 1 } })).status).toBe(404);
  });

  it.each([
    [{ watts: '1' }, 'watts'],
    [{ watts: 1, wat: 2 }, 'wat'],
    [{ level: -1 }, 'level'],
    [{ watts: 1, averaging: { windowS: 900 } }, 'isAligned'],
  ])('refuses %j and names what is wrong', async (body, what) => {
    const { status, text } = await ask('POST', '/grid/dso/limits', { body });
    expect(status).toBe(400);
    expect(text).toContain(what);
  });
});

describe('the other routes of a connection', () => {
  it('end a limit by the name that its sender gave it', async () => {
    expect((await ask('DELETE', '/grid/dso/limits/event-1')).calls).toEqual([['withdraw', 'dso', 'event-1']]);
    expect((await ask('DELETE', '/grid/dso/limits/gone')).status).toBe(404);
  });

  it('take a heartbeat, with how long its sender is alive', async () => {
    const { status, calls } = await ask('POST', '/grid/dso/heartbeat?aliveUntil=2026-01-31T18:00:00Z');
    expect([status, calls]).toEqual([204, [['alive', 'dso', Date.parse('2026-01-31T18:00:00Z')]]]);
    expect((await ask('POST', '/grid/dso/heartbeat?aliveUntil=2026-01-31T18:00:00')).text).toContain('zone');
  });

  it('take a schedule as CSV, and refuse a wrong one by its line', async () => {
    const csv = '2026-01-31T18:00:00Z,2026-01-31T18:15:00Z,5000';
    const { json, calls } = await ask('POST', '/grid/dso/schedules/january?kind=baseline', { csv });
    expect(json()).toEqual({ accepted: 1, unchanged: 0 });
    expect(calls).toEqual([['schedule', 'dso', 'january', 'baseline', csv]]);
    expect((await ask('POST', '/grid/dso/schedules/january', { csv: 'bad' })).text).toContain('line 2: ');
  });

  it('take CSV nowhere else', async () => {
    expect((await ask('POST', '/grid/dso/limits', { csv: 'a,b,c' })).status).toBe(415);
  });
});

describe('GET /grid', () => {
  it('shows where each connection stands, and what each site has of it', async () => {
    const { json } = await ask('GET', '/grid', { key: 'guest' });
    expect(json()).toMatchObject([
      {
        id: 'dso',
        phase: 'limited',
        heardAt: null,
        targets: [{ node: 'grid', watts: 12_346, carWatts: 4_000, limitWatts: null, quality: 'measured' }],
        shares: [{ site: 'garage', allocatedWatts: 4_140, carWatts: 4_000 }],
      },
    ]);
    expect((await ask('GET', '/grid', { key: 'neighbour' })).json()).toEqual([]);
  });
});

describe('GET /evidence', () => {
  it('asks for what it is asked for', async () => {
    const url =
      '/evidence?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z&connection=dso&kind=minute&after=9';
    const { calls, json } = await ask('GET', url);
    expect(calls).toEqual([
      [
        'evidence',
        {
          fromMs: Date.parse('2026-01-01T00:00:00Z'),
          untilMs: Date.parse('2026-02-01T00:00:00Z'),
          connectionId: 'dso',
          kind: 'minute',
          after: 9,
          limit: 1_000,
        },
        'dso',
      ],
    ]);
    expect(json()).toMatchObject({
      records: [{ sequence: 7, kind: 'progress', body: { phase: 'effective' } }],
      next: null,
    });
  });

  it('is a table too, in which nothing is a formula', async () => {
    const { text, answer } = await ask('GET', '/evidence?format=csv');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(text.split('\r\n')).toHaveLength(3);
    expect(text).toContain(`"'=SUM(""a"")","{""phase"":""effective""}",${'ab'.repeat(32)}`);
  });

  it('refuses a time without a zone', async () => {
    expect((await ask('GET', '/evidence?from=2026-01-01T00:00:00')).text).toContain('from is not an instant');
  });

  it('tells where its chain is broken', async () => {
    expect((await ask('GET', '/evidence/verification')).json()).toEqual({
      isWhole: false,
      records: 6,
      lastHash: null,
      brokenAt: 7,
      why: 'it was changed',
    });
  });
});
