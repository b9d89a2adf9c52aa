import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import type { BookingNow, BookingsPort } from '../../src/http/bookingPorts.ts';
import { as, givenApi, givenPorts } from './givenApi.ts';

/** What the handlers asked for, and the answer of the API; at `garage` there is a booking `B1`. */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  { payload, key = 'office' }: { payload?: object; key?: string } = {},
) {
  const asked: unknown[] = [];
  const startMs = Date.UTC(2026, 0, 31, 12);
  const bookings: BookingsPort = {
    list: async (site, state, { offset, limit }) => {
      asked.push([site, state, offset, limit]);
      const period = { startMs, endMs: startMs + 3_600_000, minWatts: 11_000 };
      const canceled = { reason: 'TRAFFIC', by: 'EMSP' } as const;
      const item: BookingNow = {
        ...{ id: 'B1', partnerId: 'roam', evseId: evseId('A1'), sessionId: undefined, period },
        ...(state === 'ended'
          ? { status: 'CANCELED', canceled }
          : { status: 'RESERVED', canceled: undefined }),
        authorizationReference: 'REF-1',
      };
      return { items: [item], total: state === 'ended' ? 250 : 1 };
    },
    cancel: async (site, id, reason, actor) => {
      asked.push([site, id, reason, actor.name]);
      return id === 'B1' ? {} : undefined;
    },
  };
  const api = await givenApi({ ...givenPorts(), bookings });
  const url = `/api/v1/sites/${path}`;
  const answer = await api.inject({ method, url, headers: as(key), ...(payload && { payload }) });
  return { answer, asked };
}

const reason = { reason: 'FULL' };

describe('bookings over the API', () => {
  it('are listed for whoever may see sessions of the site', async () => {
    const { answer, asked } = await ask('GET', 'garage/bookings');
    expect(answer.json()).toEqual([
      {
        ...{ id: 'B1', partner: 'roam', evse: 'A1', status: 'RESERVED', session: null },
        ...{ startsAt: '2026-01-31T12:00:00.000Z', endsAt: '2026-01-31T13:00:00.000Z' },
        ...{ authorizationReference: 'REF-1', guaranteedWatts: 11_000, canceled: null },
      },
    ]);
    expect([asked, answer.headers['link']]).toEqual([[['garage', 'open', 0, 100]], undefined]);
    expect((await ask('GET', 'garage/bookings', { key: 'dso' })).answer.statusCode).toBe(403);
    expect((await ask('GET', 'elsewhere/bookings')).answer.statusCode).toBe(403);
  });

  it('are listed page by page once they have ended, and say how', async () => {
    const { answer, asked } = await ask('GET', 'garage/bookings?state=ended&offset=100');
    expect(answer.json()).toMatchObject([
      { status: 'CANCELED', canceled: { reason: 'TRAFFIC', by: 'EMSP' }, session: null },
    ]);
    expect(asked).toEqual([['garage', 'ended', 100, 100]]);
    expect(answer.headers['link']).toBe('</api/v1/sites/garage/bookings?state=ended&offset=200>; rel="next"');
    expect((await ask('GET', 'garage/bookings?state=lost')).answer.statusCode).toBe(400);
  });

  it('are cancelled with a reason by whoever may change sessions', async () => {
    const { answer, asked } = await ask('POST', 'garage/bookings/B1/cancel', { payload: reason });
    expect([answer.statusCode, asked]).toEqual([204, [['garage', 'B1', 'FULL', 'office']]]);
    const unknown = (await ask('POST', 'garage/bookings/B9/cancel', { payload: reason })).answer;
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'booking-over']);
    const wrong = await ask('POST', 'garage/bookings/B1/cancel', { payload: { reason: 'TRAFFIC' } });
    expect([wrong.answer.statusCode, wrong.asked]).toEqual([400, []]);
    for (const key of ['guest', 'dso']) {
      const refused = await ask('POST', 'garage/bookings/B1/cancel', { payload: reason, key });
      expect([refused.answer.statusCode, refused.asked]).toEqual([403, []]);
    }
  });
});
