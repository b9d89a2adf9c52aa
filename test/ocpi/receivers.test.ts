import { describe, expect, it } from 'vitest';
import { partyKey } from '../../src/domain/roaming/common.ts';
import type { Location } from '../../src/domain/roaming/location.ts';
import type { Tariff } from '../../src/domain/roaming/tariff.ts';
import { cdrsReceiver } from '../../src/ocpi/modules/cdrsReceiver.ts';
import { locationsReceiver } from '../../src/ocpi/modules/locationsReceiver.ts';
import { tariffsReceiver } from '../../src/ocpi/modules/tariffsReceiver.ts';
import { PartnerShelf } from '../../src/ocpi/received/partnerShelf.ts';
import { ReceivedCdrs } from '../../src/ocpi/received/receivedCdrs.ts';
import { location as locationCodec } from '../../src/ocpi/v230/location.ts';
import { tariff as tariffCodec } from '../../src/ocpi/v230/tariff.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenCdr, givenTariff } from './givenCdr.ts';
import { givenServer, nowMs, registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const at = (minute: number) => `2026-01-31T12:${String(minute).padStart(2, '0')}:00Z`;
const party = { country_code: 'SE', party_id: 'GRG' };

const connector = {
  ...{ id: '1', standard: 'IEC_62196_T2', format: 'SOCKET', power_type: 'AC_3_PHASE' },
  ...{ max_voltage: 230, max_amperage: 32, tariff_ids: ['T1'], last_updated: at(0) },
};
const evse = { uid: 'A1', status: 'AVAILABLE', connectors: [connector], last_updated: at(0) };
const location = {
  ...{ ...party, id: 'garage', publish: true, address: 'Storgatan 1', city: 'Lund', country: 'SWE' },
  coordinates: { latitude: '55.70466', longitude: '13.19101' },
  ...{ evses: [evse], time_zone: 'Europe/Stockholm', last_updated: at(0) },
};
const tariff = givenTariff(at(0));

const cdrWire = {
  ...{ ...givenCdr, id: 'CDR1', start_date_time: at(0), end_date_time: at(30), session_id: 'S1' },
  cdr_token: { country_code: 'SE', party_id: 'KRA', uid: 'CAFE', type: 'RFID', contract_id: 'C1' },
  charging_periods: [{ start_date_time: at(0), dimensions: [{ type: 'ENERGY', volume: 10 }] }],
  ...{ total_cost: { excl_vat: 4, incl_vat: 5 }, total_energy: 10, total_time: 0.5, last_updated: at(31) },
};

/** A retailer with two operators as partners: `grg` speaks for SE-GRG, `oth` for SE-OTH. */
function given({ locationsMax = 10 } = {}) {
  const clock = new VirtualClock(nowMs);
  const objects = new MemoryObjects().opened(() => false);
  const keyOf = (each: { countryCode: string; partyId: string; id: string }) => partyKey(each, each.id);
  const locations = new PartnerShelf<Location>(
    { kind: 'received location', codec: locationCodec, countMax: locationsMax, keyOf },
    objects,
    clock,
  );
  const tariffs = new PartnerShelf<Tariff>(
    { kind: 'received tariff', codec: tariffCodec, countMax: 10, keyOf },
    objects,
    clock,
  );
  const own = { countryCode: 'SE', partyId: 'KRA' };
  const modules = [
    locationsReceiver(locations),
    tariffsReceiver(tariffs),
    cdrsReceiver(new ReceivedCdrs({ objects, clock, own })),
  ];
  const server = givenServer([registered('grg', 'GRG', 'SE'), registered('oth', 'OTH', 'SE')], modules);
  const ask = (method: string, path: string, body?: unknown, token = 'grg-token') =>
    server.ask(`/2.2.1/receiver/${path}`, { token, method, ...(body !== undefined && { body }) });
  return { ask };
}

const garage = 'locations/SE/GRG/garage';

describe('locations of other operators', () => {
  it('are taken whole and in parts, and read back at every depth', async () => {
    const { ask } = given();
    expect((await ask('PUT', garage, location)).status).toBe(201);
    expect((await ask('PUT', garage, location)).status).toBe(200);
    expect((await ask('GET', garage)).body.data).toEqual(location);
    expect((await ask('GET', `${garage}/A1`)).body.data).toEqual(evse);
    expect((await ask('GET', `${garage}/a1/1`)).body.data).toEqual(connector);

    await ask('PATCH', `${garage}/A1`, { status: 'CHARGING', last_updated: at(1) });
    await ask('PUT', `${garage}/A2`, { ...evse, uid: 'A2', last_updated: at(2) });
    await ask('PATCH', `${garage}/A1/1`, { max_amperage: 16, last_updated: at(3) });
    await ask('PUT', `${garage}/A1/2`, { ...connector, id: '2', last_updated: at(4) });
    await ask('PATCH', garage, { name: 'Garage Lund', last_updated: at(5) });
    expect((await ask('GET', garage)).body.data).toMatchObject({
      ...{ name: 'Garage Lund', address: 'Storgatan 1', last_updated: at(5) },
      evses: [
        {
          ...{ uid: 'A1', status: 'CHARGING', last_updated: at(4) },
          connectors: [{ id: '1', max_amperage: 16, last_updated: at(3) }, { id: '2' }],
        },
        { uid: 'A2', status: 'AVAILABLE' },
      ],
    });
  });

  it('keep what was told last when what was told before comes late', async () => {
    const { ask } = given();
    await ask('PUT', garage, { ...location, name: 'new', last_updated: at(5) });
    expect(await ask('PUT', garage, { ...location, name: 'old' })).toMatchObject({ status: 200 });
    expect((await ask('GET', garage)).body.data.name).toBe('new');
  });

  it('lose nothing of two changes that come at once', async () => {
    const { ask } = given();
    await ask('PUT', garage, { ...location, evses: [evse, { ...evse, uid: 'A2' }] });
    const change = { status: 'CHARGING', last_updated: at(1) };
    await Promise.all([ask('PATCH', `${garage}/A1`, change), ask('PATCH', `${garage}/A2`, change)]);
    const { evses } = (await ask('GET', garage)).body.data;
    expect(evses).toMatchObject([{ status: 'CHARGING' }, { status: 'CHARGING' }]);
  });

  it.each([
    ['a PATCH without last_updated', 'PATCH', garage, { name: 'x' }, 2001],
    ['another id than the URL', 'PUT', garage, { ...location, id: 'x' }, 2001],
    ['another party than the URL', 'PUT', garage, { ...location, party_id: 'OTH' }, 2001],
    ['a PATCH that would move it', 'PATCH', garage, { party_id: 'OTH', last_updated: at(1) }, 2001],
    ['what is no location', 'PUT', garage, { id: 'garage' }, 2001],
    [
      'a time with an offset',
      'PUT',
      garage,
      { ...location, last_updated: '2026-01-31T12:00:00+01:00' },
      2001,
    ],
    ['an EVSE of a location that is not there', 'PUT', 'locations/SE/GRG/x/A1', evse, 2000],
    ['a connector of an EVSE that is not there', 'PUT', `${garage}/A9/1`, connector, 2000],
    ['a way beyond connectors', 'PUT', `${garage}/A1/1/x`, connector, 2000],
    ['DELETE, which OCPI has not', 'DELETE', garage, undefined, 2000],
  ])('are refused with %s', async (_what, method, path, body, code) => {
    const { ask } = given();
    await ask('PUT', garage, location);
    expect((await ask(method, path, body)).body.status_code).toBe(code);
    expect((await ask('GET', garage)).body.data).toEqual(location);
  });

  it('are refused once there are as many as can be kept, and changed all the same', async () => {
    const { ask } = given({ locationsMax: 1 });
    await ask('PUT', garage, location);
    const second = await ask('PUT', 'locations/SE/GRG/two', { ...location, id: 'two' });
    expect(second.body.status_code).toBe(2001);
    expect((await ask('PUT', garage, { ...location, last_updated: at(1) })).status).toBe(200);
  });
});

describe('tariffs of other operators', () => {
  it('are taken, changed and removed', async () => {
    const { ask } = given();
    expect((await ask('PUT', 'tariffs/SE/GRG/T1', tariff)).status).toBe(201);
    expect((await ask('GET', 'tariffs/se/grg/t1')).body.data).toEqual(tariff);
    expect((await ask('DELETE', 'tariffs/SE/GRG/T1')).status).toBe(200);
    expect((await ask('DELETE', 'tariffs/SE/GRG/T1')).status).toBe(404);
    expect((await ask('GET', 'tariffs/SE/GRG/T1')).status).toBe(404);
  });
});

describe('CDRs of our drivers', () => {
  it('are taken once, and found where the answer says', async () => {
    const { ask } = given();
    const first = await ask('POST', 'cdrs', cdrWire);
    expect(first).toMatchObject({
      status: 201,
      headers: { Location: 'https://us.example/ocpi/2.2.1/receiver/cdrs/SE/GRG/CDR1' },
    });
    const again = await ask('POST', 'cdrs', cdrWire);
    expect([again.status, again.headers['Location']]).toEqual([200, first.headers['Location']]);
    expect((await ask('GET', 'cdrs/SE/GRG/cdr1')).body.data).toEqual(cdrWire);
  });

  it.each([
    ['the same id with another price', { total_cost: { excl_vat: 400, incl_vat: 500 } }, 2001],
    ['a party that the partner does not speak for', { party_id: 'OTH' }, 2001],
    ['a driver of somebody else', { cdr_token: { ...cdrWire.cdr_token, party_id: 'OTH' } }, 2004],
    ['a price that is none', { total_cost: { excl_vat: 'a lot' } }, 2001],
  ])('are refused for %s', async (_what, change, code) => {
    const { ask } = given();
    await ask('POST', 'cdrs', cdrWire);
    expect((await ask('POST', 'cdrs', { ...cdrWire, ...change })).body.status_code).toBe(code);
    expect((await ask('GET', 'cdrs/SE/GRG/CDR1')).body.data).toEqual(cdrWire);
  });

  it('are refused with more charging periods than any charge has', async () => {
    const { ask } = given();
    const [period] = cdrWire.charging_periods;
    const told = (count: number) => ({ ...cdrWire, charging_periods: Array(count).fill(period) });
    expect((await ask('POST', 'cdrs', told(10_001))).body.status_code).toBe(2001);
    expect((await ask('POST', 'cdrs', told(10_000))).body.status_code).toBe(1000);
  });
});

describe('what an operator told us', () => {
  it('is neither read nor written by another', async () => {
    const { ask } = given();
    await ask('PUT', garage, location);
    await ask('PUT', 'tariffs/SE/GRG/T1', tariff);
    await ask('POST', 'cdrs', cdrWire);
    const theirs = ['locations/SE/GRG/garage', 'tariffs/SE/GRG/T1', 'cdrs/SE/GRG/CDR1'];
    for (const path of theirs) expect((await ask('GET', path, undefined, 'oth-token')).status).toBe(404);
    expect((await ask('PUT', garage, { ...location, name: 'x' }, 'oth-token')).status).toBe(404);
    expect((await ask('PATCH', garage, { name: 'x', last_updated: at(9) }, 'oth-token')).status).toBe(404);
    expect((await ask('DELETE', 'tariffs/SE/GRG/T1', undefined, 'oth-token')).status).toBe(404);
    expect((await ask('POST', 'cdrs', cdrWire, 'oth-token')).body.status_code).toBe(2001);
    expect((await ask('GET', garage)).body.data).toEqual(location);
  });
});
