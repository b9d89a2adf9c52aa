import { BlockList, isIP } from 'node:net';

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

const innerNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)\.?$/i;

/** Whether an IP address leads to this machine or a network that is not the public one. */
export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return inner.check(address, 'ipv4');
  return kind !== 6 || !outer.check(address, 'ipv6') || inner6List.check(address, 'ipv6');
}

/**
 * Why an address may not be used, undefined when it may. Names are judged by how they look: what they resolve to may
 * differ at every look, and is the network's business.
 */
export function publicAddressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is not an address';
  const { hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return 'must not hold a password';
  const host = hostname.replace(/^\[|\]$/g, '');
  const isInner = isIP(host) === 0 ? innerNames.test(host) || !host.includes('.') : isPrivateAddress(host);
  return isInner
    ? `points into loopback or a private network (${host}): give a public address, or set allowPrivateAddresses`
    : undefined;
}
