import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { startEmsp } from './emsp.ts';
import { freePort } from './givenService.ts';
import { type GivenParty, givenParty, publicGarage } from './ocpiPeers.ts';

// A peer that nobody here wrote: the program `ocpi` of ocpi-kit, and what its library has beside that, where they are built.
// See .ci/ocpi-kit.
const kit = process.env['LASTVAKT_TEST_OCPI_KIT'] ?? '';
const peer = process.env['LASTVAKT_TEST_OCPI_PEER'] ?? '';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const asked = (...args: string[]) => ran(kit, args);

const ran = (program: string, args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly told: string }>((resolve) => {
    execFile(program, args, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), told: `${stdout}${stderr}` }),
    );
  });

/** What its lists hold, in its words. */
const kinds = {
  ...{ locations: 'location', tariffs: 'tariff', sessions: 'session' },
  ...{ cdrs: 'cdr', tokens: 'token' },
} as const;

function fileWith(object: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-ocpi-kit-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'object.json');
  writeFileSync(file, JSON.stringify(object));
  return file;
}

/** Our versions without all but one: ocpi-kit looks at the newest, and each partner has agreed on one. */
async function onlyVersion(version: string, host: GivenParty): Promise<string> {
  const server = createServer(async (request, response) => {
    const { host: _, ...headers } = request.headers;
    const answer = await fetch(host.versionsUrl, { headers: headers as Record<string, string> });
    const body = Object(await answer.json());
    const data = body.data?.filter((each: { version: string }) => each.version === version);
    const told = Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-')));
    response.writeHead(answer.status, { ...told, 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, ...(data !== undefined && { data }) }));
  });
  ends.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/versions`;
}

/** An operator and retailer with something in each of its lists, and the CDR of a partner's driver. */
async function given(version: string) {
  const ocpi = `${publicGarage.ocpi}\n  retailer: { timeZone: Europe/Stockholm }`;
  const host = await givenParty('GRG', { ...publicGarage, ocpi, ocpp: ', unknownTokens: reject' });
  ends.push(() => host.end());
  const emsp = await startEmsp(host, { version });
  ends.push(() => emsp.stop());
  await emsp.giveCard('CAFE');
  const issued = { uid: 'APP-1', type: 'APP_USER', contractId: 'SE-GRG-C1', whitelist: 'ALLOWED' };
  expect((await host.ask('POST', '/retail/tokens', issued)).status).toBe(201);
  const station = await host.connectStation();
  const endMs = Date.now();
  const at = (minutes: number) => new Date(endMs + (minutes - 60) * 60_000).toISOString();
  const begin = { connectorId: 1, idTag: 'CAFE', meterStart: 1_000, timestamp: at(0) };
  const { transactionId } = Object(await station.call('StartTransaction', begin));
  await station.call('StopTransaction', { transactionId, meterStop: 21_000, timestamp: at(60) });
  const cdr = await eventually(() => {
    const bill = emsp.heard.find(({ path }) => path === '/cdrs');
    expect(bill).toBeDefined();
    return bill?.body;
  });
  return { host, emsp, cdr };
}

describe.skipIf(kit === '')('ocpi-kit (waits for LASTVAKT_TEST_OCPI_KIT)', () => {
  it.each(['2.2.1', '2.3.0'])('finds nothing that contradicts the specification in %s', async (version) => {
    const { host, emsp } = await given(version);
    const url = await onlyVersion(version, host);
    const { code, told } = await asked('conformance', '--insecure', `--token=${emsp.token}`, url);
    expect(told).toContain(`checked against OCPI ${version}`);
    expect({ code, told }).toEqual({ code: 0, told: expect.stringContaining(' 0 failed') });
    // It reads what it is told in 2.2.1 by the words of 2.3.0 here, and by their own below.
    if (version === '2.3.0') expect(told).toContain(' 0 warnings');
    for (const [module, kind] of Object.entries(kinds)) {
      expect(told).toContain(`[+] module.page ${module}`);
      const { body } = await emsp.ask(`/sender/${module}`);
      expect(body.data).toHaveLength(1);
      const file = fileWith(body.data[0]);
      expect(await asked('validate', '--version', version, '--as', kind, file)).toMatchObject({ code: 0 });
    }
  });

  it('comes to the price of our CDR', async () => {
    const { cdr } = await given('2.3.0');
    const files = ['--tariff', fileWith(cdr.tariffs[0]), fileWith(cdr)];
    const { code, told } = await asked('price', '--time-zone', 'Europe/Stockholm', ...files);
    expect({ code, told }).toEqual({ code: 0, told: expect.stringContaining("the CDR's own total agrees") });
  });

  it.each(['2.2.1', '2.3.0'])('is an operator that we register with and read, in %s', async (version) => {
    const ocpi = '  retailer: { timeZone: Europe/Stockholm }';
    const guest = await givenParty('KRA', { ocpi });
    ends.push(() => guest.end());
    const port = await freePort();
    const bind = ['--bind', `127.0.0.1:${port}`];
    const mock = spawn(kit, ['serve-mock', '--insecure', '--role', 'cpo', '--version', version, ...bind]);
    ends.push(() => mock.kill());
    const versionsUrl = `http://127.0.0.1:${port}/versions`;
    // The first token that it takes stands in its source.
    const invitation = { id: 'kit', versionsUrl, token: 'test-token-a', version };
    await eventually(async () => {
      expect(await guest.ask('POST', '/partners', invitation)).toMatchObject({
        status: 201,
        body: { state: 'registered', version, parties: [{ role: 'CPO', countryCode: 'NL', partyId: 'TNM' }] },
      });
    });
    const told = async (list: string) => (await guest.ask('GET', `/retail/partners/kit/${list}`)).body;
    await eventually(async () => {
      expect(await told('locations')).toMatchObject([{ country_code: 'NL', party_id: 'TNM', id: 'LOC1' }]);
      expect(await told('tariffs')).toMatchObject([{ party_id: 'TNM', id: 'T1', currency: 'EUR' }]);
    });
    expect((await guest.ask('POST', '/partners/kit/rotation')).status).toBe(200);
    expect((await guest.ask('DELETE', '/partners/kit')).status).toBe(204);
  });
});

/** What the station of an EVSE is told for the session there. */
interface Limited {
  readonly csChargingProfiles: {
    readonly chargingProfilePurpose: string;
    readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
  };
}

describe.skipIf(peer === '')('the library of ocpi-kit (waits for LASTVAKT_TEST_OCPI_PEER)', () => {
  it.each(['2.2.1', '2.3.0'])(
    'limits the session of its driver and takes that back, in %s',
    async (version) => {
      const host = await givenParty('GRG', { ...publicGarage, ocpp: ', unknownTokens: reject' });
      ends.push(() => host.end());
      const limits: number[] = [];
      const station = await host.connectStation({
        SetChargingProfile: ({ csChargingProfiles: profile }: Limited) => {
          const [first] = profile.chargingSchedule.chargingSchedulePeriod;
          if (profile.chargingProfilePurpose === 'TxProfile' && first !== undefined) limits.push(first.limit);
          return { status: 'Accepted' };
        },
      });
      const { token } = Object((await host.ask('POST', '/partners', { id: 'kit' })).body);
      const program = spawn(peer, [String(await freePort()), version, host.versionsUrl, token]);
      ends.push(() => program.kill());
      let told = '';
      program.stdout.on('data', (data) => {
        told += String(data);
      });
      const lines = () =>
        told
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
      // Its token is known once its list was asked for.
      const idTag = '012345678';
      const shown = async () => Object(await station.call('Authorize', { idTag })).idTagInfo.status;
      await eventually(async () => expect(await shown()).toBe('Accepted'), 1_000);
      const timestamp = new Date().toISOString();
      await station.call('StatusNotification', { connectorId: 1, status: 'Preparing', errorCode: 'NoError' });
      await station.call('StartTransaction', { connectorId: 1, idTag, meterStart: 0, timestamp });
      await eventually(() => {
        expect(lines()).toContainEqual(
          expect.objectContaining({ what: 'clear result', id: '3', body: { result: 'ACCEPTED' } }),
        );
        expect(limits.at(-1)).toBe(32);
      });
      const heard = (what: string) => lines().filter((line) => line.what === what);
      for (const what of ['set', 'get', 'clear'])
        expect(heard(what)).toMatchObject([{ body: { result: 'ACCEPTED' } }]);
      expect(heard('set result')).toMatchObject([{ id: '1', body: { result: 'ACCEPTED' } }]);
      const limited = { charging_rate_unit: 'A', charging_profile_period: [{ start_period: 0, limit: 10 }] };
      expect(heard('active result')).toMatchObject([
        { id: '2', body: { result: 'ACCEPTED', profile: { charging_profile: limited } } },
      ]);
      expect(heard('active')[0]).toMatchObject({ body: { charging_profile: limited } });
      expect(limits).toContain(10);
    },
  );

  it('finds our bookings, and where they are made, as the specification has them', async () => {
    const host = await givenParty('GRG', {
      ...publicGarage,
      site: `${publicGarage.site}\n    bookings: { evses: [A1], guaranteedWatts: 11040 }`,
    });
    ends.push(() => host.end());
    const emsp = await startEmsp(host, { version: '2.3.0', hears: ['Booking'] });
    ends.push(() => emsp.stop());
    const hourMs = 3_600_000;
    const at = (hours: number) => new Date((Math.ceil(Date.now() / hourMs) + hours) * hourMs).toISOString();
    const made = await emsp.ask('/sender/Booking', 'POST', {
      ...{ ...emsp.party, request_id: 'R1', location_id: 'garage', booking_location_id: 'A1' },
      authorization_reference: 'REF-1',
      tokens: [{ ...emsp.party, uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC12E46L89' }],
      period: { start_date_time: at(1), end_date_time: at(2) },
    });
    const [place] = (await emsp.ask('/sender/Booking/booking_locations')).body.data;
    for (const [kind, object] of [
      ['booking', made.body.data],
      ['booking-location', place],
    ] as const)
      expect(await ran(peer, [kind, fileWith(object)])).toEqual({ code: 0, told: '' });
    const { code, told } = await ran(peer, ['booking', fileWith({ ...made.body.data, period: {} })]);
    expect([code, told]).toEqual([1, expect.stringContaining('start_date_time')]);
  });
});
