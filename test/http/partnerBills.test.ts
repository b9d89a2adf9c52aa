import { describe, expect, it } from 'vitest';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import type { PartnerBillsPort } from '../../src/http/partnerBillPorts.ts';
import { as, givenApi, givenPorts } from './givenApi.ts';

/** What the handler asked for, and its answer. */
async function ask(payload: object | undefined, key = 'root', isBilled = true, query = 'offset=100') {
  const lists: Parameters<PartnerBillsPort['list']>[] = [];
  const credits: Parameters<PartnerBillsPort['credit']>[] = [];
  const partnerBills: PartnerBillsPort = {
    list: async (partnerId, asked) => {
      const { offset, limit } = asked;
      lists.push([partnerId, asked]);
      return { items: [{ id: `${partnerId}-${offset}` }], total: offset + limit + 1 };
    },
    credit: async (...asked) => {
      credits.push(asked);
      return { status: 'credited', credit: { id: 'S1-C' }, corrected: undefined };
    },
  };
  const api = await givenApi({ ...givenPorts(), ...(isBilled && { partnerBills }) });
  const answer = await api.inject({
    ...(payload === undefined
      ? { method: 'GET', url: `/api/v1/partners/roam/cdrs?${query}` }
      : { method: 'POST', url: '/api/v1/partners/roam/cdrs/S1/credit', payload }),
    headers: as(key),
  });
  return { answer, credits, lists };
}

describe('bills of partners over the API', () => {
  it('are listed page by page', async () => {
    const { answer } = await ask(undefined);
    expect(answer.json()).toEqual([{ id: 'roam-100' }]);
    expect(answer.headers['link']).toBe('</api/v1/partners/roam/cdrs?offset=200>; rel="next"');
  });

  it.each([
    ['newest=true&offset=100', { isNewestFirst: true, offset: 100 }],
    ['cdr=S1', { cdr: 'S1', offset: 0 }],
  ])('are listed as asked for: %s', async (query, asked) => {
    const { answer, lists } = await ask(undefined, 'root', true, query);
    expect([answer.statusCode, lists]).toMatchObject([200, [['roam', asked]]]);
    expect(answer.headers['link']).toContain(query.split('&')[0]);
  });

  it('are credited by an admin, in exact decimals', async () => {
    const { answer, credits } = await ask({ reason: 'wrong', corrected: { energyKwh: '12.5' } });
    expect([answer.statusCode, answer.json()]).toEqual([201, { credit: { id: 'S1-C' }, corrected: null }]);
    const correction = { energyKwh: fraction('12.5') };
    expect(credits).toMatchObject([['roam', { cdr: 'S1', reason: 'wrong', correction }, { name: 'root' }]]);
  });

  it.each([
    ['without a reason', { corrected: { energyKwh: '1' } }],
    ['with a correction of nothing', { reason: 'wrong', corrected: {} }],
    ['with a number for a decimal', { reason: 'wrong', corrected: { beforeTaxes: 1.5 } }],
    ['with less than nothing', { reason: 'wrong', corrected: { beforeTaxes: '-1' } }],
  ])('are not credited %s', async (_what, payload) => {
    const { answer, credits } = await ask(payload);
    expect([answer.statusCode, credits]).toEqual([400, []]);
  });

  it.each(['office', 'dso', 'guest'])('are none of the key %s', async (key) => {
    expect((await ask({ reason: 'wrong' }, key)).answer.statusCode).toBe(403);
    expect((await ask(undefined, key)).answer.statusCode).toBe(403);
  });

  it('say what is missing where nobody is billed', async () => {
    const { answer } = await ask(undefined, 'root', false);
    expect([answer.statusCode, answer.json().detail]).toEqual([422, expect.stringContaining('"ocpi"')]);
  });
});
