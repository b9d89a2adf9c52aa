import { describe, expect, it } from 'vitest';
import type { Token } from '../../src/domain/roaming/token.ts';
import type { HttpPorts } from '../../src/http/ports.ts';
import type { RetailPort } from '../../src/http/retailPorts.ts';
import { as, givenApi, givenPorts, nowMs } from './givenApi.ts';

const token: Token = {
  ...{ countryCode: 'SE', partyId: 'KRA', uid: 'CAFE', type: 'RFID', contractId: 'C1', issuer: 'Kraft' },
  ...{ isValid: true, whitelist: 'ALLOWED', lastUpdatedMs: nowMs },
};

function given(change: Partial<RetailPort> = {}): HttpPorts {
  const retail: RetailPort = {
    issuer: 'Kraft',
    tokens: async () => ({ items: [token], total: 250 }),
    issue: async (told) => ({ status: 'issued', token: { ...token, ...told }, isNew: true }),
    received: async (partner) => (partner === 'roam' ? { items: [{ id: 'garage' }], total: 1 } : undefined),
    ...change,
  };
  return { ...givenPorts(), retail };
}

const ask = async (
  ports: HttpPorts,
  [method, path]: readonly ['GET' | 'POST', string],
  { key = 'root', payload }: { key?: string; payload?: object } = {},
) =>
  (await givenApi(ports)).inject({
    method,
    url: `/api/v1/retail${path}`,
    headers: as(key),
    ...(payload && { payload }),
  });

describe('the retailer over the API', () => {
  it('lists tokens page by page', async () => {
    const answer = await ask(given(), ['GET', '/tokens?offset=100']);
    expect(answer.json()).toMatchObject([{ uid: 'CAFE', energyContract: null, whitelist: 'ALLOWED' }]);
    expect(answer.headers['link']).toBe('</api/v1/retail/tokens?offset=200>; rel="next"');
    expect((await ask(given(), ['GET', '/tokens?offset=200'])).headers['link']).toBeUndefined();
  });

  it('issues tokens, with what is usual where nothing is said', async () => {
    const payload = { uid: 'BEEF', contractId: 'C2', energyContract: { supplierName: 'Kraft AB' } };
    const answer = await ask(given(), ['POST', '/tokens'], { payload });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      ...{ uid: 'BEEF', type: 'RFID', issuer: 'Kraft', isValid: true, whitelist: 'ALLOWED' },
      energyContract: { supplierName: 'Kraft AB', contractId: null },
    });
  });

  it.each([
    ['without a contract', { uid: 'BEEF' }],
    ['with letters that no card has', { uid: 'BÉEF', contractId: 'C2' }],
    ['of a type that one of the versions lacks', { uid: 'BEEF', contractId: 'C2', type: 'EMAID' }],
    ['with a field that is none', { uid: 'BEEF', contractId: 'C2', valid: true }],
  ])('issues none %s', async (_what, payload) => {
    expect((await ask(given(), ['POST', '/tokens'], { payload })).statusCode).toBe(400);
  });

  it('says why a token is refused', async () => {
    const refusing = given({
      issue: async () => ({ status: 'refused', field: 'energyContract', why: 'no' }),
    });
    const payload = { uid: 'BEEF', contractId: 'C2' };
    const answer = await ask(refusing, ['POST', '/tokens'], { payload });
    expect([answer.statusCode, answer.json().field]).toEqual([422, 'energyContract']);
  });

  it('shows what partners told of their own', async () => {
    expect((await ask(given(), ['GET', '/partners/roam/locations'])).json()).toEqual([{ id: 'garage' }]);
    expect((await ask(given(), ['GET', '/partners/nobody/locations'])).statusCode).toBe(404);
    expect((await ask(given(), ['GET', '/partners/roam/secrets'])).statusCode).toBe(400);
  });

  it('is for admins alone, and refuses where there is none', async () => {
    for (const key of ['office', 'guest', 'dso'])
      expect((await ask(given(), ['GET', '/tokens'], { key })).statusCode).toBe(403);
    expect((await ask(givenPorts(), ['GET', '/tokens'])).statusCode).toBe(422);
  });
});
