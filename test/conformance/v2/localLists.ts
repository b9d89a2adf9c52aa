import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked } from './asking.ts';
import { given } from './station.ts';

/** Block D, what the CSMS has to do in it, the same in both versions. */
export function localLists(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('Block D, Send Local Authorization List', () => {
    const expiresAtMs = Date.parse('2040-01-01T00:00:00Z');

    it('a full list replaces that of the station, each token with what it may and of which group it is', async () => {
      const entries = [
        { tokenId: 'ANNA', status: 'accepted', groupTokenId: 'FAMILY', expiresAtMs },
        { tokenId: '4711', tokenType: 'KeyCode', status: 'blocked' },
      ] as const;
      const { message, reply } = await asked(
        await given(protocol),
        { kind: 'send local list', version: 3, isFull: true, entries },
        ['SendLocalList', { status: 'Accepted' }],
      );
      expect(message).toEqual({
        ...{ versionNumber: 3, updateType: 'Full' },
        localAuthorizationList: [
          {
            idToken: { idToken: 'ANNA', type: 'ISO14443' },
            idTokenInfo: {
              ...{ status: 'Accepted', cacheExpiryDateTime: '2040-01-01T00:00:00.000Z' },
              groupIdToken: { idToken: 'FAMILY', type: 'Central' },
            },
          },
          { idToken: { idToken: '4711', type: 'KeyCode' }, idTokenInfo: { status: 'Blocked' } },
        ],
      });
      expect(reply).toMatchObject({ outcome: 'accepted' });
    });

    it('a differential list takes a token off by naming it without its info', async () => {
      const entries = [{ tokenId: 'ANNA', status: undefined }];
      const { message } = await asked(
        await given(protocol),
        { kind: 'send local list', version: 4, isFull: false, entries },
        ['SendLocalList', { status: 'Accepted' }],
      );
      expect(message).toEqual({
        ...{ versionNumber: 4, updateType: 'Differential' },
        localAuthorizationList: [{ idToken: { idToken: 'ANNA', type: 'ISO14443' } }],
      });
    });

    it('a full list without tokens empties that of the station', async () => {
      const { message } = await asked(
        await given(protocol),
        { kind: 'send local list', version: 5, isFull: true, entries: [] },
        ['SendLocalList', { status: 'Accepted' }],
      );
      expect(message).toEqual({ versionNumber: 5, updateType: 'Full' });
    });

    it.each(['Failed', 'VersionMismatch'])('answered with %s it is not taken for sent', async (status) => {
      const entries = [{ tokenId: 'ANNA', status: 'accepted' }] as const;
      const { reply } = await asked(
        await given(protocol),
        { kind: 'send local list', version: 2, isFull: false, entries },
        ['SendLocalList', { status }],
      );
      expect(reply).toEqual({ outcome: 'rejected', reason: status });
    });
  });

  describe('Block D, Get Local List Version, and how much a message of it may hold', () => {
    it.each([0, 17])('version %i is what the station holds', async (versionNumber) => {
      const { message, reply } = await asked(await given(protocol), { kind: 'local list version' }, [
        'GetLocalListVersion',
        { versionNumber },
      ]);
      expect(message).toEqual({});
      expect(reply).toMatchObject({ outcome: 'accepted', data: { version: versionNumber } });
    });

    it.each([
      [
        'tokens in one message that it tells',
        { attributeStatus: 'Accepted', attributeValue: '20' },
        { perMessageMax: 20 },
      ],
      ['nothing where it has no such variable', { attributeStatus: 'UnknownVariable' }, {}],
      ['nothing where it tells no number', { attributeStatus: 'Accepted', attributeValue: 'many' }, {}],
    ])('the bounds of its messages are %s', async (_what, result, bounds) => {
      const names = { component: { name: 'LocalAuthListCtrlr' }, variable: { name: 'ItemsPerMessage' } };
      const { message, reply } = await asked(await given(protocol), { kind: 'local list bounds' }, [
        'GetVariables',
        { getVariableResult: [{ ...names, ...result }] },
      ]);
      expect(message).toEqual({ getVariableData: [names] });
      expect(reply).toMatchObject({ outcome: 'accepted', data: { kind: 'local list bounds', bounds } });
    });
  });
}
