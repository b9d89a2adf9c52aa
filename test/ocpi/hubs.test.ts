import { describe, expect, it } from 'vitest';
import { hubClientInfoReceiver } from '../../src/ocpi/modules/hubClientInfo.ts';
import { tokensReceiver } from '../../src/ocpi/modules/tokens.ts';
import { HubClients } from '../../src/ocpi/partners/hubClients.ts';
import { isRegistered } from '../../src/ocpi/partners/partnerBook.ts';
import { TokenShelf } from '../../src/ocpi/tokens/tokenShelf.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenServer, noClients, nowMs, registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const hubParty = { countryCode: 'NL', partyId: 'HUB' };

/** A hub as 2.2.1 has it, with nobody behind it that it told of. */
function hub() {
  const partner = registered('hub');
  if (!isRegistered(partner)) throw new Error('it is registered');
  const role = { role: 'HUB', ...hubParty, businessDetails: { name: 'Hub' } };
  return { ...partner, state: { ...partner.state, roles: [role] } };
}

function given() {
  const objects = new MemoryObjects().opened(() => false);
  const shelf = new TokenShelf(objects, new VirtualClock(nowMs));
  const clients = noClients();
  const modules = [tokensReceiver(shelf), hubClientInfoReceiver(clients)];
  const server = givenServer([hub(), registered('direct')], modules, clients);
  const way = (from: string, to = 'SE-GRG') => {
    const [[fromCountry = '', fromId = ''], [toCountry = '', toId = '']] = [from.split('-'), to.split('-')];
    return {
      ...{ 'ocpi-from-country-code': fromCountry, 'ocpi-from-party-id': fromId },
      ...{ 'ocpi-to-country-code': toCountry, 'ocpi-to-party-id': toId },
    };
  };
  const put = (partyId: string, headers: Record<string, string>) =>
    server.ask(`/2.2.1/receiver/tokens/DE/${partyId}/CAFE`, {
      ...{ method: 'PUT', token: 'hub-token', headers },
      body: {
        ...{ country_code: 'DE', party_id: partyId, uid: 'CAFE', type: 'RFID', contract_id: 'C1' },
        ...{ issuer: partyId, valid: true, whitelist: 'ALLOWED', last_updated: '2026-01-31T11:00:00Z' },
      },
    });
  const owners = async () => (await shelf.byUid('CAFE')).map(({ partnerId }) => partnerId);
  return { ...server, way, put, owners };
}

const client = (change: object = {}) => ({
  ...{ country_code: 'DE', party_id: 'MSP', role: 'EMSP', status: 'CONNECTED' },
  ...{ last_updated: '2026-01-31T11:00:00Z', ...change },
});
const clientInfo = '/2.2.1/receiver/hubclientinfo/DE/MSP';

describe('what comes through a hub', () => {
  it('belongs to the party that it is from, under a name of its own, and the answer goes back to it', async () => {
    const { put, way, owners, book } = given();
    const answer = await put('MSP', way('DE-MSP'));
    expect(answer).toMatchObject({ status: 201, body: { status_code: 1000 } });
    expect(answer.headers).toMatchObject({
      ...{ 'OCPI-to-country-code': 'DE', 'OCPI-to-party-id': 'MSP' },
      ...{ 'OCPI-from-country-code': 'SE', 'OCPI-from-party-id': 'GRG' },
    });
    expect(await owners()).toEqual(['hub~DE-MSP']);
    expect(book.find('hub~DE-MSP')).toMatchObject({
      state: { isBehindHub: true, access: { isAway: false } },
    });
    expect(
      book
        .registered()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['direct', 'hub~DE-MSP']);
    expect(
      book
        .list()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['direct', 'hub']);
  });

  it('belongs to the party that it is about, where the hub tells it to everybody', async () => {
    const { put, way, owners } = given();
    expect(await put('MSP', way('NL-HUB'))).toMatchObject({ status: 201 });
    expect(await owners()).toEqual(['hub~DE-MSP']);
  });

  it.each([
    ['another party’s', 'MSP', 'DE-OTH', 'SE-GRG', 404, 2000],
    ['our own', 'MSP', 'SE-GRG', 'SE-GRG', 404, 2000],
    ['for somebody else', 'MSP', 'DE-MSP', 'SE-ELS', 200, 4001],
    ['from nobody', 'MSP', 'DE-', 'SE-GRG', 200, 2001],
  ])('is refused where it is %s', async (_what, party, from, to, status, code) => {
    const { put, way, owners } = given();
    expect(await put(party, way(from, to))).toMatchObject({ status, body: { status_code: code } });
    expect(await owners()).toEqual([]);
  });
});

describe('who is behind a hub', () => {
  it('is told by the hub, and is away when it says so', async () => {
    const { ask, book } = given();
    const put = (change: object = {}) =>
      ask(clientInfo, { method: 'PUT', token: 'hub-token', body: client(change) });
    expect(await put()).toMatchObject({ status: 201 });
    const isAway = () => {
      const found = book.find('hub~DE-MSP');
      return found !== undefined && isRegistered(found) && found.state.access.isAway;
    };
    expect(isAway()).toBe(false);
    for (const status of ['OFFLINE', 'SUSPENDED', 'PLANNED']) {
      expect(await put({ status, last_updated: '2026-01-31T11:01:00Z' })).toMatchObject({ status: 200 });
      expect(isAway()).toBe(true);
    }
    // What was told before changes nothing.
    expect(await put()).toMatchObject({ status: 200 });
    expect(isAway()).toBe(true);
    expect((await ask(clientInfo, { token: 'hub-token' })).body.data).toMatchObject({ status: 'PLANNED' });
    // Its operator has a role more, and one connection.
    await put({ role: 'CPO', last_updated: '2026-01-31T11:02:00Z' });
    expect(isAway()).toBe(false);
  });

  it.each([
    ['is no hub', 'direct-token', client(), 404, 2000],
    ['names another party in the URL', 'hub-token', client({ party_id: 'OTH' }), 200, 2001],
    ['says what nobody knows', 'hub-token', client({ status: 'ASLEEP' }), 200, 2001],
  ])('is told by nobody who %s', async (_who, token, body, status, code) => {
    const { ask } = given();
    const answer = await ask(clientInfo, { method: 'PUT', token, body });
    expect(answer).toMatchObject({ status, body: { status_code: code } });
    expect((await ask(clientInfo, { token: 'hub-token' })).status).toBe(404);
  });

  it('is known after a restart, has a bound, and is forgotten with the hub', async () => {
    const objects = new MemoryObjects().opened(() => false);
    const ports = { objects, own: { countryCode: 'SE', partyId: 'GRG' } };
    const first = new HubClients(ports);
    const one = { role: 'EMSP', status: 'CONNECTED', lastUpdatedMs: nowMs } as const;
    const partyOf = (n: number) => ({
      countryCode: 'DE',
      partyId: n.toString(36).toUpperCase().padStart(3, '0'),
    });
    for (let n = 0; n < 5_000; n += 1) await first.take('hub', { ...one, ...partyOf(n) });
    expect(await first.take('hub', { ...one, ...partyOf(5_000) })).toBe('full');
    expect(await first.take('hub', { ...one, ...partyOf(0) })).toBe('replaced');
    const second = new HubClients(ports);
    await second.load(['hub', 'other']);
    expect(second.members(hub()).size).toBe(5_000);
    second.forget('hub');
    expect(second.members(hub()).size).toBe(0);
  });
});
