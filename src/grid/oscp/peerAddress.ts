import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Where we may be told to call: an address that a peer names decides nothing by itself. */
export interface PeerPolicy {
  /** `host` or `host:port`, as the operator of this service wrote them. */
  readonly hosts: readonly string[];
  /** Loopback, private networks and plain HTTP, for a trial or a tunnel. */
  readonly allowsPrivate: boolean;
}

const inner4: readonly (readonly [net: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];
/** Only global unicast is outside; of it, not what carries an IPv4 address inside (6to4, Teredo). */
const outer6 = ['2000::', 3] as const;
const inner6: readonly (readonly [net: string, prefix: number])[] = [
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
];

const inner = new BlockList();
for (const [net, prefix] of inner4) inner.addSubnet(net, prefix, 'ipv4');
const inner6List = new BlockList();
for (const [net, prefix] of inner6) inner6List.addSubnet(net, prefix, 'ipv6');
const outer = new BlockList();
outer.addSubnet(...outer6, 'ipv6');

/** Whether an IP address leads to this machine or a network that is not the public one. */
export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return inner.check(address, 'ipv4');
  return kind !== 6 || !outer.check(address, 'ipv6') || inner6List.check(address, 'ipv6');
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
