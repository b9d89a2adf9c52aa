import { describe, expect, it } from 'vitest';
import { type Minute, type MinuteSeries, minuteMs } from '../../src/domain/minutes.ts';
import type { HttpPorts } from '../../src/http/ports.ts';
import { as, givenApi, givenPorts, nowMs } from './givenApi.ts';

/** A store in which every minute of the day before now is known; it notes what it was asked. */
function givenHistory() {
  const asked: { readonly series: MinuteSeries; readonly fromMs: number; readonly untilMs: number }[] = [];
  const history: HttpPorts['history'] = async function* (series, { fromMs, untilMs }) {
    asked.push({ series, fromMs, untilMs });
    const firstMs = Math.max(fromMs, nowMs - 24 * 60 * minuteMs);
    for (let atMs = firstMs; atMs < Math.min(untilMs, nowMs); atMs += minuteMs) yield minuteAt(atMs);
  };
  return { asked, ports: givenPorts({ history }) };
}

const minuteAt = (atMs: number): Minute => ({
  atMs,
  figures: {
    draw_l1_amps: (atMs / minuteMs) % 60,
    energy_wh: 100,
    ...(atMs % (2 * minuteMs) === 0 && { a: 1 }),
  },
});

async function get(query: string, key = 'office') {
  const { asked, ports } = givenHistory();
  const api = await givenApi(ports);
  const answer = await api.inject({ url: `/api/v1/sites/garage/history${query}`, headers: as(key) });
  return { status: answer.statusCode, body: answer.json(), asked };
}

describe('GET /sites/{site}/history', () => {
  it('answers the last day by the minute, a column for each figure', async () => {
    const { status, body, asked } = await get('?circuit=hall-a');
    expect(status).toBe(200);
    expect(body).toMatchObject({ site: 'garage', kind: 'circuit', id: 'hall-a', stepS: 60, next: null });
    expect(body.at).toHaveLength(1440);
    expect(body.at[0]).toBe('2026-01-30T12:00:00.000Z');
    expect(body.figures.draw_l1_amps.slice(0, 3)).toEqual([0, 1, 2]);
    expect(body.figures.a.slice(0, 3)).toEqual([1, null, 1]);
    expect(asked).toMatchObject([{ series: { siteId: 'garage', kind: 'circuit', id: 'hall-a' } }]);
  });

  it('takes longer steps for a longer time, so that it fits one answer', async () => {
    const { body } = await get('?evse=A1&from=2026-01-25T12:00:00Z');
    expect(body).toMatchObject({ kind: 'evse', id: 'A1', stepS: 900, next: null });
    expect(body.at).toHaveLength(96);
    expect(body.figures.draw_l1_amps.slice(0, 2)).toEqual([7, 22]);
  });

  it('ends after 1500 steps and tells from where to go on', async () => {
    const { body, asked } = await get('?step=60&from=2026-01-30T10:00:00Z&until=2026-01-31T12:00:00Z');
    expect(body.next).toBe('2026-01-31T11:00:00.000Z');
    expect(asked[0]?.untilMs).toBe(Date.parse('2026-01-31T11:00:00Z'));
    const rest = await get(`?step=60&from=${body.next}&until=2026-01-31T12:00:00Z`);
    expect(rest.body).toMatchObject({ next: null });
    expect(rest.body.at).toHaveLength(60);
  });

  it('reads a hundred days at the most, however long the steps', async () => {
    const { asked, body } = await get('?step=86400&from=2025-01-01T00:00:00Z&until=2026-01-31T00:00:00Z');
    const [{ fromMs, untilMs } = { fromMs: 0, untilMs: 0 }] = asked;
    expect((untilMs - fromMs) / 86_400_000).toBe(100);
    expect(body.next).toBe('2025-04-11T00:00:00.000Z');
  });

  it('shows the energy of sessions to those who may read sessions only', async () => {
    expect((await get('?evse=A1')).body.figures).toHaveProperty('energy_wh');
    const { status, body } = await get('?evse=A1', 'dso');
    expect(status).toBe(200);
    expect(body.figures).not.toHaveProperty('energy_wh');
  });

  it.each([
    ['?circuit=grid&evse=A1', 422, 'evse'],
    ['?from=yesterday', 422, 'from'],
    ['?from=2026-01-31T12:00:00Z&until=2026-01-31T12:00:00Z', 422, 'from'],
    ['?circuit=elsewhere', 404, undefined],
    ['?evse=D1', 404, undefined],
    ['?step=1', 400, undefined],
  ])('refuses %s', async (query, status, field) => {
    const answer = await get(query);
    expect(answer.status).toBe(status);
    if (field !== undefined) expect(answer.body.field).toBe(field);
  });

  it('is not for a key of another site', async () => {
    expect((await get('', 'neighbour')).status).toBe(403);
  });
});
