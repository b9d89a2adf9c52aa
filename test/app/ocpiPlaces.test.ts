import { afterEach, describe, expect, it } from 'vitest';
import { schemaFaults } from '../ocpi/jsonSchemas.ts';
import { hasExamples } from '../ocpi/specExamples.ts';
import { VirtualClock } from '../virtualClock.ts';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { givenParty, type PartyOptions, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function given(options: PartyOptions = publicGarage, version = '2.2.1') {
  const host = await givenParty('GRG', options);
  ends.push(() => host.end());
  const emsp = await startEmsp(host, { version });
  ends.push(() => emsp.stop());
  return { host, emsp };
}

const status = (name: string, errorCode = 'NoError') => ({ connectorId: 1, status: name, errorCode });

describe('locations and tariffs over OCPI', () => {
  it('tell in 2.3.0 where vehicles stand, when they are closed by exception, and where their energy comes from', async () => {
    const parking = 'evsePosition: LEFT, maxVehicleHeightCm: 210, isRoofed: true';
    const closing = 'exceptionalClosings: [{ from: "2026-12-24T15:00+01:00", until: "2026-12-26T06:00Z" }]';
    const mix =
      'sources: [{ source: WIND, percent: 60.5 }], carbonDioxideGramsPerKwh: 12, supplier: Kraft AB';
    const energy = `isGreenEnergy: false, energyMix: { ${mix} }`;
    const { emsp } = await given(
      {
        ...publicGarage,
        site: publicGarage.site?.replace('city: Lund', `city: Lund, ${closing}, ${energy}`) ?? '',
        evse: `, public: { tariffs: [T1], parking: { ${parking} } }`,
      },
      '2.3.0',
    );
    const { body } = await emsp.ask('/sender/locations');
    expect(body.data).toMatchObject([
      {
        opening_times: {
          twentyfourseven: true,
          exceptional_closings: [
            { period_begin: '2026-12-24T14:00:00Z', period_end: '2026-12-26T06:00:00Z' },
          ],
        },
        energy_mix: {
          ...{ is_green_energy: false, supplier_name: 'Kraft AB' },
          energy_sources: [{ source: 'WIND', percentage: 60.5 }],
          environ_impact: [{ category: 'CARBON_DIOXIDE', amount: 12 }],
        },
        evses: [{ uid: 'A1', parking: [{ parking_id: 'A1', evse_position: 'LEFT' }] }],
        parking_places: [
          {
            ...{ id: 'A1', vehicle_types: ['PERSONAL_VEHICLE'], restricted_to_type: false },
            ...{ max_vehicle_height: 210, roofed: true, reservation_required: false },
          },
        ],
      },
    ]);
  });

  it.each(['2.2.1', '2.3.0'])('are told as the config has them, in %s', async (version) => {
    const { emsp } = await given(publicGarage, version);
    const { body, headers } = await emsp.ask('/sender/locations');
    expect(headers.get('x-total-count')).toBe('1');
    expect(headers.get('link')).toBeNull();
    expect(body.data).toMatchObject([
      {
        country_code: 'SE',
        party_id: 'GRG',
        id: 'garage',
        publish: true,
        name: 'Garage Lund',
        coordinates: { latitude: '55.70466', longitude: '13.19101' },
        time_zone: 'Europe/Stockholm',
        opening_times: { twentyfourseven: true },
        evses: [
          {
            uid: 'A1',
            evse_id: 'SE*GRG*E1',
            status: 'UNKNOWN',
            connectors: [
              {
                id: '1',
                standard: 'IEC_62196_T2',
                power_type: 'AC_3_PHASE',
                max_voltage: 230,
                max_amperage: 32,
                max_electric_power: 22_080,
                tariff_ids: ['T1'],
              },
            ],
          },
        ],
      },
    ]);
    const tariffs = await emsp.ask('/sender/tariffs');
    expect(tariffs.body.data).toMatchObject([
      { id: 'T1', currency: 'EUR', elements: [{ price_components: [{}, {}] }] },
    ]);
    const connector = await emsp.ask('/sender/locations/garage/A1/1');
    expect(connector.body.data).toMatchObject({ id: '1' });
    for (const wrong of ['/garage/A2', '/garage/A1/2', '/garage/A1/1/x', '/depot'])
      expect((await emsp.ask(`/sender/locations${wrong}`)).status).toBe(404);
  });

  it('tell a partner at once that an EVSE is free, and that it is broken', async () => {
    const { host, emsp } = await given();
    const station = await host.connectStation();
    const told = (name: string) =>
      eventually(() =>
        emsp.heard.find(({ body }) => body?.status === name && body?.last_updated !== undefined),
      );
    await station.call('StatusNotification', status('Available'));
    expect(await told('AVAILABLE')).toMatchObject({ method: 'PATCH', path: '/locations/SE/GRG/garage/A1' });
    const before = (await emsp.ask('/sender/locations/garage')).body.data;
    await station.call('StatusNotification', status('Faulted', 'GroundFailure'));
    await told('OUTOFORDER');
    const { body } = await emsp.ask('/sender/locations/garage');
    expect(body.data.evses[0].status).toBe('OUTOFORDER');

    // Whoever missed it asks for what changed since: from then on inclusive, until then exclusive.
    const { last_updated: at } = body.data;
    expect(Date.parse(at)).toBeGreaterThan(Date.parse(before.last_updated));
    const changed = async (query: string) => (await emsp.ask(`/sender/locations?${query}`)).body.data.length;
    expect(await changed(`date_from=${at}`)).toBe(1);
    expect(await changed(`date_to=${at}`)).toBe(0);
  });

  // Time stands still but for one second: whatever else waited on the way of a fault would wait for ever.
  it('tell a partner a fault within a second and a request, however far apart the ticks are', async () => {
    const clock = new VirtualClock(Date.now());
    const { host, emsp } = await given({ ...publicGarage, clock, tickMs: 60_000 });
    const station = await host.connectStation();
    const isKnown = async (availability: string) => {
      const { body } = await host.ask('GET', '/stations/CP-A1');
      return JSON.stringify(body).includes(`"availability":"${availability}"`) || undefined;
    };
    const isTold = (name: string) => emsp.heard.find(({ body }) => body?.status === name);
    await station.call('StatusNotification', status('Available'));
    await eventually(() => isKnown('available'));
    clock.advance(1_000);
    await eventually(() => isTold('AVAILABLE'));
    await station.call('StatusNotification', status('Faulted', 'GroundFailure'));
    await eventually(() => isKnown('out of order'));
    clock.advance(1_000);
    await eventually(() => isTold('OUTOFORDER'));
  });

  it('are there for everybody where they are published, and told anew when they changed', async () => {
    const { host } = await given();
    const open = (path: string, headers = {}) => fetch(`${host.api}/ocpi/open${path}`, { headers });
    const first = await open('/2.3.0/locations');
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'public, max-age=10']);
    expect(await first.json()).toMatchObject([{ id: 'garage', evses: [{ status: 'UNKNOWN' }] }]);
    expect(await (await open('/2.2.1/tariffs')).json()).toMatchObject([{ id: 'T1' }]);
    const known = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await open('/2.3.0/locations', known)).status).toBe(304);
    const station = await host.connectStation();
    await station.call('StatusNotification', status('Available'));
    const next = await eventually(async () => {
      const answer = await open('/2.3.0/locations', known);
      return answer.status === 200 ? answer : undefined;
    });
    expect(await next.json()).toMatchObject([{ evses: [{ status: 'AVAILABLE' }] }]);
    for (const wrong of ['/2.1.1/locations', '/2.3.0/cdrs', '/2.3.0/locations/garage'])
      expect((await open(wrong)).status).toBe(404);
  });

  it('are nobody’s who is no partner where they are not published', async () => {
    const site = publicGarage.site?.replace('address:', 'publish: false, address:') ?? '';
    const { host, emsp } = await given({ ...publicGarage, site });
    for (const what of ['locations', 'tariffs'])
      expect(await (await fetch(`${host.api}/ocpi/open/2.3.0/${what}`)).json()).toEqual([]);
    expect((await emsp.ask('/sender/locations')).body.data).toMatchObject([{ publish: false }]);
  });

  it.skipIf(!hasExamples)('are valid by JSON Schemas of 2.2.1 that nobody here wrote', async () => {
    const { emsp } = await given();
    expect(schemaFaults('locations.response', (await emsp.ask('/sender/locations')).body)).toEqual([]);
    expect(schemaFaults('tariffs.response', (await emsp.ask('/sender/tariffs')).body)).toEqual([]);
    expect(schemaFaults('version_details.response', (await emsp.ask('')).body)).toEqual([]);
  });

  it.each([
    ['an offset in its time', 'date_from=2026-01-31T18:00:00%2B01:00'],
    ['a time that is none', 'date_to=soon'],
    ['a page without end', 'offset=1e9'],
    ['a page before the first', 'offset=-1'],
  ])('refuse a list with %s', async (_what, query) => {
    const { emsp } = await given();
    expect(await emsp.ask(`/sender/locations?${query}`)).toMatchObject({
      status: 200,
      body: { status_code: 2001 },
    });
  });

  it.each([
    ['a tariff that is none', { ...publicGarage, ocpi: '  tariffs: [{ id: T1 }]' }, '/ocpi/tariffs/0'],
    ['a tariff that is not there', { ...publicGarage, ocpi: '' }, 'ocpi.tariffs has none'],
    ['a connector nobody knows', { ...publicGarage, evse: ', public: { standard: MAGIC }' }, 'OCPI 2.2.1'],
  ])('keep the service from starting with %s', async (_what, options, why) => {
    await expect(givenParty('GRG', options)).rejects.toThrow(why);
  });
});
