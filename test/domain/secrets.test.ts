import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/domain/secrets.ts';

const kept = 'kept secret';

describe('a value without its secrets', () => {
  it.each([
    [
      { key: 'AuthorizationKey', value: 'hunter2' },
      { key: 'AuthorizationKey', value: kept },
    ],
    [
      { key: 'HeartbeatInterval', value: '60' },
      { key: 'HeartbeatInterval', value: '60' },
    ],
    [
      { setVariableData: [{ variable: { name: 'BasicAuthPassword' }, attributeValue: 'hunter2' }] },
      { setVariableData: [{ variable: { name: 'BasicAuthPassword' }, attributeValue: kept }] },
    ],
    [
      {
        connectionData: {
          basicAuthPassword: 'x',
          apn: { apnPassword: 'y', apnUserName: 'u' },
          vpn: { key: 'z' },
        },
      },
      {
        connectionData: {
          basicAuthPassword: kept,
          apn: { apnPassword: kept, apnUserName: 'u' },
          vpn: { key: kept },
        },
      },
    ],
    [
      { location: 'ftp://anna:hunter2@files.example/x?a=b@c' },
      { location: `ftp://${kept}@files.example/x?a=b@c` },
    ],
    [{ location: 'https://files.example/a@b' }, { location: 'https://files.example/a@b' }],
    [
      { idTag: '04A2', connectorId: 1 },
      { idTag: kept, connectorId: 1 },
    ],
    [{ idToken: { idToken: '04A2', type: 'Central' } }, { idToken: { idToken: kept, type: 'Central' } }],
    [{ data: '{"idTag":"04A2"}' }, { data: `{"idTag":"${kept}"}` }],
    [{ data: '{ no JSON' }, { data: '{ no JSON' }],
    [{ certificate: 'PEM' }, { certificate: 'PEM' }],
    [
      ['a', 5, null, true],
      ['a', 5, null, true],
    ],
  ])('%j', (value, without) => {
    expect(withoutSecrets(value)).toEqual(without);
  });
});
