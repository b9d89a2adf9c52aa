import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPrivateAddress } from '../../privateAddress.ts';

/** Where we may be told to call: an address that a peer names decides nothing by itself. */
export interface PeerPolicy {
  /** `host` or `host:port`, as the operator of this service wrote them. */
  readonly hosts: readonly string[];
  /** Loopback, private networks and plain HTTP, for a trial or a tunnel. */
  readonly allowsPrivate: boolean;
}

/**
 * The address as a URL without a slash at its end, or why it is refused. The URL parser writes decimal, octal and
 * hexadecimal forms of an IPv4 address as four numbers, so none of them passes for a name.
 */
export function peerAddress(
  text: string,
  policy: PeerPolicy,
): { readonly url: string } | { readonly why: string } {
  if (!URL.canParse(text)) return { why: 'it is no URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && policy.allowsPrivate)) {
    return { why: 'it must begin with https://' };
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return { why: 'it must have no user, query or fragment' };
  }
  const isListed = policy.hosts.some((host) => host === url.host || host === url.hostname);
  if (!isListed) return { why: `its host ${url.host.slice(0, 100)} is not configured` };
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!policy.allowsPrivate && isIP(literal) !== 0 && isPrivateAddress(literal)) {
    return { why: `its address ${literal} is private` };
  }
  return { url: url.href.replace(/\/+$/, '') };
}

/** Throws when the name of a listed host leads into a private network after all. */
export async function ensureOutside(url: string, policy: PeerPolicy): Promise<void> {
  if (policy.allowsPrivate) return;
  const { hostname } = new URL(url);
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
  const hidden = found.find(({ address }) => isPrivateAddress(address));
  if (hidden !== undefined) throw new Error(`${hostname} leads to the private address ${hidden.address}`);
}
