import { describe, expect, it } from 'vitest';
import { sent } from '../v2/asking.ts';
import { contracts, hash } from '../v2/contracts.ts';
import { given } from '../v2/station.ts';

contracts('ocpp2.1');

describe('Block M, Install CA certificate, of 2.1', () => {
  it('OEMRootCertificate is sent as it is', async () => {
    const payload = { certificateType: 'OEMRootCertificate', certificate: 'PEM' };
    const there = await given('ocpp2.1');
    expect(await sent(there, ['InstallCertificate', payload])).toEqual({ status: 'Accepted' });
  });
});

describe('Block M, Get Certificate Chain Status', () => {
  it('of each certificate has failed where nobody can be asked', async () => {
    const { station } = await given('ocpp2.1');
    const certificateStatusRequests = ['OCSP', 'CRL'].map((source) => ({
      ...{ source, urls: ['http://ocsp.example'], certificateHashData: hash },
    }));
    expect(await station.call('GetCertificateChainStatus', { certificateStatusRequests })).toMatchObject({
      certificateStatus: [
        { source: 'OCSP', certificateHashData: hash, status: 'Failed' },
        { source: 'CRL', certificateHashData: hash, status: 'Failed' },
      ],
    });
  });
});
