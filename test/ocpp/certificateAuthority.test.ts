import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { certificateAuthority } from '../../src/ocpp/certificates/certificateAuthority.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenAuthority } from './givenAuthority.ts';

const cpA1 = stationId('CP-A1');
const nameOf = (id: string): string => id;
const given = { ec: givenAuthority('ec'), rsa: givenAuthority('rsa') } as const;
afterAll(() => {
  given.ec.remove();
  given.rsa.remove();
});

const authority = (keyType: 'ec' | 'rsa' = 'ec', validDays = 30, clock = new VirtualClock(Date.now())) => {
  const { certPem, keyPem } = given[keyType];
  return certificateAuthority({ certPem, keyPem, validDays, nameOf }, clock);
};
const signed = (answer: ReturnType<ReturnType<typeof authority>['sign']>): string => {
  if (answer.status === 'refused') throw new Error(answer.why);
  return answer.chainPem;
};

describe('a certificate for a station [OCPP 2.0.1 A02]', () => {
  it.each([
    ['ec', 'ec'],
    ['ec', 'rsa'],
    ['rsa', 'ec'],
    ['rsa', 'rsa'],
  ] as const)('of an %s authority for an %s key stands before OpenSSL', (ours, theirs) => {
    const request = given[ours].request('/O=Garo/CN=CP-A1', theirs);
    const chainPem = signed(authority(ours).sign(cpA1, request));
    expect(given[ours].verify(chainPem)).toMatch(/: OK/);
  });

  it('names the station alone, is for a TLS client and no CA, and ends when it should', () => {
    const clock = new VirtualClock(Date.parse('2026-11-21T12:00:00Z'));
    const chain = signed(authority('ec', 30, clock).sign(cpA1, given.ec.request('/O=Garo/CN=CP-A1')));
    const leaf = new X509Certificate(chain);
    expect(leaf.subject).toBe('O=Garo\nCN=CP-A1');
    expect(leaf.issuer).toBe('O=Lastvakt\nCN=Stations');
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(new Date(leaf.validFrom).toISOString()).toBe('2026-11-21T11:00:00.000Z');
    expect(new Date(leaf.validTo).toISOString()).toBe('2026-12-21T12:00:00.000Z');
  });

  it('comes with what is between it and the root, and without the root', () => {
    const chain = signed(authority().sign(cpA1, given.ec.request('/CN=CP-A1')));
    expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(chain).not.toContain(given.ec.rootPem.split('\n')[3]);
  });

  it('never outlives the authority', () => {
    const chain = signed(authority('ec', 3650 * 2).sign(cpA1, given.ec.request('/CN=CP-A1')));
    const issuer = new X509Certificate(given.ec.certPem);
    expect(new X509Certificate(chain).validTo).toBe(issuer.validTo);
  });

  it.each([
    ['/CN=CP-B2', /^it is for "CP-B2" instead of "CP-A1"$/],
    ['/O=Garo', /^it is for "" instead/],
    ['/CN=CP-A1/CN=CP-B2', /^it is for "CP-A1", "CP-B2" instead/],
  ])('is refused for the name %s', (subject, why) => {
    const answer = authority().sign(cpA1, given.ec.request(subject));
    expect(answer).toEqual({ status: 'refused', why: expect.stringMatching(why) });
  });

  it('is refused for a weak key', () => {
    expect(authority().sign(cpA1, given.ec.request('/CN=CP-A1', 'weak'))).toEqual({
      status: 'refused',
      why: 'its key is weaker than RSA 2048 or P-256',
    });
  });

  it('is refused where the key is not proven, whatever byte was changed', () => {
    const request = given.ec.request('/CN=CP-A1');
    const [, body = ''] = /REQUEST-----\n([^-]+)\n-----END/.exec(request) ?? [];
    const der = Buffer.from(body, 'base64');
    for (let at = 0; at < der.length; at += 1) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
      expect(authority().sign(cpA1, pem).status).toBe('refused');
    }
  });

  it.each(['', 'x', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----'])(
    'is refused for %j',
    (csr) => {
      expect(authority().sign(cpA1, csr).status).toBe('refused');
    },
  );

  it('is refused to a station that asks twice in ten seconds', async () => {
    const clock = new VirtualClock(Date.now());
    const ours = authority('ec', 30, clock);
    const request = given.ec.request('/CN=CP-A1');
    expect(ours.sign(cpA1, request).status).toBe('signed');
    expect(ours.sign(cpA1, request)).toEqual({ status: 'refused', why: 'it asked twice within 10000 ms' });
    await clock.advance(10_000);
    expect(ours.sign(cpA1, request).status).toBe('signed');
  });
});

describe('an authority', () => {
  it('does not start with the key of another, or with a certificate that is no CA', () => {
    const clock = new VirtualClock(0);
    const { certPem } = given.ec;
    expect(() =>
      certificateAuthority({ certPem, keyPem: given.rsa.keyPem, validDays: 1, nameOf }, clock),
    ).toThrow('needs a CA certificate first in its file');
  });
});
