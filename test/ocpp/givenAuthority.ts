import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What OpenSSL made in a folder of its own. */
export interface GivenAuthority {
  readonly rootPem: string;
  /** The CA that signs, and the root above it. */
  readonly certPem: string;
  readonly keyPem: string;
  /** A signing request with this subject, such as `/CN=CP-A1`. */
  request(subject: string, keyType?: 'ec' | 'rsa' | 'weak'): string;
  /** What OpenSSL says of a certificate that TLS clients show. */
  verify(chainPem: string): string;
  remove(): void;
}

const keys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
  weak: ['-newkey', 'rsa:1024'],
} as const;

/** A root and a CA below it, by an independent hand. */
export function givenAuthority(keyType: 'ec' | 'rsa' = 'ec'): GivenAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-ca-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const made = ['-nodes', '-days', '3650', '-sha256'];
  const isCa = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  const root = ['-keyout', file('root.key'), '-out', file('root.pem')];
  openssl('req', '-x509', ...keys[keyType], ...made, ...root, '-subj', '/O=Lastvakt/CN=Root', ...isCa);
  const sub = [
    '-CA',
    file('root.pem'),
    '-CAkey',
    file('root.key'),
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  ];
  openssl('req', '-x509', ...keys[keyType], ...made, ...sub, '-subj', '/O=Lastvakt/CN=Stations', ...isCa);

  return {
    rootPem: read('root.pem'),
    certPem: read('ca.pem') + read('root.pem'),
    keyPem: read('ca.key'),
    request(subject, kind = 'ec') {
      openssl(
        'req',
        '-new',
        ...keys[kind],
        '-nodes',
        '-keyout',
        file('s.key'),
        '-out',
        file('s.csr'),
        '-subj',
        subject,
      );
      return read('s.csr');
    },
    verify(chainPem) {
      writeFileSync(file('chain.pem'), chainPem);
      const trust = ['-CAfile', file('root.pem'), '-untrusted', file('chain.pem')];
      return openssl('verify', '-x509_strict', '-purpose', 'sslclient', ...trust, file('chain.pem'));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
