import { afterEach, describe, expect, it } from 'vitest';
import { schemaFaults } from '../ocpi/jsonSchemas.ts';
import { hasExamples } from '../ocpi/specExamples.ts';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { givenParty, type PartyOptions, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A garage with a tariff, its station, and an eMSP whose driver has the card CAFE. */
async function given(options: Parameters<typeof startEmsp>[1] = {}, garage: PartyOptions = publicGarage) {
  const host = await givenParty('GRG', { ...garage, ocpp: ', unknownTokens: reject' });
  ends.push(() => host.end());
  const emsp = await startEmsp(host, options);
  ends.push(() => emsp.stop());
  await emsp.giveCard('CAFE');
  const station = await host.connectStation();
  /** A charge of an hour and 20 kWh; the last half of it the car took nothing. */
  const charge = async (idTag: string) => {
    const endMs = Date.now();
    const at = (minutes: number) => new Date(endMs + (minutes - 60) * 60_000).toISOString();
    const { transactionId } = (await station.call('StartTransaction', {
      ...{ connectorId: 1, idTag, meterStart: 1_000, timestamp: at(0) },
    })) as { transactionId: number };
    const status = (name: string, minutes: number) =>
      station.call('StatusNotification', {
        ...{ connectorId: 1, status: name, errorCode: 'NoError', timestamp: at(minutes) },
      });
    const meter = (wh: number, minutes: number) =>
      station.call('MeterValues', {
        ...{ connectorId: 1, transactionId },
        meterValue: [{ timestamp: at(minutes), sampledValue: [{ value: String(wh) }] }],
      });
    await status('Charging', 0);
    await meter(21_000, 30);
    await status('SuspendedEV', 30);
    const stop = (timestamp = at(60)) =>
      station.call('StopTransaction', { transactionId, idTag, meterStop: 21_000, timestamp });
    const tell = (name: string) => status(name, (Date.now() - endMs) / 60_000 + 60);
    return { stop, tell };
  };
  return { host, emsp, charge };
}

const profileTariff = (name: string): string => `
    - id: ${name}
      type: PROFILE_${name.toUpperCase()}
      currency: EUR
      tax_included: "NO"
      elements: [{ price_components: [{ type: ENERGY, price: 0.3, vat: 25, step_size: 1 }] }]`;

/** A site that knows what energy costs and how clean it is, and has a tariff for each profile. */
const garageOfProfiles: PartyOptions = {
  ocpi: `${publicGarage.ocpi}${['cheap', 'fast', 'green'].map(profileTariff).join('')}`,
  site: `${publicGarage.site}
    prices: { currency: EUR, perKwh: 0.3, rules: [{ from: "22:00", until: "06:00", perKwh: 0.1 }] }
    emissions: { gramsPerKwh: 300, rules: [{ from: "11:00", until: "15:00", gramsPerKwh: 20 }] }`,
  evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1, cheap, fast, green] }',
};

const put = '/sessions/SE/GRG/';

describe('sessions and CDRs of an eMSP', () => {
  it.each([
    ['2.2.1', { excl_vat: 8.5, incl_vat: 10.63 }],
    ['2.3.0', { before_taxes: 8.5, taxes: [{ name: 'VAT', percentage: 25, amount: 2.13 }] }],
  ])('are told as they go on, and billed once they are over, in %s', async (version, cost) => {
    const { emsp, charge } = await given({ version });
    const { stop } = await charge('CAFE');
    const told = () => emsp.heard.filter(({ path }) => path.startsWith(put)).map(({ body }) => body);
    const running = await eventually(() => told().find(({ kwh }) => kwh === 20));
    expect(running).toMatchObject({
      ...{ country_code: 'SE', party_id: 'GRG', status: 'ACTIVE', auth_method: 'WHITELIST', currency: 'EUR' },
      cdr_token: { ...emsp.party, uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC12E46L89' },
      ...{ location_id: 'garage', evse_uid: 'A1', connector_id: '1', total_cost: cost },
    });
    await stop();
    const bill = await eventually(() => emsp.heard.find(({ path }) => path === '/cdrs'));
    const { id } = running;
    expect(bill).toMatchObject({
      method: 'POST',
      body: {
        ...{ id, session_id: id, total_energy: 20, total_time: 1, total_parking_time: 0.5, total_cost: cost },
        cdr_location: {
          id: 'garage',
          evse_uid: 'A1',
          evse_id: 'SE*GRG*E1',
          connector_power_type: 'AC_3_PHASE',
        },
        tariffs: [{ id: 'T1' }],
        charging_periods: [
          {
            dimensions: [
              { type: 'ENERGY', volume: 20 },
              { type: 'TIME', volume: 0.5 },
            ],
          },
          {
            dimensions: [
              { type: 'ENERGY', volume: 0 },
              { type: 'PARKING_TIME', volume: 0.5 },
            ],
          },
        ],
      },
    });
    const last = await eventually(() => told().find(({ status }) => status === 'COMPLETED'));
    expect(last).toMatchObject({ id, end_date_time: bill.body.end_date_time, total_cost: cost });

    // Whoever missed them asks; from then on inclusive, until then exclusive.
    const listed = async (query: string) => (await emsp.ask(`/sender/${query}`)).body.data;
    expect(await listed(`sessions?date_from=${last.last_updated}`)).toEqual([last]);
    expect(await listed(`cdrs?date_from=${bill.body.last_updated}`)).toEqual([bill.body]);
    expect(await listed(`cdrs?date_to=${bill.body.last_updated}`)).toEqual([]);
    if (!hasExamples || version !== '2.2.1') return;
    expect(told().flatMap((session) => schemaFaults('session', session))).toEqual([]);
    expect(schemaFaults('cdr', bill.body)).toEqual([]);
  });

  it('take what their drivers want, for the plan', async () => {
    const { host, emsp, charge } = await given();
    await charge('CAFE');
    const { body } = await eventually(() => emsp.heard.find(({ path }) => path.startsWith(put)));
    const prefer = (wish: object, id = body.id) =>
      emsp.ask(`/sender/sessions/${id}/charging_preferences`, 'PUT', { profile_type: 'REGULAR', ...wish });
    const departureMs = Math.ceil(Date.now() / 1000) * 1000 + 7_200_000;
    const departure_time = new Date(departureMs).toISOString();
    expect((await prefer({ departure_time, energy_need: 12.5 })).body.data).toBe('ACCEPTED');
    const { body: sessions } = await host.ask('GET', '/sessions');
    expect(sessions).toMatchObject([{ wantedEnergyWh: 12_500, departureAt: departure_time }]);
    expect((await prefer({ profile_type: 'GREEN' })).body.data).toBe('PROFILE_TYPE_NOT_SUPPORTED');
    expect((await prefer({ departure_time: '2020-01-01T00:00:00Z' })).body.data).toBe('NOT_POSSIBLE');
    expect((await prefer({}, 'nobody')).status).toBe(404);
    const other = await startEmsp(host, { partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    const theirs = `/sender/sessions/${body.id}/charging_preferences`;
    expect((await other.ask(theirs, 'PUT', { profile_type: 'REGULAR' })).status).toBe(404);
  });

  it('are planned and billed by the profile that their drivers prefer', async () => {
    const { host, emsp, charge } = await given({}, garageOfProfiles);
    const { stop, tell } = await charge('CAFE');
    const told = () => emsp.heard.filter(({ path }) => path.startsWith(put)).map(({ body }) => body);
    const { id } = await eventually(() => told().find(({ kwh }) => kwh === 20));
    const prefer = async (wish: object) =>
      (await emsp.ask(`/sender/sessions/${id}/charging_preferences`, 'PUT', wish)).body.data;
    const departure_time = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7_200_000).toISOString();
    expect(await prefer({ profile_type: 'CHEAP', energy_need: 30 })).toBe('DEPARTURE_REQUIRED');
    expect(await prefer({ profile_type: 'GREEN', departure_time })).toBe('ENERGY_NEED_REQUIRED');
    expect(await prefer({ profile_type: 'CHEAP', departure_time, energy_need: 90 })).toBe('NOT_POSSIBLE');
    expect(await prefer({ profile_type: 'GREEN', departure_time, energy_need: 30 })).toBe('ACCEPTED');
    expect(await prefer({ profile_type: 'FAST' })).toBe('ACCEPTED');
    const { body: sessions } = await host.ask('GET', '/sessions');
    expect(sessions).toMatchObject([{ profile: 'FAST', wantedEnergyWh: null, departureAt: null }]);
    // Every change of its state is told, and what came since with it.
    let turn = 0;
    await eventually(async () => {
      turn += 1;
      await tell(turn % 2 === 0 ? 'SuspendedEV' : 'Charging');
      return told().find((session) => session.charging_periods?.at(-1).tariff_id === 'fast');
    });
    await stop(new Date().toISOString());
    const { body: bill } = await eventually(() => emsp.heard.find(({ path }) => path === '/cdrs'));
    expect(bill.tariffs.map((tariff: { readonly id: string }) => tariff.id)).toEqual(
      expect.arrayContaining(['T1', 'fast']),
    );
    expect(bill.charging_periods[0].tariff_id).toBe('T1');
    expect(bill.charging_periods.at(-1).tariff_id).toBe('fast');
  });

  it('are credited by hand, put right, and told', async () => {
    const { host, emsp, charge } = await given();
    await (await charge('CAFE')).stop();
    const bills = () => emsp.heard.filter(({ path }) => path === '/cdrs').map(({ body }) => body);
    const first = await eventually(() => bills()[0]);
    const path = '/partners/roam/cdrs';
    const credit = (id: string, more: object = {}) =>
      host.ask('POST', `${path}/${id}/credit`, { reason: 'the meter was wrong', ...more });
    expect((await credit('nothing')).status).toBe(404);
    const put = await credit(first.id, { corrected: { energyKwh: '10' } });
    expect(put).toMatchObject({ status: 201, body: { corrected: { id: `${first.id}-2` } } });
    const [, taken, right] = await eventually(() => (bills().length === 3 ? bills() : undefined));
    expect(taken).toMatchObject({
      ...{ id: `${first.id}-C`, credit: true, credit_reference_id: first.id, total_energy: 20 },
      total_cost: { excl_vat: -8.5, incl_vat: -10.63 },
    });
    expect(right).toMatchObject({
      ...{ id: `${first.id}-2`, session_id: first.id, total_energy: 10, remark: 'the meter was wrong' },
      total_cost: { excl_vat: 4.5, incl_vat: 5.63 },
    });
    expect(await credit(first.id)).toMatchObject({ status: 422 });
    expect((await credit(`${first.id}-2`)).status).toBe(201);
    expect(await credit(`${first.id}-2`)).toMatchObject({ status: 422 });
    await eventually(() => (bills().length === 4 ? true : undefined));
    const { body: listed } = await host.ask('GET', path);
    expect(listed).toMatchObject(['', '-C', '-2', '-2-C'].map((end) => ({ id: `${first.id}${end}` })));
    const { body: audit } = await host.ask('GET', '/audit');
    expect(JSON.stringify(audit)).toContain('CDR credited');
  });

  it('are none of another partner, and none of strangers', async () => {
    const { host, emsp, charge } = await given();
    const other = await startEmsp(host, { partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    await (await charge('STRANGER')).stop();
    await (await charge('CAFE')).stop();
    await eventually(() => emsp.heard.find(({ path }) => path === '/cdrs'));
    const listed = async (module: string) => (await other.ask(`/sender/${module}`)).body.data;
    expect([await listed('sessions'), await listed('cdrs')]).toEqual([[], []]);
    const { body, headers } = await emsp.ask('/sender/cdrs');
    expect([body.data.length, headers.get('x-total-count')]).toEqual([1, '1']);
    expect(other.heard.filter(({ path }) => /sessions|cdrs/.test(path))).toEqual([]);
  });

  it('are sent again when the eMSP did not take them, and not once it did', async () => {
    let refusals = 2;
    const { emsp, charge } = await given({
      answers: ({ path }) => {
        if (path !== '/cdrs') return undefined;
        refusals -= 1;
        return refusals < 0 ? { status: 201 } : { status: 500 };
      },
    });
    await (await charge('CAFE')).stop();
    const sent = () => emsp.heard.filter(({ path }) => path === '/cdrs').map(({ body }) => body);
    await eventually(() => (sent().length === 3 ? true : undefined));
    expect(new Set(sent().map((body) => JSON.stringify(body))).size).toBe(1);
    await (await charge('CAFE')).stop();
    await eventually(() => (sent().length === 4 ? true : undefined));
    expect(new Set(sent().map(({ id }) => id)).size).toBe(2);
  });
});
