import { isIP } from 'node:net';
import { isPrivateAddress } from '../privateAddress.ts';

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
  const isInner = isIP(host) === 0 ? innerNames.test(host) || !host.includes('.') : isPrivateAddress(host);
  return isInner
    ? `points into loopback or a private network (${host}): give a public address, or set allowPrivateAddresses`
    : undefined;
}
