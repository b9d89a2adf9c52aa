import { afterEach, describe, expect, it } from 'vitest';
import { startEmsp } from './emsp.ts';
import { givenParty, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A garage that takes nobody it does not know, its station, and an eMSP. */
async function given(options: Parameters<typeof startEmsp>[1] = {}) {
  const host = await givenParty('GRG', { ...publicGarage, ocpp: ', unknownTokens: reject' });
  ends.push(() => host.end());
  const emsp = await startEmsp(host, options);
  ends.push(() => emsp.stop());
  const station = await host.connectStation();
  const authorize = (idTag: string) => station.call('Authorize', { idTag });
  const put = (more: object = {}) => {
    const token = { ...card, ...emsp.party, ...more };
    return emsp.ask(`/receiver/tokens/DE/MSP/${token.uid}`, 'PUT', token);
  };
  return { host, emsp, authorize, put };
}

const card = {
  uid: 'CAFE',
  type: 'RFID',
  contract_id: 'DE8ACC12E46L89',
  issuer: 'MSP',
  valid: true,
  whitelist: 'ALLOWED',
  last_updated: '2026-01-31T18:00:00Z',
};

const accepted = { idTagInfo: { status: 'Accepted' } };
const asked = ({ path }: { readonly path: string }): boolean => path.includes('/authorize');

describe('tokens of an eMSP', () => {
  it.each(['2.2.1', '2.3.0'])('let its drivers charge until it says otherwise, in %s', async (version) => {
    const { emsp, authorize, put } = await given({ version });
    expect(await authorize('CAFE')).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect(await put({ group_id: 'FAMILY' })).toMatchObject({ status: 201, body: { status_code: 1000 } });
    expect(await authorize('cafe')).toMatchObject({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' },
    });
    expect(emsp.heard.filter(asked)).toEqual([]);
    const change = { valid: false, last_updated: '2026-01-31T19:00:00Z' };
    const patched = await emsp.ask('/receiver/tokens/DE/MSP/CAFE?type=RFID', 'PATCH', change);
    expect(patched).toMatchObject({ status: 200, body: { status_code: 1000 } });
    expect(await authorize('CAFE')).toMatchObject({ idTagInfo: { status: 'Blocked' } });
    expect((await emsp.ask('/receiver/tokens/DE/MSP/CAFE')).body.data).toEqual({
      ...{ ...card, ...emsp.party, ...change },
      group_id: 'FAMILY',
    });
  });

  it('are asked for where the eMSP wants it, and its word counts', async () => {
    let allowed = 'ALLOWED';
    const { emsp, authorize, put } = await given({
      answers: (heard) =>
        asked(heard)
          ? { data: { allowed, token: { ...card, country_code: 'DE', party_id: 'MSP' } } }
          : undefined,
    });
    await put({ whitelist: 'NEVER' });
    expect(await authorize('CAFE')).toMatchObject(accepted);
    allowed = 'NO_CREDIT';
    expect(await authorize('CAFE')).toMatchObject({ idTagInfo: { status: 'Invalid' } });
    expect(emsp.heard.filter(asked)).toMatchObject(
      Array(2).fill({
        method: 'POST',
        path: '/tokens/CAFE/authorize?type=RFID',
        body: { location_id: 'garage', evse_uids: ['A1'] },
      }),
    );
  });

  it('are good without an answer where the eMSP said so, and only there', async () => {
    const { authorize, put } = await given({ answers: (heard) => (asked(heard) ? 'hang' : undefined) });
    await put({ uid: 'OFFLINE', whitelist: 'ALLOWED_OFFLINE' });
    await put({ uid: 'ONLINE', whitelist: 'NEVER' });
    const [offline, online] = await Promise.all([authorize('OFFLINE'), authorize('ONLINE')]);
    expect(offline).toMatchObject(accepted);
    expect(online).toMatchObject({ idTagInfo: { status: 'Invalid' } });
  });

  it('are seen and changed by their eMSP alone', async () => {
    const { host, emsp, authorize, put } = await given();
    const other = await startEmsp(host, { partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    await put();
    const url = '/receiver/tokens/DE/MSP/CAFE';
    expect((await other.ask(url)).status).toBe(404);
    expect((await other.ask(url, 'PUT', { ...card, ...emsp.party, valid: false })).status).toBe(404);
    // The same number as its own keeps nobody else's driver out.
    const same = { ...card, ...other.party, valid: false };
    expect((await other.ask('/receiver/tokens/DE/OTH/CAFE', 'PUT', same)).status).toBe(201);
    expect(await authorize('CAFE')).toMatchObject(accepted);
  });

  it('are gone with their partner, whoever comes under its name', async () => {
    const { host, authorize, put } = await given();
    await put();
    await host.ask('DELETE', '/partners/roam');
    expect(await authorize('CAFE')).toEqual({ idTagInfo: { status: 'Invalid' } });
    const heir = await startEmsp(host);
    ends.push(() => heir.stop());
    expect((await heir.ask('/receiver/tokens/DE/MSP/CAFE')).status).toBe(404);
    expect(await authorize('CAFE')).toEqual({ idTagInfo: { status: 'Invalid' } });
  });

  it.each([
    ['that is not the one in its URL', 'PUT', { uid: 'BEEF' }],
    ['of another type', 'PUT', { type: 'OTHER' }],
    ['without a whitelist', 'PUT', { whitelist: undefined }],
    ['changed at no moment', 'PATCH', { last_updated: undefined }],
  ])('are refused: one %s', async (_what, method, more) => {
    const { emsp, put } = await given();
    await put();
    const body = { ...card, ...emsp.party, ...more };
    const answer = await emsp.ask('/receiver/tokens/DE/MSP/CAFE', method, body);
    expect(answer).toMatchObject({ status: 200, body: { status_code: 2001 } });
  });
});
