import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connect, givenParty, publicGarage, retailer } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An operator with a garage, and a retailer whose drivers charge there. */
async function given(version: string) {
  const host = await givenParty('GRG', { ...publicGarage, ocpp: ', unknownTokens: reject' });
  ends.push(() => host.end());
  const guest = await givenParty('KRA', retailer);
  ends.push(() => guest.end());
  await connect(host, guest, version);
  const station = await host.connectStation();
  const issue = async (more: object = {}) => {
    const answer = await guest.ask('POST', '/retail/tokens', {
      ...{ uid: 'CAFE', contractId: 'SE-KRA-C1' },
      ...{ energyContract: { supplierName: 'Kraft AB', contractId: 'EL-77' }, ...more },
    });
    return answer;
  };
  const authorize = (idTag: string) => station.call('Authorize', { idTag });
  const told = async (list: string) => {
    const { body } = await guest.ask('GET', `/retail/partners/host/${list}`);
    return Array.isArray(body) ? body : [];
  };
  return { host, guest, station, issue, authorize, told };
}

const accepted = { idTagInfo: { status: 'Accepted' } };

describe.each(['2.2.1', '2.3.0'])('an electricity retailer, in %s', (version) => {
  it('issues tokens that are good at the stations of others, until it ends them', async () => {
    const { issue, authorize } = await given(version);
    expect(await issue()).toMatchObject({ status: 201, body: { type: 'RFID', whitelist: 'ALLOWED' } });
    await eventually(async () => expect(await authorize('cafe')).toMatchObject(accepted));
    expect((await issue({ isValid: false })).status).toBe(200);
    await eventually(async () =>
      expect(await authorize('CAFE')).toMatchObject({ idTagInfo: { status: 'Blocked' } }),
    );
  });

  it('is asked for tokens that it wants to be asked for', async () => {
    const { issue, authorize } = await given(version);
    await issue({ whitelist: 'NEVER', groupId: 'FAMILY' });
    await eventually(async () =>
      expect(await authorize('CAFE')).toMatchObject({
        idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' },
      }),
    );
  });

  it('knows the places and prices of others, and hears of every change', async () => {
    const { told, station } = await given(version);
    await eventually(async () => {
      const [location] = await told('locations');
      expect(location).toMatchObject({
        id: 'garage',
        evses: [{ uid: 'A1', connectors: [{ tariff_ids: ['T1'] }] }],
      });
      expect(await told('tariffs')).toMatchObject([{ id: 'T1', currency: 'EUR' }]);
    });
    const fault = { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' };
    await station.call('StatusNotification', { ...fault, timestamp: new Date().toISOString() });
    await eventually(async () =>
      expect(await told('locations')).toMatchObject([{ evses: [{ status: 'OUTOFORDER' }] }]),
    );
  });

  it('gets the bill of every charge of its drivers', async () => {
    const { issue, authorize, station, told } = await given(version);
    await issue();
    await eventually(async () => expect(await authorize('CAFE')).toMatchObject(accepted));
    const timestamp = () => new Date().toISOString();
    const start = { connectorId: 1, idTag: 'CAFE', meterStart: 1_000, timestamp: timestamp() };
    const { transactionId } = Object(await station.call('StartTransaction', start));
    await station.call('StopTransaction', { transactionId, meterStop: 11_000, timestamp: timestamp() });
    await eventually(async () =>
      expect(await told('cdrs')).toMatchObject([
        { total_energy: 10, currency: 'EUR', cdr_token: { party_id: 'KRA', contract_id: 'SE-KRA-C1' } },
      ]),
    );
  });
});

describe('an electricity retailer that is told too much', () => {
  it.each([
    ['fifty megabytes', 50 * 2 ** 20],
    ['one byte above its bound', 2 * 2 ** 20 + 1],
  ])('reads nothing of %s', async (_what, length) => {
    const guest = await givenParty('KRA', retailer);
    ends.push(() => guest.end());
    // Its length is enough: a million charging periods are refused before the first is read.
    const headers = { 'content-type': 'application/json', 'content-length': length };
    const sent = request(`${guest.api}/ocpi/2.2.1/receiver/cdrs`, { method: 'POST', headers });
    sent.on('error', () => undefined);
    sent.flushHeaders();
    const [answer] = await once(sent, 'response');
    expect(answer.statusCode).toBe(413);
    sent.destroy();
  });
});

describe('tokens of an electricity retailer', () => {
  it('are found by operators that did not hear of them', async () => {
    const guest = await givenParty('KRA', retailer);
    ends.push(() => guest.end());
    const token = { uid: 'EARLY', contractId: 'SE-KRA-C2' };
    expect((await guest.ask('POST', '/retail/tokens', token)).status).toBe(201);
    const host = await givenParty('GRG', { ...publicGarage, ocpp: ', unknownTokens: reject' });
    ends.push(() => host.end());
    await connect(host, guest, '2.2.1');
    const station = await host.connectStation();
    await eventually(async () =>
      expect(await station.call('Authorize', { idTag: 'EARLY' })).toMatchObject(accepted),
    );
  });

  it('stay on their electricity contract', async () => {
    const guest = await givenParty('KRA', retailer);
    ends.push(() => guest.end());
    const issue = (contractId: string, electricity: string) =>
      guest.ask('POST', '/retail/tokens', {
        ...{ uid: 'CAFE', contractId },
        energyContract: { supplierName: 'Kraft AB', contractId: electricity },
      });
    expect((await issue('C1', 'EL-1')).status).toBe(201);
    expect((await issue('C1', 'EL-2')).status).toBe(422);
    expect((await issue('C2', 'EL-2')).status).toBe(200);
    expect(await guest.ask('GET', '/retail/tokens')).toMatchObject({
      body: [{ uid: 'CAFE', contractId: 'C2', energyContract: { contractId: 'EL-2' } }],
    });
  });
});
