import { afterEach, describe, expect, it } from 'vitest';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { givenParty, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Told {
  readonly csChargingProfiles: {
    readonly chargingProfilePurpose: string;
    readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
  };
}

/** A car that charges at 32 A with a card of the eMSP; `limits` is what the station was told for it, the newest last. */
async function given(version = '2.2.1') {
  const host = await givenParty('GRG', publicGarage);
  ends.push(() => host.end());
  const emsp = await startEmsp(host, { version });
  ends.push(() => emsp.stop());
  await emsp.giveCard('CAFE');
  const limits: number[] = [];
  const station = await host.connectStation({
    SetChargingProfile: ({ csChargingProfiles: profile }: Told) => {
      const [first] = profile.chargingSchedule.chargingSchedulePeriod;
      if (profile.chargingProfilePurpose === 'TxProfile' && first !== undefined) limits.push(first.limit);
      return { status: 'Accepted' };
    },
  });
  const timestamp = new Date().toISOString();
  await station.call('StatusNotification', { connectorId: 1, status: 'Preparing', errorCode: 'NoError' });
  await station.call('StartTransaction', { connectorId: 1, idTag: 'CAFE', meterStart: 0, timestamp });
  const { body } = await eventually(() => emsp.heard.find(({ path }) => path.startsWith('/sessions/')));
  await eventually(() => (limits.at(-1) === 32 ? true : undefined));
  const id = String(body.id);
  let count = 0;
  const ask = async (method: string, change?: object, query = '') => {
    count += 1;
    const path = `/results/${count}`;
    const url = `${emsp.origin}${path}`;
    const told = change === undefined ? undefined : { response_url: url, ...change };
    const at = change === undefined ? `?response_url=${encodeURIComponent(url)}${query}` : '';
    const answer = await emsp.ask(`/receiver/chargingprofiles/${id}${at}`, method, told);
    const result = async () => (await eventually(() => emsp.heard.find((one) => one.path === path))).body;
    return { ...answer, result };
  };
  return { host, emsp, id, ask, limits };
}

const amps = (limit: number) => ({
  charging_profile: { charging_rate_unit: 'A', charging_profile_period: [{ start_period: 0, limit }] },
});
const watts = (limit: number) => ({
  charging_profile: { charging_rate_unit: 'W', charging_profile_period: [{ start_period: 0, limit }] },
});

describe('charging profiles of an eMSP', () => {
  it.each(['2.2.1', '2.3.0'])('bound its session until they are cleared, in %s', async (version) => {
    const { host, emsp, id, ask, limits } = await given(version);
    const active = () =>
      emsp.heard.filter(({ path }) => path === `/chargingprofiles/${id}`).map(({ body }) => body);
    const set = await ask('PUT', amps(10));
    expect(set.body.data).toMatchObject({ result: 'ACCEPTED' });
    expect(await set.result()).toEqual({ result: 'ACCEPTED' });
    expect(limits.at(-1)).toBe(10);
    const { body: why } = await host.ask('GET', '/evses/A1/explanation');
    expect(why).toMatchObject({ reason: { kind: 'bound by a partner', amps: 10 } });
    const [told] = await eventually(() => (active().length > 0 ? active() : undefined));
    expect(told.charging_profile).toMatchObject({
      charging_rate_unit: 'A',
      charging_profile_period: [{ start_period: 0, limit: 10 }],
    });

    const asked = await ask('GET', undefined, '&duration=600');
    expect(await asked.result()).toMatchObject({
      result: 'ACCEPTED',
      profile: { charging_profile: { duration: 600, charging_profile_period: [{ limit: 10 }] } },
    });

    const cleared = await ask('DELETE');
    expect(await cleared.result()).toEqual({ result: 'ACCEPTED' });
    await eventually(() => (limits.at(-1) === 32 ? true : undefined));
    await eventually(() =>
      active().find(({ charging_profile }) => charging_profile.charging_profile_period[0].limit === 32),
    );
    expect(await (await ask('DELETE')).result()).toEqual({ result: 'UNKNOWN' });
  });

  it('in watts are of all phases, and what is less than a car can charge with pauses it', async () => {
    const { host, ask, limits } = await given();
    expect(await (await ask('PUT', watts(3 * 230 * 3))).result()).toEqual({ result: 'ACCEPTED' });
    expect(limits.at(-1)).toBe(0);
    const { body: why } = await host.ask('GET', '/evses/A1/explanation');
    expect(why).toMatchObject({ reason: { kind: 'bound by a partner', amps: 3 } });
  });

  it('are nobody else’s business', async () => {
    const { host, emsp, id, ask } = await given();
    const other = await startEmsp(host, { partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    const told = { response_url: `${other.origin}/x`, ...amps(6) };
    const refused = await other.ask(`/receiver/chargingprofiles/${id}`, 'PUT', told);
    expect(refused.body.data).toEqual({ result: 'UNKNOWN_SESSION', timeout: 0 });
    const elsewhere = await ask('PUT', { ...amps(6), response_url: 'https://10.0.0.1/x' });
    expect(elsewhere.body).toMatchObject({ status_code: 2001 });
    expect((await ask('PUT', { charging_profile: { charging_rate_unit: 'A' } })).body.data.result).toBe(
      'REJECTED',
    );
    expect((await emsp.ask(`/receiver/chargingprofiles/${id}?duration=600`)).body.status_code).toBe(2001);
    expect((await ask('GET', undefined, '&duration=never')).body.status_code).toBe(2001);
  });
});
