import { createPrivateKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { StationId } from '../../domain/ids.ts';
import type { SignedCertificate } from '../dialect.ts';
import { elements, objectId, tags, time, write } from './der.ts';
import { readSigningRequest, type SigningRequest, SigningRequestError } from './signingRequest.ts';

export interface AuthorityOptions {
  /** The certificate that signs, then those above it. */
  readonly certPem: string;
  readonly keyPem: string;
  readonly validDays: number;
  /** The common name by which a station is known. */
  readonly nameOf: (stationId: StationId) => string;
}

export interface CertificateAuthority {
  /** Signs what a station asks for, as long as it asks for itself. */
  sign(stationId: StationId, csrPem: string): SignedCertificate;
}

/** Clocks of stations are behind now and then. */
const backdatedMs = 3_600_000;
const dayMs = 86_400_000;
/** A station that asks more often is not served: signing costs more than asking. */
const pauseMs = 10_000;
const serialBytes = 16;

/** An authority that signs the certificates of stations. Throws when its key does not belong to its certificate. */
export function certificateAuthority(
  { certPem, keyPem, validDays, nameOf }: AuthorityOptions,
  clock: { nowMs(): number; monotonicMs(): number },
): CertificateAuthority {
  const chain = certificatesIn(certPem);
  const [issuer] = chain;
  const key = createPrivateKey(keyPem);
  if (issuer === undefined || !issuer.ca || !issuer.checkPrivateKey(key)) {
    throw new Error('the authority needs a CA certificate first in its file, and the key of it');
  }
  const above = chain.filter((certificate) => certificate.issuer !== certificate.subject);
  const askedAtMs = new Map<StationId, number>();

  return {
    sign(stationId, csrPem) {
      const nowMs = clock.monotonicMs();
      if (nowMs - (askedAtMs.get(stationId) ?? Number.NEGATIVE_INFINITY) < pauseMs)
        return { status: 'refused', why: `it asked twice within ${pauseMs} ms` };
      askedAtMs.set(stationId, nowMs);
      const request = requestOf(csrPem, nameOf(stationId));
      if (typeof request === 'string') return { status: 'refused', why: request };
      const notBeforeMs = clock.nowMs() - backdatedMs;
      const notAfterMs = Math.min(clock.nowMs() + validDays * dayMs, Date.parse(issuer.validTo));
      if (notAfterMs <= clock.nowMs()) return { status: 'refused', why: 'the authority itself has expired' };
      const leaf = certificate(request, { issuer, key, notBeforeMs, notAfterMs });
      return { status: 'signed', chainPem: [pemOf(leaf), ...above.map(({ raw }) => pemOf(raw))].join('') };
    },
  };
}

/** A certificate names the one station that it proves. [OCPP 2.0.1 A00] */
function requestOf(csrPem: string, expected: string): SigningRequest | string {
  try {
    const request = readSigningRequest(csrPem);
    const [name, ...others] = request.commonNames;
    if (others.length === 0 && name === expected) return request;
    return `it is for "${request.commonNames.join('", "')}" instead of "${expected}"`;
  } catch (error) {
    if (error instanceof SigningRequestError) return error.message;
    throw error;
  }
}

interface Terms {
  readonly issuer: X509Certificate;
  readonly key: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A version 3 certificate for TLS clients. [RFC 5280 section 4.1] */
function certificate({ subject, publicKey }: SigningRequest, terms: Terms): Buffer {
  const { issuer, key, notBeforeMs, notAfterMs } = terms;
  const algorithm = signatureAlgorithm(key);
  const named = namesOf(issuer);
  const serial = randomBytes(serialBytes);
  // Positive, and without a leading zero byte.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const toBeSigned = write(
    tags.sequence,
    write(0xa0, write(tags.integer, Buffer.from([2]))),
    write(tags.integer, serial),
    algorithm.der,
    named.subject,
    write(tags.sequence, time(notBeforeMs), time(notAfterMs)),
    subject,
    publicKey,
    write(0xa3, write(tags.sequence, ...extensions(named.keyId))),
  );
  const signature = sign(algorithm.hash, toBeSigned, key);
  const signed = write(tags.bitString, Buffer.from([0]), signature);
  return write(tags.sequence, toBeSigned, algorithm.der, signed);
}

function extensions(issuerKeyId: Buffer | undefined): readonly Buffer[] {
  const critical = write(tags.boolean, Buffer.from([0xff]));
  const extension = (id: string, value: Buffer, ...flags: readonly Buffer[]): Buffer =>
    write(tags.sequence, objectId(id), ...flags, write(tags.octetString, value));
  const noAuthority = write(tags.sequence);
  const digitalSignature = write(tags.bitString, Buffer.from([7, 0x80]));
  const tlsClient = write(tags.sequence, objectId('1.3.6.1.5.5.7.3.2'));
  return [
    extension('2.5.29.19', noAuthority, critical),
    extension('2.5.29.15', digitalSignature, critical),
    extension('2.5.29.37', tlsClient),
    ...(issuerKeyId === undefined
      ? []
      : [extension(authorityKeyId, write(tags.sequence, write(0x80, issuerKeyId)))]),
  ];
}

const authorityKeyId = '2.5.29.35';
const subjectKeyId = objectId('2.5.29.14');

/** An issuer's name as it is written in its own certificate, and the id of its key where it has one. */
function namesOf({ raw }: X509Certificate): { readonly subject: Buffer; readonly keyId: Buffer | undefined } {
  const [toBeSigned] = elements(elements(raw)[0]?.content ?? raw);
  const fields = elements(toBeSigned?.content ?? raw);
  // After version, serial number, algorithm, issuer and validity.
  const subject = fields[5];
  if (fields[0]?.tag !== 0xa0 || subject === undefined)
    throw new Error('the authority has a certificate of version 3');
  const list = fields.find(({ tag }) => tag === 0xa3);
  const all = list === undefined ? [] : elements(elements(list.content)[0]?.content ?? list.content);
  const own = all.map(({ content }) => elements(content)).find(([id]) => id?.whole.equals(subjectKeyId));
  const value = own?.at(-1);
  return { subject: subject.whole, keyId: value && elements(value.content)[0]?.content };
}

function signatureAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): {
  readonly hash: string;
  readonly der: Buffer;
} {
  if (asymmetricKeyType === 'rsa') {
    const none = write(0x05);
    return { hash: 'sha256', der: write(tags.sequence, objectId('1.2.840.113549.1.1.11'), none) };
  }
  const hash = asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
  const id = hash === 'sha384' ? '1.2.840.10045.4.3.3' : '1.2.840.10045.4.3.2';
  return { hash, der: write(tags.sequence, objectId(id)) };
}

const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (each) => new X509Certificate(each),
  );

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
