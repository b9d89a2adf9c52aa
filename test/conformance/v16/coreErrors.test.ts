import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { givenCsms } from '../csms.ts';

afterEach(stopGateways);

const station = async () => (await givenCsms('ocpp1.6')).connect();

describe('1.6 Core, Data Transfer', () => {
  it('of a vendor that nobody knows is answered with UnknownVendorId', async () => {
    const data = { vendorId: 'com.example', messageId: 'X', data: '{"a":1}' };
    expect(await (await station()).call('DataTransfer', data)).toEqual({ status: 'UnknownVendorId' });
  });
});

describe('1.6J, CALLERROR', () => {
  it.each([
    ['an action of no version', 'MakeCoffee', {}, 'NotImplemented'],
    ['an action that only a central system may call', 'Reset', { type: 'Hard' }, 'NotSupported'],
    ['a field that is missing', 'Authorize', {}, 'OccurenceConstraintViolation'],
    ['a field of the wrong type', 'Authorize', { idTag: 7 }, 'TypeConstraintViolation'],
    ['a field that is too long', 'Authorize', { idTag: 'x'.repeat(21) }, 'PropertyConstraintViolation'],
    [
      'a value that is not in the list',
      'FirmwareStatusNotification',
      { status: 'Baking' },
      'PropertyConstraintViolation',
    ],
    ['a payload that is no object', 'Heartbeat', 'now', 'FormationViolation'],
  ])('is the answer to %s', async (_what, action, payload, code) => {
    expect(await (await station()).refused(action, payload)).toBe(code);
  });

  it('leaves the connection open', async () => {
    const connected = await station();
    await connected.refused('MakeCoffee', {});
    expect(await connected.call('Heartbeat', {})).toHaveProperty('currentTime');
  });
});
