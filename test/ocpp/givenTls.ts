import type { TlsMaterial } from '../../src/ocpp/security/tls.ts';
import { selfSigned } from '../http/selfSigned.ts';

/** A server certificate for localhost that no client asks the authority of, looked at often. */
export const givenTls = (change: Partial<TlsMaterial> = {}) => ({
  read: (): TlsMaterial => ({
    pairs: [{ certPem: selfSigned.cert, keyPem: selfSigned.key }],
    clientCaPem: undefined,
    clientCrlPem: undefined,
    ...change,
  }),
  checkEveryMs: 20,
});
