import { afterEach, describe, expect, it } from 'vitest';
import { eventually as patiently } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenParty } from './ocpiPeers.ts';
import { type CpoAnswer, cpoSession, startCpo } from './partnerCpo.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Nothing here asks how long something takes: time runs ahead of the clock on the wall while something is waited for. */
const stepMs = 100;

const partnerEvse = `{ id: F1, partner: { id: fjord, location: LOC1, evse: E1 }, maxAmps: 20 }`;

/**
 * A garage of 63 A with an EVSE of its own and one of the operator `fjord`, which answers a profile with `response` and
 * tells its result at once.
 */
async function given({
  version = '2.2.1',
  response = () => ({ result: 'ACCEPTED', timeout: 30 }),
}: {
  version?: string;
  response?: () => object | 'hang';
} = {}) {
  const clock = new VirtualClock(Date.now());
  const eventually = <T>(condition: () => T | Promise<T>): Promise<T> =>
    patiently(() => {
      clock.advance(stepMs);
      return condition();
    });
  const host = await givenParty('GRG', {
    clock,
    ocpi: '  roles: [CPO, SCSP]\n  loadManagement: { pauseS: 1 }',
    evses: `, ${partnerEvse}`,
  });
  ends.push(() => host.end());
  const sessions: object[] = [];
  const cpo = await startCpo(host, {
    version,
    answers: ({ path }): CpoAnswer => {
      if (path === '/sessions') return { data: sessions };
      if (!path.startsWith('/chargingprofiles/')) return {};
      const told = response();
      return told === 'hang' ? told : { data: told };
    },
  });
  ends.push(() => cpo.stop());
  const tell = (id: string, change: object = {}) => {
    const session = cpoSession(id, change);
    sessions.splice(0, sessions.length, session);
    return cpo.ask(`/receiver/sessions/DE/CPO/${id}`, 'PUT', session);
  };
  const puts = () => cpo.heard.filter(({ method, path }) => method === 'PUT' && path.includes('profiles'));
  const evse = async () => {
    const { body } = await host.ask('GET', '/sites/garage');
    return Object(body).circuit?.evses?.find(({ id }: { id: string }) => id === 'F1');
  };
  const seen = (state: object) => eventually(async () => expect(await evse()).toMatchObject(state));
  const put = (count: number) =>
    eventually(() => {
      expect(puts().length).toBeGreaterThanOrEqual(count);
      return puts()[count - 1]?.body;
    });
  const station = await host.connectStation();
  await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  await seen({ state: 'available' });
  return { host, cpo, tell, put, puts, evse, seen, eventually };
}

const periodsOf = (body: {
  charging_profile: { charging_profile_period: readonly { start_period: number; limit: number }[] };
}) => body.charging_profile.charging_profile_period;

describe('a session of another operator on a circuit of ours', () => {
  it.each(['2.2.1', '2.3.0'])('is limited by profiles that fall by themselves, in %s', async (version) => {
    const { cpo, tell, put, puts, seen } = await given({ version });
    await seen({ exposureAmps: 20, reason: { kind: 'no session' } });
    await tell('S1');
    const body = await put(1);
    expect(puts()[0]?.path).toBe('/chargingprofiles/S1');
    expect(periodsOf(body)).toEqual([
      { start_period: 0, limit: 20 },
      { start_period: 120, limit: 6 },
    ]);
    expect(body.charging_profile).toMatchObject({ charging_rate_unit: 'A' });
    expect(body.response_url).toContain(`/ocpi/${version}/sender/chargingprofiles/results/`);
    await seen({ state: 'charging', session: { id: 'fjord:LOC1:E1~S1' } });
    expect((await cpo.answerAt(body.response_url, { result: 'ACCEPTED' })).status).toBe(200);
    await seen({ setpointAmps: 20 });
    // What was answered once is answered.
    expect((await cpo.answerAt(body.response_url, { result: 'ACCEPTED' })).status).toBe(404);
    await tell('S1', { status: 'COMPLETED', end_date_time: new Date().toISOString(), kwh: 7 });
    await seen({ state: 'available', exposureAmps: 20 });
  });

  it('counts as before until the result of a decrease has come', async () => {
    const { host, cpo, tell, put, seen } = await given();
    await tell('S1');
    await cpo.answerAt((await put(1)).response_url, { result: 'ACCEPTED' });
    await seen({ setpointAmps: 20 });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await host.ask('POST', '/limits', { site: 'garage', circuit: 'grid', amps: 10, until, reason: 'test' });
    const lower = await put(2);
    expect(periodsOf(lower)[0]?.limit).toBeLessThanOrEqual(10);
    await seen({ exposureAmps: 20 });
    await cpo.answerAt(lower.response_url, { result: 'ACCEPTED' });
    await seen({ exposureAmps: periodsOf(lower)[0]?.limit });
  });

  it.each(['REJECTED', 'TOO_OFTEN', 'UNKNOWN_SESSION'])(
    'counts in full where its operator answers %s, and is tried again',
    async (result) => {
      const { tell, put, seen } = await given({ response: () => ({ result, timeout: 0 }) });
      await tell('S1');
      await put(1);
      await seen({ exposureAmps: 20, reason: { kind: 'not answering' } });
      await put(2);
    },
  );

  it('is not there while its operator answers nothing, and comes back by itself', async () => {
    let isSilent = true;
    const response = () => (isSilent ? 'hang' : { result: 'ACCEPTED', timeout: 30 });
    const { cpo, tell, puts, evse, seen, eventually } = await given({ response });
    await tell('S1');
    await seen({ state: 'offline', exposureAmps: 20, reason: { kind: 'offline' } });
    isSilent = false;
    await eventually(async () => {
      for (const { body } of puts()) await cpo.answerAt(body.response_url, { result: 'ACCEPTED' });
      expect(await evse()).toMatchObject({ state: 'charging', setpointAmps: 20 });
    });
  });

  it('is told again when its operator tells that it may draw more', async () => {
    const { cpo, host, tell, put, seen } = await given();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await host.ask('POST', '/limits', { site: 'garage', circuit: 'grid', amps: 10, until, reason: 'test' });
    await tell('S1');
    const first = await put(1);
    await cpo.answerAt(first.response_url, { result: 'ACCEPTED' });
    await seen({ exposureAmps: periodsOf(first)[0]?.limit });
    const active = (limit: number) => ({
      start_date_time: new Date(Date.now() - 1000).toISOString(),
      charging_profile: { charging_rate_unit: 'A', charging_profile_period: [{ start_period: 0, limit }] },
    });
    expect((await cpo.ask('/sender/chargingprofiles/S1', 'PUT', active(6))).status).toBe(200);
    expect((await cpo.ask('/sender/chargingprofiles/S1', 'PUT', active(16))).status).toBe(200);
    await put(2);
    await seen({ exposureAmps: 20 });
    expect((await cpo.ask('/sender/chargingprofiles/S9', 'PUT', active(16))).status).toBe(404);
    expect(
      (await cpo.ask('/sender/chargingprofiles/results/nobody', 'POST', { result: 'ACCEPTED' })).status,
    ).toBe(404);
    expect((await cpo.ask('/sender/chargingprofiles/S1', 'PUT', { nonsense: true })).body.status_code).toBe(
      2001,
    );
  });

  it('is listed for the operator beside those at our own stations', async () => {
    const { host, tell, seen, eventually } = await given();
    await tell('S1', { kwh: 1.5 });
    await seen({ state: 'charging', session: { energyWh: 1_500 } });
    await tell('S1', { kwh: 2, status: 'COMPLETED', end_date_time: new Date().toISOString() });
    const listed = async () => Object((await host.ask('GET', '/sessions')).body);
    await eventually(async () =>
      expect(await listed()).toMatchObject([
        { id: 'fjord:LOC1:E1~S1', evse: 'F1', state: 'finished', energyWh: 2_000 },
      ]),
    );
  });
});
