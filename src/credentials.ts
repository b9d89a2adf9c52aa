import { createHash, randomBytes } from 'node:crypto';

/** 32 characters. */
const secretBytes = 24;

export interface Credential {
  /** Shown once; only its hash is kept. */
  readonly secret: string;
  readonly sha256: string;
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

export function createCredential(): Credential {
  const secret = randomBytes(secretBytes).toString('base64url');
  return { secret, sha256: sha256(secret) };
}
