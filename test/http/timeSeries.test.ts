import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts } from './givenApi.ts';

const url = '/api/v1/timeseries';
const none = { offered: 0, written: 0, waiting: 0, lost: { overflow: 0, refused: 0, stop: 0 } };

describe('GET /timeseries', () => {
  it('tells what was written, what waits and what was lost, and over which time', async () => {
    const counters = {
      offered: 21,
      written: 10,
      waiting: 5,
      lostToOverflow: 3,
      lostToRefusal: 2,
      lostAtStop: 1,
    };
    const lostSpan = {
      fromMs: Date.parse('2026-01-31T11:00:00Z'),
      untilMs: Date.parse('2026-01-31T11:10:00Z'),
    };
    const ports = givenPorts({ timeSeries: () => ({ status: 'failing', counters, lostSpan }) });
    const answer = await (await givenApi(ports)).inject({ url, headers: as('guest') });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      status: 'failing',
      ...{ offered: 21, written: 10, waiting: 5 },
      lost: { overflow: 3, refused: 2, stop: 1 },
      lostSpan: { from: '2026-01-31T11:00:00.000Z', until: '2026-01-31T11:10:00.000Z' },
    });
  });

  it('says so where no time-series database is configured', async () => {
    const answer = await (await givenApi()).inject({ url, headers: as('guest') });
    expect(answer.json()).toEqual({ status: 'off', ...none, lostSpan: null });
  });
});
