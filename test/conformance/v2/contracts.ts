import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked, sent } from './asking.ts';
import { given } from './station.ts';

export const hash = {
  ...{ hashAlgorithm: 'SHA256', issuerNameHash: 'a1', issuerKeyHash: 'b2', serialNumber: '1' },
};
const ask = (action: 'Install' | 'Update') => ({
  ...{ iso15118SchemaVersion: 'urn:iso:15118:2:2013:MsgDef', action, exiRequest: 'gBEB' },
});
const status = { ocspRequestData: { ...hash, responderURL: 'http://ocsp.example' } };

/** A service for contracts that gives every call this answer. */
const contractsAnswering = (answer: object | undefined) => ({ askContracts: async () => answer });

/** Block M, what the CSMS has to do in it, the same in both versions. */
export function contracts(protocol: Protocol): void {
  afterEach(stopGateways);

  describe.each(['Install', 'Update'] as const)('Block M, Certificate %s EV', (action) => {
    it('passes on what the service for contracts answers', async () => {
      const answer = { status: 'Accepted', exiResponse: 'gBEC' };
      const { station } = await given(protocol, {}, contractsAnswering(answer));
      expect(await station.call('Get15118EVCertificate', ask(action))).toEqual(answer);
    });

    it('fails where there is none', async () => {
      const { station } = await given(protocol);
      const answer = { status: 'Failed', exiResponse: '' };
      expect(await station.call('Get15118EVCertificate', ask(action))).toEqual(answer);
    });
  });

  describe('Block M, Retrieve list of available certificates', () => {
    const chain = { certificateHashData: hash, certificateType: 'CSMSRootCertificate' };

    it('asks for those of one use, and has their hashes', async () => {
      const { message, reply } = await asked(
        await given(protocol),
        { kind: 'list certificates', use: 'central system' },
        ['GetInstalledCertificateIds', { status: 'Accepted', certificateHashDataChain: [chain] }],
      );
      expect(message).toEqual({ certificateType: ['CSMSRootCertificate'] });
      expect(reply).toMatchObject({ outcome: 'accepted', data: { certificates: [hash] } });
    });

    it('asks for all of them by naming no use', async () => {
      const { message, reply } = await asked(await given(protocol), { kind: 'list certificates' }, [
        'GetInstalledCertificateIds',
        { status: 'NotFound' },
      ]);
      expect(message).toEqual({});
      expect(reply).toEqual({ outcome: 'rejected', reason: 'NotFound' });
    });
  });

  describe('Block M, Delete a specific certificate', () => {
    it.each([
      ['Accepted', 'accepted'],
      ['Failed', 'rejected'],
      ['NotFound', 'rejected'],
    ])('names it by its hashes; answered with %s it is %s', async (result, outcome) => {
      const { message, reply } = await asked(
        await given(protocol),
        { kind: 'delete certificate', certificate: hash },
        ['DeleteCertificate', { status: result }],
      );
      expect(message).toEqual({ certificateHashData: hash });
      expect(reply).toMatchObject({ outcome });
    });
  });

  describe('Block M, Install CA certificate', () => {
    it.each([
      ['central system', 'CSMSRootCertificate'],
      ['manufacturer', 'ManufacturerRootCertificate'],
    ] as const)('of the %s is a %s', async (use, certificateType) => {
      const { message } = await asked(
        await given(protocol),
        { kind: 'install certificate', use, pem: 'PEM' },
        ['InstallCertificate', { status: 'Accepted' }],
      );
      expect(message).toEqual({ certificateType, certificate: 'PEM' });
    });

    it.each(['V2GRootCertificate', 'MORootCertificate'])('%s is sent as it is', async (certificateType) => {
      const message = ['InstallCertificate', { certificateType, certificate: 'PEM' }] as const;
      expect(await sent(await given(protocol), message)).toEqual({ status: 'Accepted' });
    });

    it.each(['Rejected', 'Failed'])('answered with %s it is not installed', async (result) => {
      const { reply } = await asked(
        await given(protocol),
        { kind: 'install certificate', use: 'central system', pem: 'PEM' },
        ['InstallCertificate', { status: result }],
      );
      expect(reply).toEqual({ outcome: 'rejected', reason: result });
    });
  });

  describe('Block M, Get Charging Station Certificate status', () => {
    it('passes on what the responder said', async () => {
      const answer = { status: 'Accepted', ocspResult: 'MIIB' };
      const { station } = await given(protocol, {}, contractsAnswering(answer));
      expect(await station.call('GetCertificateStatus', status)).toEqual(answer);
    });

    it('fails where nobody can be asked, and vouches for nothing', async () => {
      const { station } = await given(protocol);
      expect(await station.call('GetCertificateStatus', status)).toEqual({ status: 'Failed' });
    });
  });
}
