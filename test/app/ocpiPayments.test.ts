import { afterEach, describe, expect, it } from 'vitest';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { givenParty, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A garage with a price for whoever pays on the spot, and a payment provider with what it `lists`. */
async function given(lists: Readonly<Record<string, readonly object[]>> = {}, version = '2.3.0') {
  const host = await givenParty('GRG', {
    ...publicGarage,
    ocpi: `${publicGarage.ocpi}
    - id: spot
      type: AD_HOC_PAYMENT
      currency: EUR
      tax_included: "NO"
      preauthorize_amount: 30
      elements: [{ price_components: [{ type: ENERGY, price: 0.6, vat: 25, step_size: 1 }] }]`,
    evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1, spot] }',
    ocpp: ', unknownTokens: reject',
  });
  ends.push(() => host.end());
  const provider = await startEmsp(host, {
    ...{ version, id: 'cards', partyId: 'PTP', offers: ['payments'] },
    answers: ({ method, path }) => {
      const list = Object.keys(lists).find((name) => path.startsWith(`/payments/${name}?`));
      return method === 'GET' && list !== undefined ? { data: lists[list] } : undefined;
    },
  });
  ends.push(() => provider.stop());
  const post = (list: string, body: object) => provider.ask(`/receiver/payments/${list}`, 'POST', body);
  return { host, provider, post };
}

const path = '/partners/cards';
const last_updated = '2026-01-31T18:00:00Z';
const confirmation = (authorization_reference: string, change: object = {}) => ({
  ...{ id: 'F1', authorization_reference, currency: 'EUR', eft_data: ['Mastercard', 'Nr: **** 1234'] },
  total_costs: { before_taxes: 3, taxes: [{ name: 'VAT', amount: 0.75 }] },
  ...{ capture_status_code: 'SUCCESS', last_updated, ...change },
});

describe('terminals of a payment provider', () => {
  it('come by their id alone, are assigned by us, and read back', async () => {
    const { host, provider, post } = await given();
    expect(await post('terminals', { terminal_id: 'P-1' })).toMatchObject({
      ...{ status: 201, body: { data: { terminal_id: 'P-1' } } },
    });
    const assigned = await host.ask('PATCH', `${path}/terminals/P-1`, {
      locations: ['garage'],
      evses: ['A1'],
    });
    expect(assigned).toMatchObject({ status: 200, body: { location_ids: ['garage'], evse_uids: ['A1'] } });
    const told = await eventually(() => provider.heard.find(({ method }) => method === 'PATCH'));
    expect(told).toMatchObject({
      ...{ path: '/payments/terminals/P-1', body: { location_ids: ['garage'], evse_uids: ['A1'] } },
    });
    expect(typeof told.body.last_updated).toBe('string');

    // What the provider tells of it later does not take our places away.
    const again = await post('terminals', {
      ...{ terminal_id: 'P-1', address: 'Storgatan 1', location_ids: [] },
    });
    expect(again).toMatchObject({ status: 200, body: { data: { location_ids: ['garage'] } } });
    expect((await provider.ask('/receiver/payments/terminals/p-1')).body.data).toMatchObject({
      ...{ address: 'Storgatan 1', location_ids: ['garage'], evse_uids: ['A1'] },
    });
    const none = await host.ask('PATCH', `${path}/terminals/P-1`, { locations: [], evses: [] });
    expect(none.status).toBe(200);
    await eventually(() =>
      provider.heard.find(({ method, body }) => method === 'PATCH' && body.location_ids.length === 0),
    );
    expect(Object(none.body).location_ids).toBeUndefined();
  });

  it('are assigned to nothing that partners do not see', async () => {
    const { host, post } = await given();
    await post('terminals', { terminal_id: 'P-1' });
    const patch = (id: string, body: object) => host.ask('PATCH', `${path}/terminals/${id}`, body);
    expect((await patch('P-1', { locations: ['nowhere'] })).status).toBe(422);
    expect((await patch('P-1', { evses: ['A9'] })).status).toBe(422);
    expect((await patch('P-9', { locations: ['garage'] })).status).toBe(404);
  });

  it('are activated and deactivated by the provider', async () => {
    const { host, provider, post } = await given();
    const activated = await host.ask('POST', `${path}/terminals`, {
      reference: 'SN-77',
      locations: ['garage'],
    });
    expect(activated.status).toBe(202);
    expect(provider.heard.find(({ path: at }) => at === '/payments/terminals/activate')).toMatchObject({
      ...{ method: 'POST', body: { reference: 'SN-77', location_ids: ['garage'] } },
    });
    await post('terminals', {
      terminal_id: 'P-1',
      reference: 'SN-77',
      location_ids: ['garage'],
      last_updated,
    });
    const { body } = await host.ask('GET', `${path}/terminals`);
    expect(body).toMatchObject([{ terminal_id: 'P-1', reference: 'SN-77', location_ids: ['garage'] }]);
    expect((await host.ask('DELETE', `${path}/terminals/P-1`)).status).toBe(204);
    expect(provider.heard.some(({ path: at }) => at === '/payments/terminals/P-1/deactivate')).toBe(true);
    expect((await host.ask('DELETE', `${path}/terminals/P-9`)).status).toBe(404);
  });

  it('and payments are asked for, too, and are nobody else’s', async () => {
    const terminals = [{ terminal_id: 'P-7', city: 'Lund', last_updated }];
    const { host, provider } = await given({
      terminals,
      'financial-advice-confirmations': [confirmation('REF-0')],
    });
    await eventually(async () => {
      const { body } = await host.ask('GET', `${path}/terminals`);
      return Object(body).length === 1 ? true : undefined;
    });
    await eventually(async () => {
      const { body } = await host.ask('GET', `${path}/payments`);
      return Object(body).length === 1 ? true : undefined;
    });
    expect(provider.heard.some(({ path: at }) => at.startsWith('/payments/terminals?date_from='))).toBe(true);
    const other = await startEmsp(host, { version: '2.3.0', partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    expect((await other.ask('/receiver/payments/terminals/P-7')).status).toBe(404);
    expect((await other.ask('/receiver/payments/financial-advice-confirmations/F1')).status).toBe(404);
  });

  it('are not known in 2.2.1', async () => {
    const { post } = await given({}, '2.2.1');
    expect((await post('terminals', { terminal_id: 'P-1' })).status).toBe(404);
  });
});

describe('a payment on the spot', () => {
  it('is kept with its session and CDR, at the price for it', async () => {
    const { host, provider, post } = await given();
    const idTags: string[] = [];
    const station = await host.connectStation({
      RemoteStartTransaction: ({ idTag }: { idTag: string }) => {
        idTags.push(idTag);
        return { status: 'Accepted' };
      },
    });
    const token = {
      ...{ ...provider.party, uid: 'CARD-1', type: 'AD_HOC_USER', contract_id: 'CARD-1', issuer: 'cards' },
      ...{ valid: true, whitelist: 'NEVER', last_updated },
    };
    await provider.ask('/receiver/commands/START_SESSION', 'POST', {
      ...{ response_url: `${provider.origin}/commands/1`, token, location_id: 'garage', evse_uid: 'A1' },
      authorization_reference: 'REF-1',
    });
    const idTag = await eventually(() => idTags[0]);
    const now = () => new Date().toISOString();
    const { transactionId } = (await station.call('StartTransaction', {
      ...{ connectorId: 1, idTag, meterStart: 0, timestamp: now() },
    })) as { transactionId: number };
    await station.call('StopTransaction', { transactionId, idTag, meterStop: 5_000, timestamp: now() });
    const { body: cdr } = await eventually(() => provider.heard.find(({ path: at }) => at === '/cdrs'));
    expect(cdr).toMatchObject({
      ...{ authorization_reference: 'REF-1', tariffs: [{ id: 'spot', type: 'AD_HOC_PAYMENT' }] },
      total_cost: { before_taxes: 3, taxes: [{ amount: 0.75 }] },
    });

    // The capture failed first, and then it did not.
    const list = 'financial-advice-confirmations';
    const failed = { capture_status_code: 'FAILED', last_updated: '2026-01-31T17:59:00Z' };
    expect((await post(list, confirmation('REF-1', failed))).status).toBe(201);
    expect((await post(list, confirmation('REF-1'))).status).toBe(200);
    // What comes late does not undo it.
    expect((await post(list, confirmation('REF-1', failed))).status).toBe(200);
    expect((await provider.ask(`/receiver/payments/${list}/F1`)).body.data).toEqual(confirmation('REF-1'));
    await post(list, confirmation('NOBODY', { id: 'F2' }));
    const { body } = await host.ask('GET', `${path}/payments`);
    expect(body).toMatchObject([
      { confirmation: { id: 'F1', capture_status_code: 'SUCCESS' }, session: cdr.session_id, cdr: cdr.id },
      { confirmation: { id: 'F2' }, session: null, cdr: null },
    ]);
  });
});
