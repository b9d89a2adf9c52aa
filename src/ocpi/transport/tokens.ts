import { createHash, randomBytes } from 'node:crypto';
import type { TokenForm } from '../../domain/roaming/partner.ts';

/** A token nobody can guess: 256 bits, within the 64 characters of a token [OCPI 2.2.1 credentials]. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** How a token is shown in the header `Authorization`. */
export const authorization = (token: string, form: TokenForm): string =>
  `Token ${form === 'raw' ? token : Buffer.from(token, 'utf8').toString('base64')}`;

const scheme = /^Token +([\x21-\x7e]{1,512})$/i;

/**
 * What the header may mean: older platforms send the token as it is, not in base64, and some encode a newline with it, as
 * the specification's own example does.
 */
export function presentedTokens(header: string | undefined): readonly string[] {
  const told = scheme.exec(header ?? '')?.[1];
  if (told === undefined) return [];
  return [Buffer.from(told, 'base64').toString('utf8').trim(), told];
}
