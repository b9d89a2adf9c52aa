import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { DerError, element, elements, objectId, tags } from './der.ts';

/** What somebody asks to have signed, proven to hold the key. [RFC 2986] */
export interface SigningRequest {
  /** As DER, to be copied. */
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  readonly commonNames: readonly string[];
}

/** Thrown for a request that is not signed; the message says why. */
export class SigningRequestError extends Error {}

/** By their object ids: what proves the key. */
const hashes: ReadonlyMap<string, string> = new Map(
  [
    ['1.2.840.10045.4.3.2', 'sha256'],
    ['1.2.840.10045.4.3.3', 'sha384'],
    ['1.2.840.10045.4.3.4', 'sha512'],
    ['1.2.840.113549.1.1.11', 'sha256'],
    ['1.2.840.113549.1.1.12', 'sha384'],
    ['1.2.840.113549.1.1.13', 'sha512'],
  ].map(([id = '', hash = '']) => [objectId(id).toString('hex'), hash]),
);

const commonNameId = objectId('2.5.4.3');
const rsaBitsMin = 2048;
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Reads a PEM request. Throws `SigningRequestError` for what is none, or does not prove its key. */
export function readSigningRequest(pem: string): SigningRequest {
  const match = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem);
  if (match?.[1] === undefined) throw new SigningRequestError('it is not a PEM certificate request');
  try {
    return readDer(Buffer.from(match[1], 'base64'));
  } catch (error) {
    if (error instanceof DerError) throw new SigningRequestError(`it cannot be read: ${error.message}`);
    throw error;
  }
}

function readDer(der: Buffer): SigningRequest {
  const { tag, content } = element(der);
  const [info, algorithm, signature] = elements(content);
  const isRequest = [tag, info?.tag, algorithm?.tag].every((each) => each === tags.sequence);
  if (!isRequest || info === undefined || algorithm === undefined) throw new DerError('it is not a request');
  // The first byte of a bit string counts its unused bits.
  if (signature?.tag !== tags.bitString || signature.content[0] !== 0) throw new DerError('it is not signed');
  const [, subject, publicKey] = elements(info.content);
  const [algorithmId] = elements(algorithm.content);
  if (subject === undefined || publicKey === undefined || algorithmId === undefined)
    throw new DerError('it lacks the name or the key');

  const hash = hashes.get(algorithmId.whole.toString('hex'));
  if (hash === undefined) throw new SigningRequestError('its signature is neither ECDSA nor RSA with SHA-2');
  const key = keyOf(publicKey.whole);
  if (!verify(hash, info.whole, key, signature.content.subarray(1)))
    throw new SigningRequestError('it is not signed with the key it names');
  return { subject: subject.whole, publicKey: publicKey.whole, commonNames: commonNamesOf(subject.content) };
}

function keyOf(der: Buffer): KeyObject {
  const key = publicKeyOf(der);
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const isStrong =
    key.asymmetricKeyType === 'rsa' ? modulusLength >= rsaBitsMin : curves.includes(namedCurve);
  if (!isStrong) throw new SigningRequestError(`its key is weaker than RSA ${rsaBitsMin} or P-256`);
  return key;
}

function publicKeyOf(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (error) {
    throw new SigningRequestError('its key cannot be read', { cause: error });
  }
}

/** A name is a sequence of sets of pairs. */
function commonNamesOf(name: Buffer): readonly string[] {
  return elements(name)
    .flatMap((set) => elements(set.content))
    .flatMap((pair) => {
      const [id, value] = elements(pair.content);
      return id?.whole.equals(commonNameId) && value !== undefined ? [value.content.toString('utf8')] : [];
    });
}
