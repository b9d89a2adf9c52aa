import { isIP } from 'node:net';

/** Where partners may live. What a partner names decides nothing by itself. */
export interface AddressPolicy {
  /** Whether private networks, loopback and plain HTTP are allowed: for a trial, or behind a tunnel. */
  readonly allowsPrivate: boolean;
  isPrivateAddress(address: string): boolean;
}

/**
 * The URL, or why it is refused. The URL parser writes decimal, octal and hexadecimal forms of an IPv4 address as four
 * numbers, so none of them passes for a name; what a name leads to is checked when it is called.
 */
export function partnerUrl(
  text: string,
  policy: AddressPolicy,
  origin?: string,
): { readonly url: URL } | { readonly why: string } {
  if (text.length > 2_000 || !URL.canParse(text)) return { why: 'it is no URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && policy.allowsPrivate)) {
    return { why: 'it must begin with https://' };
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return { why: 'it must have no user and no fragment' };
  }
  if (origin !== undefined && url.origin !== origin) {
    return { why: `it leads to ${url.origin.slice(0, 100)}, and the partner is registered at ${origin}` };
  }
  const literal = literalOf(url);
  if (!policy.allowsPrivate && isIP(literal) !== 0 && policy.isPrivateAddress(literal)) {
    return { why: `its address ${literal} is private` };
  }
  return { url };
}

/** The host without the brackets of an IPv6 address. */
export const literalOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** With exactly one slash between: examples of the specification lack it. */
export const joined = (base: string, ...parts: readonly string[]): string =>
  [base.replace(/\/+$/, ''), ...parts.map(encodeURIComponent)].join('/');
