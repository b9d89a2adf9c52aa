import { RPCClient } from 'ocpp-rpc';
import { afterEach, describe, expect, it } from 'vitest';
import { givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';
import { oneStationConfig, post } from './oneStation.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The service at a site that takes known tokens only, and a station of OCPP 1.6 on another stack. */
async function given() {
  const { app, api, ocppUrl } = await givenApp(
    oneStationConfig.replace('- id: garage', '- id: garage\n    unknownTokens: reject'),
  );
  ends.push(() => app.stop());
  const client = new RPCClient({
    endpoint: ocppUrl,
    identity: 'CP-A1',
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: false,
  } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
  client.handle(async () => ({ status: 'Accepted' }));
  await client.connect();
  ends.push(() => client.close());
  const authorize = (idTag: string) => client.call('Authorize', { idTag });
  return { api, client, authorize };
}

describe('a site that takes known tokens only', () => {
  it('lets a driver charge from the moment his token is set until it is blocked', async () => {
    const { api, authorize } = await given();
    expect(await authorize('CAFE')).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect((await post(`${api}/api/v1/tokens`, { id: 'CAFE', groupId: 'FAMILY' })).status).toBe(201);
    expect(await authorize('cafe')).toMatchObject({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' },
    });
    expect((await post(`${api}/api/v1/tokens`, { id: 'CAFE', isBlocked: true })).status).toBe(200);
    expect(await authorize('CAFE')).toMatchObject({ idTagInfo: { status: 'Blocked' } });
  });

  it('gives nothing to a session of a stranger, and says why', async () => {
    const { api, client } = await given();
    const start = {
      connectorId: 1,
      idTag: 'STRANGER',
      meterStart: 0,
      timestamp: new Date().toISOString(),
    };
    expect(await client.call('StartTransaction', start)).toMatchObject({ idTagInfo: { status: 'Invalid' } });
    const reason = await eventually(async () => {
      const answer = await fetch(`${api}/api/v1/evses/A1/explanation`);
      const told = (await answer.json()) as { reason: { kind: string }; allocatedAmps: number };
      return told.reason.kind === 'token refused' ? told : undefined;
    });
    expect(reason.allocatedAmps).toBe(0);
  });
});
