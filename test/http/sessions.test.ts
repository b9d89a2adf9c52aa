import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts, nowMs, session } from './givenApi.ts';

const get = async (query: string, keyName: string, ports = givenPorts()) =>
  (await givenApi(ports)).inject({ url: `/api/v1/sessions${query}`, headers: as(keyName) });

describe('GET /sessions', () => {
  it('asks for the EVSEs of the sites of the key', async () => {
    const ports = givenPorts();
    const answer = await get('', 'guest', ports);
    expect(answer.json()).toMatchObject([{ id: 'CP-A1~5', evse: 'A1', state: 'charging', energyWh: 4200 }]);
    expect(answer.body).not.toContain('04A2B3C4');
    expect(ports.calls).toEqual([['sessions', { evseIds: ['A1', 'A2'], count: 100 }]]);
  });

  it('asks for nothing where the key has no site', async () => {
    const ports = givenPorts();
    expect((await get('?site=depot', 'guest', ports)).json()).toEqual([]);
    expect(ports.calls).toEqual([]);
  });

  it('passes its filters on', async () => {
    const ports = givenPorts();
    await get(
      '?evse=A2&state=finished&from=2026-01-31T12:00:00Z&until=2026-02-01T00:00:00%2B01:00',
      'guest',
      ports,
    );
    const untilMs = Date.parse('2026-01-31T23:00:00Z');
    const filters = { isFinished: true, fromMs: nowMs, untilMs };
    expect(ports.calls).toEqual([['sessions', { evseIds: ['A2'], count: 100, ...filters }]]);
  });

  it('gives the next page in the Link header, which leads there', async () => {
    const given = givenPorts();
    const next = { atMs: nowMs, id: 'CP-A1~4 &x' };
    const list: typeof given.sessions.list = async (query) => {
      given.calls.push(['sessions', query]);
      return { sessions: [session], next: query.before === undefined ? next : undefined };
    };
    const ports = { ...given, sessions: { ...given.sessions, list } };
    const first = await get('?count=1&site=garage', 'guest', ports);
    const link = /^<\/api\/v1\/sessions(\?.+)>; rel="next"$/.exec(String(first.headers['link']))?.[1];
    const second = await get(link ?? '', 'guest', ports);
    expect(second.statusCode).toBe(200);
    expect(second.headers['link']).toBeUndefined();
    expect(given.calls[1]).toEqual(['sessions', { evseIds: ['A1', 'A2'], count: 1, before: next }]);
  });

  it.each([
    ['?count=1', 200],
    ['?count=1000', 200],
    ['?count=0', 400],
    ['?count=1001', 400],
    ['?count=ten', 400],
    ['?before=yesterday', 400],
    ['?limit=5', 400],
    ['?state=lost', 400],
    ['?from=yesterday', 422],
  ])('answers %s with %i', async (query, status) => {
    expect((await get(query, 'guest')).statusCode).toBe(status);
  });
});

describe('GET /sessions/{session}', () => {
  it("tells its history, and nobody's token", async () => {
    const answer = await get('/CP-A1~5', 'guest');
    expect(answer.json()).toMatchObject({
      id: 'CP-A1~5',
      marks: ['told late'],
      meterStartWh: 5000,
      meterStopWh: null,
      periods: [{ state: 'suspended-by-us', energyWh: 4200 }],
      signedValues: [{ context: 'Transaction.Begin', data: 'OCMF|…', signingMethod: null }],
    });
    expect(answer.body).not.toContain('04A2B3C4');
  });

  it.each([
    ['of a session that is not there', '/CP-A1~6', 'guest'],
    ['to a key without its site', '/CP-A1~5', 'neighbour'],
  ])('knows nothing %s', async (_what, path, key) => {
    expect((await get(path, key)).statusCode).toBe(404);
  });
});

describe('PATCH /sessions/{session}', () => {
  const patch = async (payload: object, ports = givenPorts(), id = 'CP-A1~5') =>
    (await givenApi(ports)).inject({
      method: 'PATCH',
      url: `/api/v1/sessions/${id}`,
      headers: as('office'),
      payload,
    });

  it('passes on what the driver wants, in domain units', async () => {
    const ports = givenPorts();
    const answer = await patch(
      { wantedEnergyWh: 20_000, departureAt: '2026-01-31T18:00:00+01:00', priority: 2 },
      ports,
    );
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      wantedEnergyWh: 20_000,
      departureAt: '2026-01-31T17:00:00.000Z',
      priority: 2,
    });
    const changed = { wantedEnergyWh: 20_000, departureAtMs: nowMs + 5 * 3_600_000, priority: 2 };
    expect(ports.calls).toEqual([['change', 'CP-A1~5', changed, 'office']]);
  });

  it('takes a wish back with null and leaves the others', async () => {
    const ports = givenPorts();
    await patch({ departureAt: null }, ports);
    expect(ports.calls[0]?.[2]).toStrictEqual({ departureAtMs: undefined });
  });

  it.each([
    [
      'a departure in the past',
      { departureAt: '2026-01-31T12:00:00Z' },
      422,
      'departureAt is in the past: give an instant after now, which is 2026-01-31T12:00:00.000Z',
    ],
    [
      'a departure without a zone',
      { departureAt: '2026-01-31T18:00:00' },
      422,
      'departureAt is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z',
    ],
    ['a negative energy', { wantedEnergyWh: -1 }, 400, 'wantedEnergyWh must be >= 0'],
    [
      'more energy than any battery takes',
      { wantedEnergyWh: 1_000_001 },
      400,
      'wantedEnergyWh must be <= 1000000',
    ],
    ['half a priority', { priority: 1.5 }, 400, 'priority must be integer'],
    ['nothing', {}, 400, 'body must NOT have fewer than 1 properties'],
    ['a key we do not know', { energyWh: 1 }, 400, 'body has the unknown key "energyWh"'],
  ])('refuses %s', async (_what, payload, status, detail) => {
    const ports = givenPorts();
    const answer = await patch(payload, ports);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().detail).toBe(detail);
    expect(ports.calls).toEqual([]);
  });

  it.each([['CP-D1~9'], ['CP-A1~6']])(
    'answers 404 for %s, which is not running on a site of the key',
    async (id) => {
      const answer = await patch({ priority: 1 }, givenPorts(), id);
      expect(answer.statusCode).toBe(404);
    },
  );

  it('answers 404 when the session ended meanwhile', async () => {
    const given = givenPorts();
    const change = async () => ({ status: 'unknown' }) as const;
    const answer = await patch({ priority: 1 }, { ...given, sessions: { ...given.sessions, change } });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe('running session "CP-A1~5" has ended');
  });
});
