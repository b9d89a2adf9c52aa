import { afterEach, describe, expect, it } from 'vitest';
import { localListsOf } from '../../src/appLocalLists.ts';
import type { Token } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { givenSite } from '../control/givenSite.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from '../ocpp/chargingStation.ts';
import { givenGateway, password, stopGateways } from '../ocpp/givenGateway.ts';
import { VirtualClock } from '../virtualClock.ts';

afterEach(stopGateways);

const token: Token = {
  ...{ key: 'k', id: '04A2B3C4', type: undefined, groupId: 'FAMILY', isBlocked: false },
  ...{ expiresAtMs: undefined, sites: [], note: '', setAtMs: 0, setBy: 'office' },
};

describe('the local list of a station', () => {
  it.each([
    [
      'ocpp1.6',
      { listVersion: 0 },
      {
        listVersion: expect.any(Number),
        updateType: 'Full',
        localAuthorizationList: [
          { idTag: '04A2B3C4', idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' } },
        ],
      },
    ],
    [
      'ocpp2.0.1',
      { versionNumber: 0 },
      {
        versionNumber: expect.any(Number),
        updateType: 'Full',
        localAuthorizationList: [
          {
            idToken: { idToken: '04A2B3C4', type: 'ISO14443' },
            idTokenInfo: { status: 'Accepted', groupIdToken: { idToken: 'FAMILY', type: 'Central' } },
          },
        ],
      },
    ],
  ])('is replaced in %s by the tokens that are good there', async (protocol, held, list) => {
    const { port, gateway } = await givenGateway();
    const station = await connectCharging(
      { port, password, protocols: [protocol] },
      { GetLocalListVersion: held },
    );
    const clock = new VirtualClock();
    const tokens = { revision: 0, list: () => [token] };
    const ports = { clock, log: createLogger('silent') };
    const lists = localListsOf({ sites: [givenSite()] }, ports, { gateway, tokens });
    clock.advance(30_000);
    await eventually(() => expect(station.calls('SendLocalList')).toEqual([list]));
    lists.stop();
  });
});
