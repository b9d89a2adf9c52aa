import { describe, expect, it } from 'vitest';
import type { BilledMonth } from '../../src/domain/billing/billedMonth.ts';
import type { Token } from '../../src/domain/roaming/token.ts';
import type { HttpPorts } from '../../src/http/ports.ts';
import type { RetailPort } from '../../src/http/retailPorts.ts';
import { as, givenApi, givenPorts, nowMs } from './givenApi.ts';

const token: Token = {
  ...{ countryCode: 'SE', partyId: 'KRA', uid: 'CAFE', type: 'RFID', contractId: 'C1', issuer: 'Kraft' },
  ...{ isValid: true, whitelist: 'ALLOWED', lastUpdatedMs: nowMs },
};

const closedMonth: BilledMonth = {
  month: { name: '2026-01', timeZone: 'Europe/Stockholm', startMs: 0, endMs: nowMs },
  policy: { vatPercent: undefined, roundedPer: 'line', mode: 'half-up' },
  ...{ begunAtMs: nowMs, begunBy: 'root', closedAtMs: nowMs, lineCount: 7, laterCount: 1, heldCount: 1 },
  held: [{ countryCode: 'SE', partyId: 'GRG', cdrId: 'C1', why: 'tells no taxes' }],
};

const bill = {
  ...{ contract: 'EL-77', currency: 'EUR', charges: 2, credits: 1, energyKwh: '20' },
  ...{ beforeTaxes: '8.50', taxes: '2.13', afterTaxes: '10.63' },
};

function given(change: Partial<RetailPort> = {}): HttpPorts {
  const retail: RetailPort = {
    issuer: 'Kraft',
    tokens: async () => ({ items: [token], total: 250 }),
    issue: async (told) => ({ status: 'issued', token: { ...token, ...told }, isNew: true }),
    received: async (partner) => (partner === 'roam' ? { items: [{ id: 'garage' }], total: 1 } : undefined),
    command: async () => ({ status: 'answered', response: 'ACCEPTED', result: 'ACCEPTED', message: [] }),
    months: async () => [closedMonth],
    close: async () => ({ status: 'begun' }),
    totals: async () => ({ status: 'made', totals: Array.from({ length: 101 }, () => bill) }),
    bills: async (month, form) => ({ status: 'made', text: 'a,b\r\n', fileName: `${month}.${form}` }),
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

  it('commands stations of partners, and says what a command lacks', async () => {
    const command = (payload: object, ports = given()) =>
      ask(ports, ['POST', '/partners/roam/commands'], { payload });
    const start = { command: 'START_SESSION', uid: 'CAFE', location: 'garage' };
    expect((await command(start)).json()).toEqual({ response: 'ACCEPTED', result: 'ACCEPTED', message: [] });
    const lacking = async (payload: object) => (await command(payload)).json().field;
    expect(await lacking({ command: 'START_SESSION', location: 'garage' })).toBe('uid');
    expect(await lacking({ command: 'RESERVE_NOW', uid: 'CAFE', location: 'garage' })).toBe('reservation');
    expect(await lacking({ ...start, command: 'RESERVE_NOW', reservation: 'R1' })).toBe('expiresAt');
    expect(await lacking({ command: 'UNLOCK_CONNECTOR', location: 'garage' })).toBe('evse');
    expect(await lacking({ command: 'STOP_SESSION' })).toBe('session');
    const unknown = given({ command: async () => ({ status: 'unknown partner' }) });
    expect((await command(start, unknown)).statusCode).toBe(404);
    const failing = given({ command: async () => ({ status: 'failed', why: 'HTTP 500' }) });
    expect((await command(start, failing)).statusCode).toBe(502);
  });

  it('lists the months that were billed, with what was held back', async () => {
    expect((await ask(given(), ['GET', '/invoices'])).json()).toMatchObject([
      { month: '2026-01', lines: 7, held: 1, heldCdrs: [{ cdr: 'SE GRG C1', why: 'tells no taxes' }] },
    ]);
  });

  it('tells what each contract owes, a page at a time', async () => {
    const answer = await ask(given(), ['GET', '/invoices/2026-01/contracts?find=EL']);
    expect(answer.json()).toHaveLength(100);
    expect(answer.json()[0]).toEqual(bill);
    const next = '</api/v1/retail/invoices/2026-01/contracts?find=EL&offset=100>; rel="next"';
    expect(answer.headers['link']).toBe(next);
    const last = await ask(given(), ['GET', '/invoices/2026-01/contracts?offset=100']);
    expect([last.json().length, last.headers['link']]).toEqual([1, undefined]);
    const refusing = given({ totals: async () => ({ status: 'refused', why: 'no' }) });
    expect((await ask(refusing, ['GET', '/invoices/2026-01/contracts'])).statusCode).toBe(422);
  });

  it('tells the bills of a month as a file', async () => {
    const answer = await ask(given(), ['GET', '/invoices/2026-01?form=csv&contract=EL-77']);
    expect([answer.statusCode, answer.body]).toEqual([200, 'a,b\r\n']);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="2026-01.csv"',
    });
    expect((await ask(given(), ['GET', '/invoices/2026-13'])).statusCode).toBe(400);
    expect((await ask(given(), ['GET', '/invoices/2026-01?form=pdf'])).statusCode).toBe(400);
  });

  it('closes a month', async () => {
    expect((await ask(given(), ['POST', '/invoices/2026-01'])).statusCode).toBe(202);
    const again = given({ close: async () => ({ status: 'closed' }) });
    expect((await ask(again, ['POST', '/invoices/2026-01'])).statusCode).toBe(200);
    const refusing = given({ close: async () => ({ status: 'refused', why: 'the month is not over' }) });
    expect((await ask(refusing, ['POST', '/invoices/2026-01'])).json().detail).toBe('the month is not over');
  });

  it('is for admins alone, and refuses where there is none', async () => {
    for (const key of ['office', 'guest', 'dso'])
      expect((await ask(given(), ['GET', '/tokens'], { key })).statusCode).toBe(403);
    expect((await ask(givenPorts(), ['GET', '/tokens'])).statusCode).toBe(422);
  });
});
