import { describe, expect, it } from 'vitest';
import { joined, partnerUrl } from '../../src/ocpi/transport/partnerUrl.ts';
import { isPrivateAddress } from '../../src/privateAddress.ts';

const policy = { allowsPrivate: false, isPrivateAddress };

describe('the address of a partner', () => {
  it.each([
    ['a name', 'https://roam.example/ocpi/versions'],
    ['an address of the public internet', 'https://[2a00:1450::1]:8443/versions'],
  ])('is good as %s', (_what, url) => {
    expect(partnerUrl(url, policy)).toEqual({ url: new URL(url) });
  });

  it.each([
    ['loopback', 'https://127.0.0.1/versions'],
    ['loopback as one decimal number', 'https://2130706433/'],
    ['loopback in hexadecimal', 'https://0x7f000001/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['a short form of loopback', 'https://127.1/'],
    ['loopback of IPv6', 'https://[::1]/'],
    ['an IPv4 address mapped into IPv6', 'https://[::ffff:10.0.0.1]/'],
    ['the address of cloud metadata', 'https://169.254.169.254/latest'],
    ['nowhere', 'https://0.0.0.0/'],
    ['plain HTTP', 'http://roam.example/'],
    ['a file', 'file:///etc/passwd'],
    ['a user', 'https://me:secret@roam.example/'],
    ['no URL', 'roam.example'],
  ])('is refused as %s', (_what, url) => {
    expect(partnerUrl(url, policy)).toHaveProperty('why');
  });

  it('leads to the host that the partner is registered at and to no other', () => {
    const origin = 'https://roam.example';
    expect(partnerUrl('https://roam.example/a', policy, origin)).toHaveProperty('url');
    for (const other of [
      'https://roam.example:8443/a',
      'https://other.example/a',
      'https://roam.example.evil/',
    ])
      expect(partnerUrl(other, policy, origin)).toHaveProperty('why');
  });

  it('is joined with what follows by one slash', () => {
    expect(joined('https://a.example/x/', 'DE', 'a/b')).toBe('https://a.example/x/DE/a%2Fb');
    expect(joined('https://a.example/x', 'DE')).toBe('https://a.example/x/DE');
  });
});
