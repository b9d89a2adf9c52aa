import { afterEach, describe, expect, it } from 'vitest';
import { type HubOptions, type SimulatedHub, startHub } from '../../src/sim/hub/hub.ts';
import type { HubFault } from '../../src/sim/hub/relay.ts';
import { eventually } from '../eventually.ts';
import { givenParty, type PartyOptions, publicGarage, type RoamingParty, retailer } from './ocpiPeers.ts';
import { chargesAndIsBilled, storyHost } from './roamingStory.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function party(partyId: string, options: PartyOptions) {
  const given = await givenParty(partyId, options);
  ends.push(() => given.end());
  return given;
}

async function hubOf(options: HubOptions): Promise<SimulatedHub> {
  const hub = await startHub(options);
  ends.push(() => hub.stop());
  return hub;
}

async function join(hub: SimulatedHub, member: RoamingParty): Promise<void> {
  const { body } = await member.ask('POST', '/partners', { id: 'hub' });
  await hub.connect({ versionsUrl: member.versionsUrl, token: String(Object(body).token) });
}

interface Limited {
  readonly csChargingProfiles: {
    readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
  };
}

const garage = { country_code: 'SE', party_id: 'GRG' };
const driver = { uid: 'APP-1', type: 'APP_USER', contractId: 'SE-KRA-C1', whitelist: 'NEVER' };

const received = async (guest: RoamingParty, partner: string, list: string) => {
  const { body } = await guest.ask('GET', `/retail/partners/${partner}/${list}`);
  return Array.isArray(body) ? body : [];
};

describe('an operator and a retailer behind a hub', () => {
  it.each(['2.2.1', '2.3.0'] as const)('serve a driver from search to bill, in %s', async (version) => {
    const host = await party('GRG', storyHost);
    const guest = await party('KRA', retailer);
    const hub = await hubOf({ version });
    const throughHub = async () => {
      await join(hub, host);
      await join(hub, guest);
    };
    await chargesAndIsBilled(host, guest, version, { partner: 'hub~SE-GRG', join: throughHub });
    // What everybody may hear is told to the hub once, and comes from it.
    const told = hub.relayed.filter(({ module, method }) => module === 'locations' && method === 'PATCH');
    expect(told.map(({ from, to }) => [from.party_id, to.party_id])).toContainEqual(['HUB', 'KRA']);
    const cdrs = hub.relayed.filter(({ module, method }) => module === 'cdrs' && method === 'POST');
    expect(cdrs).toMatchObject([{ from: garage, to: { country_code: 'SE', party_id: 'KRA' }, status: 201 }]);
  });

  it('has what each party behind it owns apart from what the others do', async () => {
    const guest = await party('KRA', retailer);
    const hub = await hubOf({ version: '2.2.1' });
    await join(hub, guest);
    await join(hub, await party('GRG', publicGarage));
    await join(hub, await party('DEP', publicGarage));
    await eventually(async () => {
      expect(await received(guest, 'hub~SE-GRG', 'locations')).toMatchObject([
        { party_id: 'GRG', id: 'garage' },
      ]);
      expect(await received(guest, 'hub~SE-DEP', 'locations')).toMatchObject([
        { party_id: 'DEP', id: 'garage' },
      ]);
    });
    expect(await received(guest, 'hub', 'locations')).toEqual([]);
    // They are no connections of their own: only the hub is renewed and ended.
    const { body } = await guest.ask('GET', '/partners');
    const behind = ['hub~SE-GRG', 'hub~SE-DEP'].map((id) => ({ id, isAway: false }));
    expect(body).toMatchObject([{ id: 'hub', behind }]);
    expect((await guest.ask('DELETE', '/partners/hub~SE-GRG')).status).toBe(404);
  });

  it('shares the wires of its site with one behind the hub, which is limited by charging profiles', async () => {
    const host = await party('GRG', { ...publicGarage, ocpp: ', unknownTokens: reject' });
    const guest = await party('KRA', {
      ocpi: `  roles: [CPO, SCSP]\n  loadManagement: { pauseS: 1 }\n${retailer.ocpi}`,
      evses: ', { id: F1, partner: { id: hub~SE-GRG, location: garage, evse: A1 }, maxAmps: 16 }',
    });
    const hub = await hubOf({ version: '2.2.1' });
    await join(hub, host);
    await join(hub, guest);
    const card = { uid: 'CAFE', type: 'RFID', contractId: 'SE-KRA-C1', whitelist: 'ALLOWED' };
    expect((await guest.ask('POST', '/retail/tokens', card)).status).toBe(201);
    // Until its own station was heard it gives nobody more than the failsafe current.
    const own = await guest.connectStation();
    await own.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
    const limits: number[] = [];
    const station = await host.connectStation({
      SetChargingProfile: ({ csChargingProfiles: { chargingSchedule } }: Limited) => {
        limits.push(...chargingSchedule.chargingSchedulePeriod.slice(0, 1).map(({ limit }) => limit));
        return { status: 'Accepted' };
      },
    });
    const shown = async () => Object(await station.call('Authorize', { idTag: 'CAFE' })).idTagInfo.status;
    await eventually(async () => expect(await shown()).toBe('Accepted'), 1_000);
    await station.call('StatusNotification', { connectorId: 1, status: 'Charging', errorCode: 'NoError' });
    const begin = { connectorId: 1, idTag: 'CAFE', meterStart: 0, timestamp: new Date().toISOString() };
    await station.call('StartTransaction', begin);
    await eventually(async () => {
      const { body } = await guest.ask('GET', '/evses/F1/explanation');
      expect(body).toMatchObject({ setpointAmps: 16 });
      expect(limits.at(-1)).toBe(16);
    });
    const told = hub.relayed.filter(
      ({ module, method }) => module === 'chargingprofiles' && method === 'PUT',
    );
    expect(told).toContainEqual(expect.objectContaining({ to: garage }));
  });

  it('are not asked while the hub tells that they are away, and asked again when they are back', async () => {
    const host = await party('GRG', storyHost);
    const guest = await party('KRA', retailer);
    const hub = await hubOf({ version: '2.2.1' });
    await join(hub, host);
    await join(hub, guest);
    await eventually(async () => expect(await received(guest, 'hub~SE-GRG', 'locations')).toHaveLength(1));
    expect((await guest.ask('POST', '/retail/tokens', driver)).status).toBe(201);
    await hub.setStatus(garage, 'OFFLINE');
    const start = { command: 'START_SESSION', ...driver, location: 'garage', evse: 'A1' };
    const { contractId: _, whitelist: __, ...command } = start;
    const before = hub.relayed.length;
    const refused = await guest.ask('POST', '/retail/partners/hub~SE-GRG/commands', command);
    expect(JSON.stringify(refused.body)).toContain('not connected');
    expect(hub.relayed.slice(before).filter(({ module }) => module === 'commands')).toEqual([]);
    await host.connectStation();
    await hub.setStatus(garage, 'CONNECTED');
    const answer = await guest.ask('POST', '/retail/partners/hub~SE-GRG/commands', command);
    expect(answer).toMatchObject({ status: 200, body: { response: 'ACCEPTED' } });
  });

  it.each([
    ['says that the other is not there', 'unconnected', 1],
    ['loses an answer', 'no answer', 2],
    ['brings a bill twice', 'twice', 2],
  ] as const)('have one bill though the hub %s', async (_what, fault, deliveries) => {
    let [isFirst, faults] = [true, 0];
    const faultOf: HubOptions['faultOf'] = ({ module, method }): HubFault | undefined => {
      if (module !== 'cdrs' || method !== 'POST' || !isFirst) return undefined;
      isFirst = false;
      faults += 1;
      return fault;
    };
    const host = await party('GRG', publicGarage);
    const guest = await party('KRA', retailer);
    const hub = await hubOf({ version: '2.2.1', faultOf });
    await join(hub, host);
    await join(hub, guest);
    await guest.ask('POST', '/retail/tokens', { ...driver, type: 'RFID', uid: 'CAFE', whitelist: 'ALWAYS' });
    const station = await host.connectStation();
    const endMs = Date.now();
    const at = (minutes: number) => new Date(endMs + (minutes - 60) * 60_000).toISOString();
    await eventually(() => {
      const told = hub.relayed.filter(({ module, method }) => module === 'tokens' && method === 'PUT');
      expect(told.some(({ status }) => status < 300)).toBe(true);
    });
    const begin = { connectorId: 1, idTag: 'CAFE', meterStart: 1_000, timestamp: at(0) };
    const { transactionId } = Object(await station.call('StartTransaction', begin));
    await station.call('StopTransaction', { transactionId, meterStop: 21_000, timestamp: at(60) });
    const bills = () => hub.relayed.filter(({ module, method }) => module === 'cdrs' && method === 'POST');
    await eventually(() => expect(bills()).toHaveLength(deliveries));
    await eventually(async () => expect(await received(guest, 'hub~SE-GRG', 'cdrs')).toHaveLength(1));
    expect(faults).toBe(1);
  });
});
