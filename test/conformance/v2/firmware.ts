import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked, sent } from './asking.ts';
import { given } from './station.ts';

const retrieveAtMs = Date.parse('2040-01-01T00:00:00Z');
const update = {
  kind: 'update firmware' as const,
  ...{ requestId: 5, url: 'https://firmware.example/2.bin', retrieveAtMs },
};
const firmware = { location: update.url, retrieveDateTime: '2040-01-01T00:00:00.000Z' };

/** Block L, what the CSMS has to do in it, the same in both versions. */
export function firmwareManagement(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('Block L, Secure Firmware Update', () => {
    const signed = { ...update, signature: 'c2ln', signingCertificatePem: 'PEM' };

    it('brings the signature and the certificate to check it by', async () => {
      const { message } = await asked(
        await given(protocol),
        { ...signed, installAtMs: retrieveAtMs + 60_000 },
        ['UpdateFirmware', { status: 'Accepted' }],
      );
      expect(message).toEqual({
        requestId: 5,
        firmware: {
          ...{ ...firmware, installDateTime: '2040-01-01T00:01:00.000Z' },
          ...{ signature: 'c2ln', signingCertificate: 'PEM' },
        },
      });
    });

    it.each([
      ['a signature', { ...update, signature: 'c2ln' }],
      ['a certificate', { ...update, signingCertificatePem: 'PEM' }],
    ])('with %s alone is not sent', async (_what, request) => {
      const { csms } = await given(protocol);
      expect(await csms.gateway.request(stationId('CP-A1'), request)).toEqual({
        outcome: 'unsent',
        reason: 'signed firmware needs both its signature and the certificate to check it by',
      });
    });

    it.each([
      ['AcceptedCanceled', 'accepted'],
      ['Rejected', 'rejected'],
      ['InvalidCertificate', 'rejected'],
      ['RevokedCertificate', 'rejected'],
    ])('answered with %s is %s', async (status, outcome) => {
      const { reply } = await asked(await given(protocol), signed, ['UpdateFirmware', { status }]);
      expect(reply).toMatchObject({ outcome, reason: status });
    });

    it.each(['SignatureVerified', 'InvalidSignature', 'InstallVerificationFailed', 'InstallRebooting'])(
      '%s is acknowledged, and is how far the update is',
      async (status) => {
        const { csms, station } = await given(protocol);
        expect(await station.call('FirmwareStatusNotification', { status, requestId: 5 })).toEqual({});
        expect(csms.reports).toMatchObject([{ kind: 'progress', of: 'firmware', requestId: 5, status }]);
      },
    );
  });

  describe('Block L, Non-Secure Firmware Update', () => {
    it('names where it lies and from when it may be fetched', async () => {
      const { message } = await asked(await given(protocol), update, [
        'UpdateFirmware',
        { status: 'Accepted' },
      ]);
      expect(message).toEqual({ requestId: 5, firmware });
    });

    it('is followed over its steps, in their order', async () => {
      const { csms, station } = await given(protocol);
      const steps = ['DownloadScheduled', 'Downloading', 'Downloaded', 'Installing', 'Installed'];
      for (const status of steps) await station.call('FirmwareStatusNotification', { status, requestId: 5 });
      const told = csms.reports.map((report) => report.kind === 'progress' && report.status);
      expect(told).toEqual(steps);
    });

    it('a station that has none to do says so without the number of a request', async () => {
      const { csms, station } = await given(protocol);
      expect(await station.call('FirmwareStatusNotification', { status: 'Idle' })).toEqual({});
      expect(csms.reports).toMatchObject([{ of: 'firmware', requestId: undefined, status: 'Idle' }]);
    });
  });

  describe('Block L, Publish and Unpublish Firmware', () => {
    it('is asked for in the words of the specification', async () => {
      const there = await given(protocol);
      const checksum = '0123456789abcdef0123456789abcdef';
      const publish = { location: update.url, checksum, requestId: 6 };
      expect(await sent(there, ['PublishFirmware', publish])).toEqual({ status: 'Accepted' });
      expect(await sent(there, ['UnpublishFirmware', { checksum }], { status: 'Unpublished' })).toEqual({
        status: 'Unpublished',
      });
    });

    it('has its progress acknowledged', async () => {
      const { csms, station } = await given(protocol);
      const told = { status: 'Published', location: ['http://cp-a1.example/2.bin'], requestId: 6 };
      expect(await station.call('PublishFirmwareStatusNotification', told)).toEqual({});
      expect(csms.reports).toMatchObject([{ of: 'firmware publication', requestId: 6, status: 'Published' }]);
    });
  });
}
