import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { createLogger } from '../../src/log.ts';
import { authenticator } from '../../src/ocpp/security/authenticator.ts';
import type { SecurityProfile } from '../../src/ocpp/security/claim.ts';
import { Credentials } from '../../src/ocpp/security/credentials.ts';
import { hashPassword } from '../../src/ocpp/security/passwords.ts';
import type { TlsMaterial } from '../../src/ocpp/security/tls.ts';
import { eventually } from '../eventually.ts';
import { selfSigned } from '../http/selfSigned.ts';
import {
  authorityPem,
  crlPem,
  emptyCrlPem,
  expired,
  foreign,
  ofA1,
  ofB2,
  ofR3,
  rsaServer,
} from './certificates.ts';
import { type GivenGateway, givenGateway, password, stopGateways } from './givenGateway.ts';
import { givenTls } from './givenTls.ts';
import { connectRaw, refusedWith } from './sockets.ts';

afterEach(stopGateways);

interface Given {
  readonly least?: SecurityProfile;
  readonly certificateName?: string;
  readonly organization?: string;
  readonly material?: Partial<TlsMaterial>;
  readonly read?: () => TlsMaterial;
}

const ids = ['CP-A1', 'CP-B2', 'CP-R3'];
const withAuthority = { clientCaPem: authorityPem, clientCrlPem: crlPem };

/** Lets in three stations of the same password. */
async function givenAuthenticator({ least = 0, certificateName, organization }: Given) {
  const hash = await hashPassword(password);
  const ports = { log: createLogger('silent'), save: async () => undefined };
  const credentials = new Credentials(new Map(ids.map((id) => [stationId(id), hash])), [], ports);
  const rules = new Map(ids.map((id) => [id, { securityProfileMin: least, certificateName }]));
  return authenticator({ rules, acceptsUnknown: false, organization }, credentials);
}

/** A gateway with TLS on its one port. */
async function givenSecure(given: Given = {}): Promise<GivenGateway> {
  const tls = givenTls(given.material ?? withAuthority);
  return givenGateway(
    { tls: given.read === undefined ? tls : { ...tls, read: given.read } },
    { authenticate: await givenAuthenticator(given) },
  );
}

const trusting = { certPem: selfSigned.cert };
const reasons = ({ logged }: GivenGateway) =>
  logged.filter(({ msg }) => msg === 'station refused').map(({ reason }) => reason);

describe('security profile 2', () => {
  it('lets a station in by TLS and its password', async () => {
    const { port, events } = await givenSecure({ least: 2 });
    await connectRaw({ port, password, ...trusting });
    expect(events).toMatchObject([{ kind: 'connected', stationId: 'CP-A1' }]);
  });

  it.each([
    ['a wrong password', { password: 'guess' }],
    ['no password', {}],
  ])('refuses %s', async (_what, claim) => {
    const gateway = await givenSecure({ least: 2 });
    expect(await refusedWith({ port: gateway.port, ...trusting, ...claim })).toBe(401);
    expect(reasons(gateway)).toEqual(['unknown station or wrong password']);
  });

  it('does not take the password of another station', async () => {
    const { port } = await givenSecure({ least: 2 });
    expect(await refusedWith({ port, ...trusting, user: 'CP-B2', password })).toBe(401);
  });

  it('is the least where the config says so: without TLS nobody gets in [OCPP 2.0.1 A00.FR.312]', async () => {
    const plain = await givenGateway({}, { authenticate: await givenAuthenticator({ least: 2 }) });
    expect(await refusedWith({ port: plain.port, password })).toBe(401);
    expect(reasons(plain)).toEqual(['security profile 1, and 2 is the least for it']);
  });

  it.each([
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
  ])('speaks %s, with an ECDSA and an RSA certificate [OCPP 2.0.1 A00.FR.318]', async (ciphers) => {
    const pairs = [
      { certPem: selfSigned.cert, keyPem: selfSigned.key },
      { certPem: rsaServer.cert, keyPem: rsaServer.key },
    ];
    const { port } = await givenSecure({ material: { pairs } });
    const tls = { ciphers, maxVersion: 'TLSv1.2' as const, ca: [selfSigned.cert, rsaServer.cert] };
    const station = await connectRaw({ port, password, ...trusting, tls });
    expect((await station.call('Heartbeat', {}))[0]).toBe(3);
  });

  it.each([
    [
      'an old version',
      { minVersion: 'TLSv1.1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'ALL:@SECLEVEL=0' },
    ],
    ['a weak suite', { maxVersion: 'TLSv1.2' as const, ciphers: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0' }],
  ])('ends %s of TLS, and logs it once [OCPP 2.0.1 A00.FR.313]', async (_what, tls) => {
    const gateway = await givenSecure();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(connectRaw({ port: gateway.port, password, ...trusting, tls })).rejects.toThrow();
    }
    await eventually(() => expect(reasons(gateway)).toHaveLength(1));
    expect(reasons(gateway)[0]).toMatch(/^TLS failed: ERR_SSL_/);
  });

  it('has a port of its own beside one that is not encrypted', async () => {
    const { gateway } = await givenGateway({ tls: { ...givenTls(), port: 0 } });
    await connectRaw({ port: gateway.port, password });
    await connectRaw({
      port: gateway.tlsPort ?? 0,
      password,
      ...trusting,
      path: '/ocpp/CP-B2',
      user: 'CP-B2',
    });
  });

  it('takes a new certificate into use without dropping a station, and keeps the former where the new is no good', async () => {
    const former = givenTls().read();
    const renewed = { ...former, pairs: [{ certPem: rsaServer.cert, keyPem: rsaServer.key }] };
    const broken = { ...former, pairs: [{ certPem: rsaServer.cert, keyPem: selfSigned.key }] };
    let material = former;
    const { port, logged } = await givenSecure({ read: () => material });
    const station = await connectRaw({ port, password, ...trusting });

    material = broken;
    const complaint = 'new TLS certificates cannot be used, the former stay in use';
    await eventually(() => expect(logged.map(({ msg }) => msg)).toContain(complaint));
    await connectRaw({ port, password, ...trusting, path: '/ocpp/CP-B2', user: 'CP-B2' });

    material = renewed;
    await eventually(() => expect(logged.map(({ msg }) => msg)).toContain('new TLS certificates are in use'));
    await connectRaw({ port, password, certPem: rsaServer.cert, path: '/ocpp/CP-R3', user: 'CP-R3' });
    expect((await station.call('Heartbeat', {}))[0]).toBe(3);
    expect(logged.filter(({ msg }) => msg === complaint)).toHaveLength(1);
  });
});

describe('security profile 3', () => {
  it('lets a station in by its certificate, without a password [OCPP 2.0.1 A00.FR.405]', async () => {
    const { port, events } = await givenSecure({ least: 3 });
    await connectRaw({ port, ...trusting, own: ofA1 });
    expect(events).toMatchObject([{ kind: 'connected', stationId: 'CP-A1' }]);
  });

  it.each([
    ['an expired certificate', expired, 'certificate not valid: CERT_HAS_EXPIRED'],
    ['a foreign one', foreign, 'certificate not valid: UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['that of another station', ofB2, 'the certificate of "CP-B2" is not this station\'s'],
  ])(
    'refuses %s, even with the right password, and logs it once [OCPP 2.0.1 A00.FR.407]',
    async (_what, own, reason) => {
      const gateway = await givenSecure({ least: 2 });
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expect(await refusedWith({ port: gateway.port, ...trusting, own, password })).toBe(401);
      }
      expect(reasons(gateway)).toEqual([reason]);
      expect(gateway.events).toEqual([]);
    },
  );

  it('refuses a revoked certificate, as soon as the list of them says so', async () => {
    let material: TlsMaterial = givenTls({ ...withAuthority, clientCrlPem: emptyCrlPem }).read();
    const gateway = await givenSecure({ least: 3, read: () => material });
    const claim = { port: gateway.port, ...trusting, own: ofR3, path: '/ocpp/CP-R3', user: 'CP-R3' };
    const station = await connectRaw(claim);
    station.socket.terminate();
    material = { ...material, clientCrlPem: crlPem };
    await eventually(() =>
      expect(gateway.logged.map(({ msg }) => msg)).toContain('new TLS certificates are in use'),
    );
    expect(await refusedWith(claim)).toBe(401);
    expect(reasons(gateway)).toEqual(['certificate not valid: CERT_REVOKED']);
  });

  it('is the least where the config says so: a password is not enough', async () => {
    const gateway = await givenSecure({ least: 3 });
    expect(await refusedWith({ port: gateway.port, ...trusting, password })).toBe(401);
    expect(reasons(gateway)).toEqual(['security profile 2, and 3 is the least for it']);
  });

  it('takes the serial number as common name where the config says so', async () => {
    const { port } = await givenSecure({ least: 3, certificateName: 'CP-B2' });
    await connectRaw({ port, ...trusting, own: ofB2 });
    expect(await refusedWith({ port, ...trusting, own: ofA1 })).toBe(401);
  });

  it('checks the organization where the config has one [OCPP 2.0.1 A00.FR.404]', async () => {
    const ours = await givenSecure({ least: 3, organization: 'Lastvakt tests' });
    await connectRaw({ port: ours.port, ...trusting, own: ofA1 });
    const others = await givenSecure({ least: 3, organization: 'Somebody else' });
    expect(await refusedWith({ port: others.port, ...trusting, own: ofA1 })).toBe(401);
  });
});
