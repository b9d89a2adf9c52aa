import { afterEach, describe, expect, it } from 'vitest';
import { localListsOf } from '../../src/app/localLists.ts';
import type { LocalLists } from '../../src/control/localLists.ts';
import type { Token } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { givenSite } from '../control/givenSite.ts';
import { givenToken } from '../domain/givenToken.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from '../ocpp/chargingStation.ts';
import { givenGateway, password, stopGateways } from '../ocpp/givenGateway.ts';
import { VirtualClock } from '../virtualClock.ts';

afterEach(stopGateways);

const token = givenToken('04A2B3C4', { groupId: 'FAMILY' });
const others = ['B', 'C', 'D'].map((id) => givenToken(id));

const lists: LocalLists[] = [];
afterEach(() => {
  for (const each of lists.splice(0)) each.stop();
});

/** A station that keeps its list, and takes two tokens in a message. */
async function given(protocol: string) {
  const { port, gateway } = await givenGateway();
  const is16 = protocol === 'ocpp1.6';
  const versionName = is16 ? 'listVersion' : 'versionNumber';
  let version: unknown = 0;
  const variable = { component: { name: 'LocalAuthListCtrlr' }, variable: { name: 'ItemsPerMessage' } };
  const station = await connectCharging(
    { port, password, protocols: [protocol] },
    {
      GetLocalListVersion: () => ({ [versionName]: version }),
      GetConfiguration: () => ({
        configurationKey: [{ key: 'SendLocalListMaxLength', value: '2', readonly: true }],
      }),
      GetVariables: () => ({
        getVariableResult: [{ ...variable, attributeStatus: 'Accepted', attributeValue: '2' }],
      }),
      SendLocalList: (payload) => {
        version = payload[versionName];
        return { status: 'Accepted' };
      },
    },
  );
  const clock = new VirtualClock();
  const desk = { revision: 0, tokens: [token], list: () => desk.tokens };
  const ports = { clock, log: createLogger('silent') };
  lists.push(localListsOf({ sites: [givenSite()] }, ports, { gateway, tokens: desk }));
  return {
    /** What it was sent when so many messages came. */
    sent: async (count: number) => {
      await eventually(() => {
        // The next sweep begins when this one is over, which nobody tells.
        clock.advance(30_000);
        expect(station.calls('SendLocalList')).toHaveLength(count);
      });
      return station.calls('SendLocalList');
    },
    set: (tokens: Token[]) => {
      desk.tokens = tokens;
      desk.revision += 1;
    },
  };
}

describe('the local list of a station', () => {
  it.each([
    [
      'ocpp1.6',
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
  ])('is replaced in %s by the tokens that are good there', async (protocol, list) => {
    const { sent } = await given(protocol);
    expect(await sent(1)).toEqual([list]);
  });

  it.each(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'])(
    'is told in %s what changed, in messages as long as the station takes them',
    async (protocol) => {
      const { sent, set } = await given(protocol);
      await sent(1);
      set([token, ...others]);
      const [, first, second] = await sent(3);
      expect(first).toMatchObject({ updateType: 'Differential', localAuthorizationList: [{}, {}] });
      expect(second).toMatchObject({ updateType: 'Differential', localAuthorizationList: [{}] });
    },
  );
});
