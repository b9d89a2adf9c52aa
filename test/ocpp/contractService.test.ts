import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { contractService } from '../../src/ocpp/certificates/contractService.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from './chargingStation.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';

const servers = new Set<Server>();
afterEach(async () => {
  await stopGateways();
  for (const server of servers) server.close();
  servers.clear();
});

interface Asked {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A service that answers each message as told, 503 where nothing is. */
async function given(protocol: string, answers: Readonly<Record<string, object>>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url: path, headers } = request;
    asked.push({
      path,
      authorization: headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    const answer = answers[path?.split('/').at(-1) ?? ''];
    response.statusCode = answer === undefined ? 503 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  servers.add(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const options = { url: `http://127.0.0.1:${port}/contracts/`, token: 'secret' };
  const ports = { clock: systemClock(), log: pino({ level: 'silent' }) };
  const gateway = await givenGateway({}, { askContracts: contractService(options, ports) });
  const station = await connectCharging({ port: gateway.port, password, protocols: [protocol] });
  return { ...gateway, station, asked };
}

const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: '1' };
const install = {
  iso15118SchemaVersion: 'urn:iso:15118:2:2013:MsgDef',
  action: 'Install',
  exiRequest: 'gBEB',
};
const status = { ocspRequestData: { ...hash, responderURL: 'http://ocsp.example' } };

describe.each(['ocpp2.0.1', 'ocpp2.1'])('a service for the contracts of cars, asked for %s', (protocol) => {
  it('[2.0.1 M01, M02] provides the contract that a car asks for', async () => {
    const answer = { status: 'Accepted', exiResponse: 'gBEC' };
    const { station, asked } = await given(protocol, { Get15118EVCertificate: answer });
    expect((await station.call('Get15118EVCertificate', install))[2]).toEqual(answer);
    expect(asked).toEqual([
      {
        path: '/contracts/Get15118EVCertificate',
        authorization: 'Bearer secret',
        body: { stationId: 'CP-A1', request: install },
      },
    ]);
  });

  it('[2.0.1 M06] tells what became of a certificate', async () => {
    const answer = { status: 'Accepted', ocspResult: 'MIIB' };
    const { station } = await given(protocol, { GetCertificateStatus: answer });
    expect((await station.call('GetCertificateStatus', status))[2]).toEqual(answer);
  });

  it.each([
    ['is away', {}],
    ['answers what does not fit', { Get15118EVCertificate: { status: 'Perhaps' }, GetCertificateStatus: {} }],
  ])('is as none where it %s', async (_how, answers) => {
    const { station } = await given(protocol, answers);
    expect((await station.call('Get15118EVCertificate', install))[2]).toEqual({
      status: 'Failed',
      exiResponse: '',
    });
    expect((await station.call('GetCertificateStatus', status))[2]).toEqual({ status: 'Failed' });
  });

  it('[2.0.1 A02] has the certificate signed that a station shows to cars', async () => {
    const { station, asked } = await given(protocol, { SignCertificate: { certificateChain: 'PEM' } });
    const request = { csr: 'CSR', certificateType: 'V2GCertificate' };
    expect((await station.call('SignCertificate', request))[2]).toEqual({ status: 'Accepted' });
    expect(await station.answeredCall('CertificateSigned')).toEqual({
      certificateChain: 'PEM',
      certificateType: 'V2GCertificate',
    });
    expect(asked).toMatchObject([{ body: { request } }]);
  });
});

describe('certificates that cars are shown, in OCPP 2.1', () => {
  it('are told apart by the request they answer', async () => {
    const { station } = await given('ocpp2.1', { SignCertificate: { certificateChain: 'PEM' } });
    const request = { csr: 'CSR', certificateType: 'V2G20Certificate', requestId: 12 };
    await station.call('SignCertificate', request);
    expect(await station.answeredCall('CertificateSigned')).toMatchObject({ requestId: 12 });
  });

  it('have the state of their whole chain told', async () => {
    const certificateStatusRequests = [
      { source: 'OCSP', urls: ['http://ocsp.example'], certificateHashData: hash },
    ];
    const entry = { source: 'OCSP', certificateHashData: hash };
    const good = {
      certificateStatus: [{ ...entry, status: 'Good', nextUpdate: '2026-02-01T00:00:00Z' }],
    };
    const { station } = await given('ocpp2.1', { GetCertificateChainStatus: good });
    const ask = async () =>
      (await station.call('GetCertificateChainStatus', { certificateStatusRequests }))[2];
    expect(await ask()).toEqual(good);
    for (const server of servers) server.close().closeAllConnections();
    await eventually(async () =>
      expect(await ask()).toMatchObject({ certificateStatus: [{ ...entry, status: 'Failed' }] }),
    );
  });
});
