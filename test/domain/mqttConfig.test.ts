import { describe, expect, it } from 'vitest';
import { mqttConfig, mqttFaults } from '../../src/domain/mqttConfig.ts';
import { compileConfig } from '../../src/schema.ts';

const schema = compileConfig(mqttConfig);
const faultsOf = (config: unknown) => (schema.check(config) ? mqttFaults(config) : schema.faults());

describe('the settings of the broker', () => {
  it.each([
    ['nothing', {}],
    ['a url', { url: 'mqtt://broker:1883', username: 'lastvakt', password: 'secret', protocolVersion: 5 }],
    ['TLS', { url: 'mqtts://broker', tls: { ca: '/etc/ca.pem', cert: 'c.pem', key: 'k.pem' } }],
    ['TLS over a WebSocket', { url: 'wss://broker/mqtt', tls: { ca: 'ca.pem' } }],
    ['an embedded broker', { embedded: {} }],
  ])('may be %s', (_what, config) => {
    expect(faultsOf(config)).toEqual([]);
  });

  it.each([
    ['a url of another protocol', { url: 'http://broker' }, '/url'],
    ['an unknown version', { protocolVersion: 3 }, '/protocolVersion'],
    ['a url beside an embedded broker', { url: 'mqtt://broker', embedded: {} }, '/embedded'],
    ['TLS without mqtts', { url: 'mqtt://broker', tls: { ca: 'ca.pem' } }, '/tls'],
    ['a certificate without its key', { url: 'mqtts://broker', tls: { cert: 'c.pem' } }, '/tls'],
  ])('cannot be %s', (_what, config, path) => {
    expect(faultsOf(config)).toMatchObject([{ path }]);
  });

  it('make the embedded broker listen on loopback', () => {
    const config: unknown = { embedded: {} };
    schema.check(config);
    expect(config).toEqual({ embedded: { host: '127.0.0.1', port: 1883 } });
  });
});
