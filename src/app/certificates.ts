import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';

/** A certificate of ours that clients or stations check. */
interface ServerCertificate {
  readonly name: 'http' | 'ocpp' | 'ocpp second' | 'ocpp authority';
  readonly file: string;
}

export interface CertificateExpiry extends ServerCertificate {
  /** undefined where the file cannot be read or is no certificate: `why` says what is wrong. */
  readonly expiresAtMs: number | undefined;
  readonly why: string | undefined;
}

/** When each certificate that the config names ends, as the files are now: they may be replaced while we run. */
export function certificateExpiries({ http, ocpp }: Config): readonly CertificateExpiry[] {
  const files: readonly [ServerCertificate['name'], string | undefined][] = [
    ['http', http.tls?.certFile],
    ['ocpp', ocpp.tls?.certFile],
    ['ocpp second', ocpp.tls?.secondCertFile],
    ['ocpp authority', ocpp.certificateAuthority?.certFile],
  ];
  return files.flatMap(([name, file]) => (file === undefined ? [] : expiryOf({ name, file })));
}

function expiryOf(certificate: ServerCertificate): CertificateExpiry {
  try {
    // The first of a chain is the server's own.
    const { validTo } = new X509Certificate(readFileSync(certificate.file));
    return { ...certificate, expiresAtMs: Date.parse(validTo), why: undefined };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...certificate, expiresAtMs: undefined, why };
  }
}
