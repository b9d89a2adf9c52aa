import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../control/ports.ts';
import type { Logger } from '../../log.ts';

/** Certificates and keys as PEM texts. */
export interface TlsMaterial {
  /** One pair, or one for ECDSA and one for RSA: a station may speak either. [OCPP 2.0.1 A00.FR.318] */
  readonly pairs: readonly { readonly certPem: string; readonly keyPem: string }[];
  /** Who signs stations' certificates; undefined asks for none. */
  readonly clientCaPem: string | undefined;
  /** Certificates that were revoked. It must not be out of date, or no certificate is good. */
  readonly clientCrlPem: string | undefined;
}

/**
 * The four suites a CSMS has to have, those with forward secrecy first, and the same for RSA certificates. TLS 1.3 has its
 * own, all of them good. Node does not compress. [OCPP 2.0.1 A00.FR.318, A00.FR.321]
 */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
].join(':');

const handshakeTimeoutMs = 10_000;

/**
 * What a server is made with; throws where it cannot be used. A certificate is asked for but not demanded, so that stations of profiles 2 and 3 share a port; what is wrong with one is
 * judged with the rest of the claim.
 */
export function tlsOptions(material: TlsMaterial): TlsOptions {
  check(material);
  return {
    ...contextOptions(material),
    requestCert: material.clientCaPem !== undefined,
    rejectUnauthorized: false,
    handshakeTimeout: handshakeTimeoutMs,
  };
}

const contextOptions = ({ pairs, clientCaPem, clientCrlPem }: TlsMaterial): SecureContextOptions => ({
  cert: pairs.map(({ certPem }) => certPem),
  key: pairs.map(({ keyPem }) => keyPem),
  // [OCPP 2.0.1 A00.FR.313]
  minVersion: 'TLSv1.2',
  ciphers,
  honorCipherOrder: true,
  ...(clientCaPem !== undefined && { ca: clientCaPem }),
  ...(clientCrlPem !== undefined && { crl: clientCrlPem }),
});

/** Throws where it cannot be used: Node would take a key that belongs to another certificate. */
function check(material: TlsMaterial): void {
  createSecureContext(contextOptions(material));
  for (const { certPem, keyPem } of material.pairs) {
    if (!new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem)))
      throw new Error('the key does not belong to the certificate');
  }
}

/**
 * Looks for new certificates and has new connections use them; those that stand are left alone. What cannot be read
 * or does not fit together is logged once, and the former stays in use. Returns how to stop.
 */
export function followMaterial(
  server: Server,
  source: { readonly read: () => TlsMaterial; readonly checkEveryMs: number },
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): () => void {
  let inUse = JSON.stringify(source.read());
  let complaint = '';
  let cancel: () => void = () => undefined;
  const look = (): void => {
    try {
      const material = source.read();
      const text = JSON.stringify(material);
      if (text !== inUse) {
        check(material);
        server.setSecureContext(contextOptions(material));
        inUse = text;
        log.info('new TLS certificates are in use');
      }
      complaint = '';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== complaint)
        log.error({ why }, 'new TLS certificates cannot be used, the former stay in use');
      complaint = why;
    }
    cancel = clock.after(source.checkEveryMs, look);
  };
  cancel = clock.after(source.checkEveryMs, look);
  return () => cancel();
}
