import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token nobody can guess: 256 bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether the token is the one of this hash, in constant time. */
export function isTokenOf(hash: string | undefined, token: string): boolean {
  if (hash === undefined) return false;
  const expected = Buffer.from(hash, 'hex');
  const presented = Buffer.from(sha256(token), 'hex');
  return expected.length === presented.length && timingSafeEqual(expected, presented);
}

const scheme = /^(?:Token|Bearer) ([\x21-\x7e]{1,512})$/i;

/** The token of an `Authorization` header, by the scheme of OSCP or the one of OAuth2. */
export const presentedToken = (authorization: string | undefined): string | undefined =>
  scheme.exec(authorization ?? '')?.[1];
