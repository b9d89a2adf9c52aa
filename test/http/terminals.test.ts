import { describe, expect, it } from 'vitest';
import type { TerminalsPort } from '../../src/http/terminalPorts.ts';
import { as, givenApi, givenPorts } from './givenApi.ts';

type Outcome = Awaited<ReturnType<TerminalsPort['assign']>>;

/** What the handlers asked for, and the answer of the API. */
async function ask(
  [method, path]: readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string],
  { payload, key = 'root', outcome }: { payload?: object; key?: string; outcome?: Outcome } = {},
) {
  const asked: unknown[] = [];
  const taken = async (...all: readonly unknown[]): Promise<Outcome> => {
    asked.push(all);
    return outcome ?? { status: 'done', terminal: { terminal_id: 'P-1' } };
  };
  const terminals: TerminalsPort = {
    terminals: async () => ({ items: [{ terminal_id: 'P-1' }], total: 101 }),
    payments: async () => ({
      items: [{ confirmation: { id: 'F1' }, sessionId: 'S1', cdrId: undefined }],
      total: 1,
    }),
    assign: taken,
    activate: taken,
    deactivate: taken,
  };
  const api = await givenApi({ ...givenPorts(), terminals });
  const answer = await api.inject({
    method,
    url: `/api/v1/partners/cards/${path}`,
    headers: as(key),
    ...(payload && { payload }),
  });
  return { answer, asked };
}

describe('payment terminals over the API', () => {
  it('are listed page by page, and payments with what they are for', async () => {
    const { answer } = await ask(['GET', 'terminals']);
    expect(answer.json()).toEqual([{ terminal_id: 'P-1' }]);
    expect(answer.headers['link']).toBe('</api/v1/partners/cards/terminals?offset=100>; rel="next"');
    const { answer: paid } = await ask(['GET', 'payments']);
    expect(paid.json()).toEqual([{ confirmation: { id: 'F1' }, session: 'S1', cdr: null }]);
  });

  it('are assigned, activated and deactivated by an admin', async () => {
    const { answer, asked } = await ask(['PATCH', 'terminals/P-1'], { payload: { locations: ['garage'] } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { terminal_id: 'P-1' }]);
    expect(asked).toMatchObject([['cards', 'P-1', { locationIds: ['garage'] }, { name: 'root' }]]);
    const activated = await ask(['POST', 'terminals'], { payload: { reference: 'SN-1', evses: ['A1'] } });
    expect(activated.answer.statusCode).toBe(202);
    expect(activated.asked).toMatchObject([['cards', { reference: 'SN-1', evseUids: ['A1'] }, {}]]);
    expect((await ask(['DELETE', 'terminals/P-1'])).answer.statusCode).toBe(204);
  });

  it.each([
    [{ status: 'unknown' }, 404],
    [{ status: 'refused', why: 'there is no such site' }, 422],
    [{ status: 'failed', why: 'the provider does not answer' }, 502],
  ] as const)('answer %j with %i', async (outcome, status) => {
    const payload = { locations: ['garage'] };
    expect((await ask(['PATCH', 'terminals/P-1'], { payload, outcome })).answer.statusCode).toBe(status);
  });

  it.each([
    ['a change of nothing', 'PATCH', 'terminals/P-1', {}],
    ['an activation without a reference', 'POST', 'terminals', { locations: ['garage'] }],
    ['a place named twice', 'PATCH', 'terminals/P-1', { locations: ['garage', 'garage'] }],
  ] as const)('refuse %s', async (_what, method, path, payload) => {
    const { answer, asked } = await ask([method, path], { payload });
    expect([answer.statusCode, asked]).toEqual([400, []]);
  });

  it.each(['office', 'dso', 'guest'])('are none of the key %s', async (key) => {
    expect((await ask(['GET', 'payments'], { key })).answer.statusCode).toBe(403);
    expect((await ask(['DELETE', 'terminals/P-1'], { key })).answer.statusCode).toBe(403);
  });
});
