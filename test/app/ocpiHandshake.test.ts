import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { askOcpi, type GivenParty, givenParty } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function party(partyId: string): Promise<GivenParty> {
  const given = await givenParty(partyId);
  ends.push(() => given.end());
  return given;
}

async function invitation(host: GivenParty, id = 'guest'): Promise<string> {
  const { status, body } = await host.ask('POST', '/partners', { id });
  expect(status).toBe(201);
  return String(Object(body).token);
}

const partnerOf = async (given: GivenParty) => {
  const { body } = await given.ask('GET', '/partners');
  return Array.isArray(body) ? body[0] : undefined;
};

describe('two services that speak OCPI', () => {
  it.each(['2.2.1', '2.3.0'])(
    'register with each other in %s, renew their tokens, and part',
    async (version) => {
      const [host, guest] = [await party('HST'), await party('GST')];
      const token = await invitation(host);
      const asked = { id: 'host', versionsUrl: host.versionsUrl, token, version };
      const registered = await guest.ask('POST', '/partners', asked);
      expect(registered).toMatchObject({
        status: 201,
        body: { state: 'registered', version, parties: [{ role: 'CPO', countryCode: 'SE', partyId: 'HST' }] },
      });
      expect(await partnerOf(host)).toMatchObject({
        state: 'registered',
        version,
        versionsUrl: guest.versionsUrl,
        parties: [{ partyId: 'GST' }],
      });
      expect((await askOcpi(host.versionsUrl, { token })).status).toBe(401);

      expect((await guest.ask('POST', '/partners/host/rotation')).status).toBe(200);
      expect((await host.ask('POST', '/partners/guest/rotation')).status).toBe(200);

      expect((await guest.ask('DELETE', '/partners/host')).status).toBe(204);
      await eventually(async () => ((await partnerOf(host))?.state === 'left' ? true : undefined));
    },
  );

  it('take the newest version that both speak', async () => {
    const [host, guest] = [await party('HST'), await party('GST')];
    const asked = { id: 'host', versionsUrl: host.versionsUrl, token: await invitation(host) };
    expect(await guest.ask('POST', '/partners', asked)).toMatchObject({ body: { version: '2.3.0' } });
    expect(await guest.ask('POST', '/partners', asked)).toMatchObject({ status: 422 });
  });

  it('tell why it came to nothing, and keep nothing of it', async () => {
    const [host, guest] = [await party('HST'), await party('GST')];
    const asked = { id: 'host', versionsUrl: host.versionsUrl, token: 'a-token-nobody-gave' };
    const refused = await guest.ask('POST', '/partners', asked);
    expect(refused).toMatchObject({ status: 502 });
    expect(String(Object(refused.body).detail)).toContain('HTTP 401');
    expect(await partnerOf(guest)).toBeUndefined();
  });
});

describe('a service that is asked over OCPI', () => {
  const credentials = (url: string) => ({
    token: 'their-token',
    url,
    roles: [{ role: 'EMSP', country_code: 'DE', party_id: 'MSP', business_details: { name: 'Roam' } }],
  });

  it('reads the token with and without base64, and with the newline of the example in the specification', async () => {
    const host = await party('HST');
    const token = await invitation(host);
    for (const shown of [
      token,
      Buffer.from(token).toString('base64'),
      Buffer.from(`${token}\n`).toString('base64'),
    ]) {
      const answer = await askOcpi(host.versionsUrl, { headers: { authorization: `Token ${shown}` } });
      expect(answer).toMatchObject({ status: 200, body: { status_code: 1000 } });
    }
  });

  it('echoes the ids of a request and turns its way round', async () => {
    const host = await party('HST');
    const { headers, body } = await askOcpi(host.versionsUrl, {
      token: await invitation(host),
      headers: { 'X-Request-ID': 'r-1', 'X-Correlation-ID': 'c-1' },
    });
    expect(headers.get('x-request-id')).toBe('r-1');
    expect(headers.get('x-correlation-id')).toBe('c-1');
    expect(body.data.map(({ version }: { version: string }) => version)).toEqual(['2.2.1', '2.3.0']);
    expect(body.timestamp).toMatch(/Z$/);
  });

  it.each([
    ['without a token', 'GET', '/versions', undefined, 401, 2000],
    ['for what is not there', 'GET', '/2.1.1', 'A', 404, 2000],
    ['with a broken path', 'GET', '/%E0%A4%A', 'A', 400, undefined],
    ['to change the versions', 'DELETE', '/versions', 'A', 405, 2000],
    ['to change a registration that is not there', 'PUT', '/2.2.1/credentials', 'A', 405, 2000],
    ['to end one that is not there', 'DELETE', '/2.2.1/credentials', 'A', 405, 2000],
    ['for a module with the first token', 'GET', '/2.2.1/sender/locations', 'A', 401, 2000],
  ])('refuses a request %s', async (_what, method, path, token, status, code) => {
    const host = await party('HST');
    const first = await invitation(host);
    const body = method === 'PUT' ? credentials('http://127.0.0.1:1/versions') : undefined;
    const url = host.versionsUrl.replace('/versions', path);
    const answer = await askOcpi(url, { method, ...(token && { token: first }), ...(body && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.body.status_code).toBe(code);
  });

  it('refuses credentials that cannot be read or used, and may be asked again afterwards', async () => {
    const host = await party('HST');
    const token = await invitation(host);
    const url = host.versionsUrl.replace('versions', '2.2.1/credentials');
    const post = (body: unknown) => askOcpi(url, { method: 'POST', token, body });
    expect(await post('{ no JSON')).toMatchObject({ status: 400, body: { status_code: 2001 } });
    expect(await post({ token: 'x' })).toMatchObject({ status: 200, body: { status_code: 2001 } });
    // Nobody listens there.
    expect(await post(credentials('http://127.0.0.1:1/versions'))).toMatchObject({
      status: 200,
      body: { status_code: 3001 },
    });
    expect((await askOcpi(host.versionsUrl, { token })).status).toBe(200);
  });

  it.each([
    ['offers no version of ours', [{ version: '2.1.1', url: '/2.1.1' }], [], 3002],
    ['has no credentials module', [{ version: '2.2.1', url: '/d' }], ['tokens'], 3003],
    ['has a module on another host', [{ version: '2.2.1', url: '/d' }], ['credentials', 'evil'], 3001],
  ])('refuses a partner that %s', async (_what, versions, modules, code) => {
    const host = await party('HST');
    let origin = '';
    const server = createServer((request, response) => {
      const endpoints = modules.map((identifier) => {
        const url = identifier === 'evil' ? 'http://localhost:1/' : `${origin}/${identifier}`;
        return { identifier, role: 'SENDER', url };
      });
      const offered = versions.map(({ version, url }) => ({ version, url: `${origin}${url}` }));
      const data = request.url === '/versions' ? offered : { version: '2.2.1', endpoints };
      response.end(JSON.stringify({ data, status_code: 1000, timestamp: '2026-01-31T18:00:00Z' }));
    });
    ends.push(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const answer = await askOcpi(host.versionsUrl.replace('versions', '2.2.1/credentials'), {
      method: 'POST',
      token: await invitation(host),
      body: credentials(`${origin}/versions`),
    });
    expect(answer).toMatchObject({ status: 200, body: { status_code: code } });
    expect(await partnerOf(host)).toMatchObject({ state: 'invited' });
  });

  it('refuses a party that another partner has registered, as long as it is registered', async () => {
    const host = await party('HST');
    const first = await startEmsp(host);
    ends.push(() => first.stop());
    const token = await invitation(host, 'other');
    const url = host.versionsUrl.replace('versions', '2.2.1/credentials');
    const body = credentials(`${first.origin}/versions`);
    const post = () => askOcpi(url, { method: 'POST', token, body });
    expect(await post()).toMatchObject({
      status: 200,
      body: {
        status_code: 2001,
        status_message: expect.stringContaining('DE-MSP is registered with us as EMSP'),
      },
    });
    expect(await first.ask('/credentials', 'PUT', body)).toMatchObject({ body: { status_code: 1000 } });
    expect(await first.ask('/credentials', 'DELETE')).toMatchObject({ body: { status_code: 1000 } });
    expect(await post()).toMatchObject({ status: 200, body: { status_code: 1000 } });
  });

  it('takes a party from a hub that speaks for it, beside its own registration', async () => {
    const host = await party('HST');
    const first = await startEmsp(host);
    ends.push(() => first.stop());
    const { roles, ...body } = credentials(`${first.origin}/versions`);
    const hub = { ...roles[0], role: 'HUB', party_id: 'HUB' };
    const url = host.versionsUrl.replace('versions', '2.2.1/credentials');
    const token = await invitation(host, 'hub');
    const answer = await askOcpi(url, { method: 'POST', token, body: { ...body, roles: [hub, ...roles] } });
    expect(answer).toMatchObject({ status: 200, body: { status_code: 1000 } });
  });

  it('does not register with a partner whose party another one has registered, and tells it so', async () => {
    const [guest, first, second] = [await party('GST'), await party('HST'), await party('HST')];
    const register = async (host: GivenParty, id: string) => {
      const asked = { id, versionsUrl: host.versionsUrl, token: await invitation(host) };
      return guest.ask('POST', '/partners', asked);
    };
    expect(await register(first, 'first')).toMatchObject({ status: 201 });
    expect(await register(second, 'second')).toMatchObject({
      status: 502,
      body: { detail: expect.stringContaining('SE-HST is registered with us as CPO') },
    });
    expect(await partnerOf(second)).toMatchObject({ state: 'left' });
  });
});
