import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startCapacityProvider } from '../../../src/sim/capacityProvider/capacityProvider.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { block, endOscp, forecast, givenOscp, short, startMs, tokenA } from './givenOscp.ts';

afterEach(endOscp);

const accessToken = 'an-access-token-of-oauth2';
const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
});

/** An OAuth2 server that knows one client. */
async function startTokenServer() {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push(body);
    const isKnown =
      request.headers.authorization === `Basic ${Buffer.from('lastvakt:s3cret').toString('base64')}`;
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { access_token: accessToken, expires_in: 600 } : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push({ stop: () => server.close() });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/token`, asked };
}

async function given() {
  const tokens = await startTokenServer();
  const derms = await startCapacityProvider({}, new VirtualClock(startMs));
  running.push(derms);
  derms.resume({ url: '', token: tokenA, ownToken: accessToken });
  const oscp = await givenOscp({
    peerHosts: ['127.0.0.1'],
    complyWithinS: 120,
    vector: {
      baseUrl: derms.url,
      tokenUrl: tokens.url,
      clientId: 'lastvakt',
      clientSecret: 's3cret',
      fpId: 'FP-1',
      apiKey: 'an-api-key',
    },
  });
  derms.resume({ url: oscp.url, token: tokenA, ownToken: accessToken });
  return { ...oscp, provider: derms, tokens };
}

describe('OSCP as Vector speaks it', () => {
  it('begins with a handshake of ours, by OAuth2 and with its headers', async () => {
    const { provider, tokens } = await given();
    await expect.poll(() => provider.received('handshake').length).toBe(1);
    expect(provider.received('handshake')[0]?.headers).toMatchObject({
      authorization: `Bearer ${accessToken}`,
      'x-access-token': accessToken,
      'fp-id': 'FP-1',
      apikey: 'an-api-key',
      'x-request-id': expect.stringMatching(/./),
    });
    expect(tokens.asked).toEqual(['grant_type=client_credentials']);
  });

  it('takes the acknowledgement, forecasts and an all-zero stop with the fixed token', async () => {
    const { provider, heard } = await given();
    await expect.poll(() => provider.received('handshake').length).toBe(1);
    const behaviour = { required_behaviour: { heartbeat_interval: 60, measurement_configuration: [] } };
    expect((await provider.send('handshake_acknowledge', behaviour)).status).toBe(204);
    expect((await provider.heartbeat(60_000)).status).toBe(204);
    expect((await provider.forecast(forecast([block(0, 1440, 0)]))).status).toBe(204);
    expect(heard.standing().map(short)).toEqual([[0, 1440, { watts: 0 }]]);
    expect(heard.standing()[0]?.complyWithinS).toBe(120);
  });

  it('tells the whole group as one asset in watts, and no group measurements', async () => {
    const { provider, clock } = await given();
    await provider.send('handshake', { required_behaviour: { measurement_configuration: [] } });
    await expect.poll(() => provider.received('handshake_acknowledge').length).toBe(1);
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_asset_measurements').length).toBe(1);
    expect(provider.received('update_asset_measurements')[0]?.body).toMatchObject({
      group_id: 'G1',
      measurements: [{ asset_id: 'G1', instantaneous_measurement: { value: 42_000, unit: 'W' } }],
    });
    expect(provider.received('update_group_measurements')).toEqual([]);
  });

  it('knows no registration', async () => {
    const { provider } = await given();
    const register = { token: 'b', version_url: [{ version: '2.0', base_url: provider.url }] };
    expect((await provider.send('register', register)).status).toBe(404);
  });
});
