import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** What a connection shows to prove that it is the station it names. Nothing in it is believed yet. */
export interface StationClaim {
  readonly stationId: string;
  readonly password: Buffer | undefined;
  readonly isEncrypted: boolean;
  readonly certificate: ShownCertificate;
  readonly remoteAddress: string;
}

/** `valid`: signed by an authority we trust, in its time, and not revoked. Whose it is remains to be seen. */
export type ShownCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'valid'; readonly commonName: string; readonly organization: string | undefined };

export type Verdict =
  | { readonly kind: 'accepted'; readonly securityProfile: SecurityProfile }
  /** Both texts are for the operator: the station is told nothing. */
  | { readonly kind: 'refused'; readonly reason: string; readonly toDo: string };

/** [OCPP 2.0.1 A00] 0 has no number there: no password, or none that anybody would have to know. */
export type SecurityProfile = 0 | 1 | 2 | 3;

/** How the connection of a request is secured. */
export function shownBy(
  { socket }: IncomingMessage,
  nowMs: number,
): Pick<StationClaim, 'isEncrypted' | 'certificate'> {
  if (!(socket instanceof TLSSocket)) return { isEncrypted: false, certificate: { kind: 'none' } };
  return { isEncrypted: true, certificate: certificateOf(socket, nowMs) };
}

function certificateOf(socket: TLSSocket, nowMs: number): ShownCertificate {
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  // Without a certificate the object is empty, whatever its type says.
  if (subject === undefined) return { kind: 'none' };
  if (!socket.authorized) return { kind: 'invalid', why: String(socket.authorizationError) };
  // A resumed connection was verified when it was new.
  if (Date.parse(validTo) < nowMs) return { kind: 'invalid', why: 'CERT_HAS_EXPIRED' };
  const { CN: commonName, O: organization } = subject;
  // Several names in one subject are nobody's.
  if (typeof commonName !== 'string') return { kind: 'invalid', why: 'it does not have one common name' };
  return {
    kind: 'valid',
    commonName,
    organization: typeof organization === 'string' ? organization : undefined,
  };
}
