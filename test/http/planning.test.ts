import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPlan, givenPorts, later } from './givenApi.ts';

const url = (path: string): string => `/api/v1/sites/${path}`;
const prices = (change: object = {}) => ({
  currency: 'SEK',
  prices: [{ from: '2026-01-31T12:00:00Z', until: later, perKwh: 1.25 }],
  ...change,
});

const put = async (name: string, payload: object = prices(), site = 'garage') => {
  const ports = givenPorts();
  const api = await givenApi(ports);
  const answer = await api.inject({ method: 'PUT', url: url(`${site}/prices`), headers: as(name), payload });
  return { answer, calls: ports.calls };
};

const plan = async (name: string, site = 'garage', ports = givenPorts()) =>
  (await givenApi(ports)).inject({ url: url(`${site}/plan`), headers: as(name) });

describe('GET /sites/{site}/plan', () => {
  it('tells slots with prices, circuits and sessions, and null for what is not known', async () => {
    const answer = await plan('office');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      site: 'garage',
      madeAt: '2026-01-31T12:00:00.000Z',
      why: null,
      currency: 'SEK',
      slots: [{ pricePerKwh: 2 }, { pricePerKwh: null }],
      circuits: [{ id: 'grid', limitWatts: [null, 30_000] }],
      sessions: [{ evse: 'A1', needsWh: 12_040, shortfallWh: 1_000, amps: [0, 16] }],
    });
  });

  it.each([
    [{ kind: 'circuit full', circuit: 'grid' }, 'circuit grid is full until it leaves'],
    [{ kind: 'area full', area: 'feeder-12' }, 'area feeder-12 is full until it leaves'],
    [
      { kind: 'not enough time', maxAmps: 32, neededHours: 2.74, leftHours: 1.96 },
      'even at 32 A it would take 2.7 h, and it leaves in 2 h',
    ],
    [undefined, null],
  ] as const)(
    'tells why a car will lack something for programs and for people: %j',
    async (why, sentence) => {
      const ports = givenPorts();
      const sessions = givenPlan.sessions.map((session) => ({ ...session, shortfallWhy: why }));
      const planning = { ...ports.planning, view: () => ({ ...givenPlan, sessions }) };
      const answer = await plan('office', 'garage', { ...ports, planning });
      const shown = why?.kind === 'not enough time' ? { ...why, neededHours: 2.7, leftHours: 2 } : why;
      expect(answer.json().sessions).toMatchObject([
        { shortfallWhy: sentence, shortfallReason: shown ?? null },
      ]);
    },
  );

  it('keeps sessions from the grid operator', async () => {
    expect((await plan('dso')).json()).toMatchObject({ site: 'garage', sessions: [] });
  });

  it('is for those who may see the site', async () => {
    expect((await plan('neighbour')).statusCode).toBe(403);
    expect((await plan('root', 'nowhere')).statusCode).toBe(404);
  });
});

describe('PUT /sites/{site}/prices', () => {
  it.each(['office', 'root'])('takes prices from %s', async (name) => {
    const { answer, calls } = await put(name);
    expect([answer.statusCode, calls]).toEqual([204, [['prices', 'garage', 1, name]]]);
  });

  it.each(['guest', 'dso', 'neighbour'])('refuses them from %s', async (name) => {
    const { answer, calls } = await put(name);
    expect([answer.statusCode, calls]).toEqual([403, []]);
  });

  it('says what is wrong with them', async () => {
    const { answer } = await put('office', prices({ currency: 'EUR' }));
    expect([answer.statusCode, answer.json().field]).toEqual([422, 'currency']);
    expect((await put('office', prices({ prices: 'cheap' }))).answer.statusCode).toBe(400);
    const many = Array.from({ length: 673 }, () => prices().prices[0]);
    expect((await put('office', prices({ prices: many }))).answer.statusCode).toBe(400);
  });
});
