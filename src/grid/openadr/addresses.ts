import { BlockList, isIP } from 'node:net';

/** Loopback, private, link-local, shared, reserved and multicast networks: nothing that somebody outside can mean. */
const inner = new BlockList();
for (const [net, prefix] of [
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
] as const) {
  inner.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inner.addSubnet(net, prefix, 'ipv6');
}

const innerNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)\.?$/i;

/**
 * Why an address may not be used, undefined when it may. Names are judged by how they look: what they resolve to may
 * differ at every look, and is the network's business.
 */
export function publicAddressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is not an address';
  const { hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return 'must not hold a password';
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const isInner =
    family === 0
      ? innerNames.test(host) || !host.includes('.')
      : inner.check(host, family === 4 ? 'ipv4' : 'ipv6');
  return isInner
    ? `points into loopback or a private network (${host}): give a public address, or set allowPrivateAddresses`
    : undefined;
}
