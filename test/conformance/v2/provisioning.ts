import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { minutesAgo, type Protocol } from '../csms.ts';
import { given, register } from './station.ts';

const near = (text: unknown) => Math.abs(Date.parse(String(text)) - Date.now());

/** Blocks B, G, J and P as far as the CSMS answers in them, the same in both versions. */
export function provisioning(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('B01 Cold Boot Charging Station', () => {
    it('accepts it, with the time and the interval of heartbeats [B01.FR.02]', async () => {
      const { csms, station } = await given(protocol);
      const chargingStation = { model: 'ModelY', vendorName: 'VendorX', firmwareVersion: '1.2' };
      const answer = await station.call('BootNotification', { reason: 'PowerUp', chargingStation });
      expect(answer).toMatchObject({ status: 'Accepted', interval: 300 });
      expect(near(answer['currentTime'])).toBeLessThan(60_000);
      expect(csms.events.at(-1)).toMatchObject({
        kind: 'booted',
        hardware: { vendor: 'VendorX', model: 'ModelY', firmware: '1.2' },
      });
    });
  });

  describe('B04 Offline Behavior Idle Charging Station', () => {
    it('answers a heartbeat with the time', async () => {
      const { station } = await given(protocol);
      expect(near((await station.call('Heartbeat', {}))['currentTime'])).toBeLessThan(60_000);
    });
  });

  describe('G01 Status Notification', () => {
    const status = (connectorStatus: string, connectorId = 1) => ({
      ...{ timestamp: minutesAgo(0), connectorStatus, evseId: 1, connectorId },
    });

    it.each([
      ['Available', 'available'],
      ['Occupied', 'occupied'],
      ['Reserved', 'reserved'],
      ['Unavailable', 'unavailable'],
      ['Faulted', 'faulted'],
    ])('of a connector that is %s has its EVSE %s', async (connectorStatus, evse) => {
      const { csms, station } = await given(protocol);
      expect(await station.call('StatusNotification', status(connectorStatus))).toEqual({});
      expect(csms.events.at(-1)).toMatchObject({ kind: 'evse status', evseNumber: 1, status: evse });
    });

    it('has an EVSE occupied while a car is at any of its connectors', async () => {
      const { csms, station } = await given(protocol);
      await station.call('StatusNotification', status('Occupied', 1));
      await station.call('StatusNotification', status('Available', 2));
      expect(csms.events.at(-1)).toMatchObject({ status: 'occupied' });
    });
  });

  describe('J01 Sending Meter Values not related to a transaction', () => {
    it.each([0, 1])('are answered at EVSE %i, and make no session', async (evseId) => {
      const { csms, station } = await given(protocol);
      const told = { evseId, ...register(15, 6500, 'Sample.Clock') };
      expect(await station.call('MeterValues', told)).toEqual({});
      expect(csms.events.filter(({ kind }) => kind === 'session started')).toEqual([]);
    });
  });

  describe('J02 Sending transaction related Meter Values', () => {
    it('keeps a signed value word for word, with what it takes to check it', async () => {
      const { csms, event } = await given(protocol);
      const signedMeterValue = {
        ...{ signedMeterData: 'AAECAw==', signingMethod: 'ECDSA-secp256r1-SHA256' },
        ...{ encodingMethod: 'OCMF', publicKey: 'BAUGBw==' },
      };
      const sampledValue = [{ value: 5000, context: 'Transaction.Begin', signedMeterValue }];
      await event('Started', 30, { meterValue: [{ timestamp: minutesAgo(30), sampledValue }] });
      expect(csms.signed).toMatchObject([
        {
          ...{ context: 'Transaction.Begin', data: 'AAECAw==', publicKey: 'BAUGBw==' },
          ...{ signingMethod: 'ECDSA-secp256r1-SHA256', encodingMethod: 'OCMF' },
        },
      ]);
    });

    it('takes those that are aligned with the clock for the transaction that runs there', async () => {
      const { csms, station, event } = await given(protocol);
      await event('Started', 30, register(30, 5000, 'Transaction.Begin'));
      await station.call('MeterValues', { evseId: 1, ...register(15, 6500, 'Sample.Clock') });
      await event('Ended', 1, {});
      expect(csms.record('tx-1').session.energyWh).toBe(1500);
    });
  });

  describe('P02 Data Transfer to the CSMS', () => {
    it('of a vendor that nobody knows is answered with UnknownVendorId', async () => {
      const { station } = await given(protocol);
      expect(await station.call('DataTransfer', { vendorId: 'com.example' })).toEqual({
        status: 'UnknownVendorId',
      });
    });
  });

  describe('OCPP-J, CALLERROR', () => {
    it.each([
      ['an action of no version', 'MakeCoffee', {}, 'NotImplemented'],
      ['an action that only a CSMS may call', 'Reset', { type: 'OnIdle' }, 'NotSupported'],
      ['a field that is missing', 'Authorize', {}, 'OccurrenceConstraintViolation'],
      [
        'a field of the wrong type',
        'Authorize',
        { idToken: { idToken: 7, type: 'Central' } },
        'TypeConstraintViolation',
      ],
      [
        'a value that is not in the list',
        'FirmwareStatusNotification',
        { status: 'Baking' },
        'PropertyConstraintViolation',
      ],
    ])('is the answer to %s', async (_what, action, payload, code) => {
      const { station } = await given(protocol);
      expect(await station.refused(action, payload)).toBe(code);
      expect(await station.call('Heartbeat', {})).toHaveProperty('currentTime');
    });
  });
}
