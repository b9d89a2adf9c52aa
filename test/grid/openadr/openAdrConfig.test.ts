import { describe, expect, it } from 'vitest';
import { openAdrFaults } from '../../../src/domain/openAdrConfig.ts';
import { publicAddressFault } from '../../../src/privateAddress.ts';
import { givenConfig } from './pair.ts';

const given = (change: Record<string, unknown> = {}) =>
  givenConfig({ url: 'https://vtn.example/openadr3', ...change });

describe('the settings of an OpenADR connection', () => {
  it('have defaults for everything but the VTN, our name and our resources', () => {
    expect(given()).toMatchObject({
      profile: 'openadr3',
      register: true,
      programs: [],
      pollS: 30,
      mqtt: false,
    });
    expect(openAdrFaults(given(), [])).toEqual([]);
  });

  it('are refused with a VEN name that Grid Aware Charging does not know', () => {
    const faults = openAdrFaults(given({ profile: 'gac-2.1' }), []);
    expect(faults.map(({ path }) => path)).toEqual(['/venName']);
    expect(openAdrFaults(given({ profile: 'gac-2.1', venName: 'NL-ABC' }), [])).toEqual([]);
  });

  it('are refused with a resource that is none of our targets', () => {
    const config = given({ resources: [{ name: '1211' }, { name: '1212' }] });
    expect(openAdrFaults(config, ['1211']).map(({ path }) => path)).toEqual(['/resources/1/name']);
  });

  it('are refused with readings for Switch of a place that is no target, or under another profile', () => {
    const switchReadings = {
      url: 'https://api.switchmarket.se',
      auth: { clientId: 'a', clientSecret: 'b', tokenUrl: 'https://login.switchmarket.se/oauth/token' },
      registers: [{ resource: '1211', meter: 'M', register: 'P' }],
    };
    const config = given({ profile: 'switch-se', switchReadings });
    expect(openAdrFaults(config, ['1211'])).toEqual([]);
    expect(openAdrFaults(config, []).map(({ path }) => path)).toEqual([
      '/switchReadings/registers/0/resource',
    ]);
    expect(openAdrFaults(given({ switchReadings }), ['1211']).map(({ path }) => path)).toEqual([
      '/switchReadings',
    ]);
  });

  it.each([
    ['an unknown key', { pollSeconds: 5 }],
    ['a poll that is too fast', { pollS: 4 }],
    ['an unknown meaning', { payloads: { X: 'whatever' } }],
    ['a short token', { webhook: { callbackUrl: 'https://a.example/x', bearerToken: 'short' } }],
    ['an address that is none', { url: 'ftp://a.example' }],
  ])('do not fit with %s', (_what, change) => {
    expect(() => given(change)).toThrow();
  });
});

describe('a public address', () => {
  it.each([
    'http://localhost/x',
    'http://localhost./x',
    'https://vtn/x',
    'https://vtn.local/x',
    'https://vtn.internal/x',
    'http://127.0.0.1',
    'http://127.1',
    'http://0x7f000001',
    'http://2130706433',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://100.64.0.1',
    'http://169.254.169.254/latest/meta-data',
    'http://172.16.0.1',
    'http://172.31.255.255',
    'http://192.168.1.1',
    'http://224.0.0.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[fd00::1]',
    'http://[fe80::1]',
    'https://user:word@vtn.example',
    'nothing',
  ])('is not %s', (address) => {
    expect(publicAddressFault(address)).toBeDefined();
  });

  it.each([
    'https://vtn.example/openadr3',
    'https://172.32.0.1',
    'https://8.8.8.8',
    'https://[2001:4860:4860::8888]/x',
  ])('is %s', (address) => {
    expect(publicAddressFault(address)).toBeUndefined();
  });
});
