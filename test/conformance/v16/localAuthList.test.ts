import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { givenCsms } from '../csms.ts';
import { asked } from '../v2/asking.ts';

afterEach(stopGateways);

const given = async () => {
  const csms = await givenCsms('ocpp1.6');
  return { csms, station: await csms.connect() };
};

const anna = { tokenId: 'ANNA', status: 'accepted', groupTokenId: 'FAMILY' } as const;

describe('Local Auth List Management Profile, SendLocalList', () => {
  it('a full list replaces that of the station, each token with what it may and of which group it is', async () => {
    const { message, reply } = await asked(
      await given(),
      { kind: 'send local list', version: 3, isFull: true, entries: [anna] },
      ['SendLocalList', { status: 'Accepted' }],
    );
    expect(message).toEqual({
      ...{ listVersion: 3, updateType: 'Full' },
      localAuthorizationList: [{ idTag: 'ANNA', idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' } }],
    });
    expect(reply).toMatchObject({ outcome: 'accepted' });
  });

  it('a differential list takes a token off by naming it without its info', async () => {
    const { message } = await asked(
      await given(),
      { kind: 'send local list', version: 4, isFull: false, entries: [{ ...anna, status: undefined }] },
      ['SendLocalList', { status: 'Accepted' }],
    );
    expect(message).toEqual({
      ...{ listVersion: 4, updateType: 'Differential' },
      localAuthorizationList: [{ idTag: 'ANNA' }],
    });
  });

  it.each(['Failed', 'NotSupported', 'VersionMismatch'])(
    'answered with %s it is not taken for sent',
    async (status) => {
      const { reply } = await asked(
        await given(),
        { kind: 'send local list', version: 2, isFull: false, entries: [anna] },
        ['SendLocalList', { status }],
      );
      expect(reply).toEqual({ outcome: 'rejected', reason: status });
    },
  );
});

describe('Local Auth List Management Profile, GetLocalListVersion and the configuration keys', () => {
  it.each([-1, 0, 17])('version %i is what the station tells', async (listVersion) => {
    const { message, reply } = await asked(await given(), { kind: 'local list version' }, [
      'GetLocalListVersion',
      { listVersion },
    ]);
    expect(message).toEqual({});
    expect(reply).toMatchObject({ outcome: 'accepted', data: { version: listVersion } });
  });

  it.each([
    [
      { SendLocalListMaxLength: '20', LocalAuthListMaxLength: '500' },
      { perMessageMax: 20, entriesMax: 500 },
    ],
    [{ LocalAuthListMaxLength: '500' }, { entriesMax: 500 }],
    [{ SendLocalListMaxLength: '0', LocalAuthListMaxLength: 'many' }, {}],
  ])('%j bounds the list and its messages', async (settings, bounds) => {
    const configurationKey = Object.entries(settings).map(([key, value]) => ({ key, value, readonly: true }));
    const { message, reply } = await asked(await given(), { kind: 'local list bounds' }, [
      'GetConfiguration',
      { configurationKey },
    ]);
    expect(message).toEqual({ key: ['SendLocalListMaxLength', 'LocalAuthListMaxLength'] });
    expect(reply).toMatchObject({ outcome: 'accepted', data: { kind: 'local list bounds', bounds } });
  });
});
