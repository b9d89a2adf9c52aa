import type { IncomingMessage } from 'node:http';

/** [OCPP 2.0.1 Part 4, 3.1.1] */
const stationIdLengthMax = 48;
/** Basic credentials longer than this are nobody's. */
const credentialsLengthMax = 512;

const pathPrefix = '/ocpp/';

/** What a station's opening request claims. Nothing in it is proven. */
export type Opening =
  | { readonly kind: 'bad path' }
  | { readonly kind: 'bad credentials'; readonly stationId: string }
  | { readonly kind: 'station'; readonly stationId: string; readonly password: Buffer | undefined };

/** Reads `GET /ocpp/<stationId>` and its HTTP Basic credentials. */
export function readOpening(request: IncomingMessage): Opening {
  const stationId = stationIdOf(request.url ?? '');
  if (stationId === undefined) return { kind: 'bad path' };
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'station', stationId, password: undefined };
  const credentials = basicCredentials(authorization);
  // A station's user name is its identity.
  if (credentials?.user !== stationId) return { kind: 'bad credentials', stationId };
  return { kind: 'station', stationId, password: credentials.password };
}

/** The identity is the last part of the path, percent-encoded. [OCPP 2.0.1 Part 4, 3.1.1] */
function stationIdOf(url: string): string | undefined {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith(pathPrefix)) return undefined;
  const stationId = percentDecoded(path.slice(pathPrefix.length));
  if (stationId === undefined || stationId.length > stationIdLengthMax) return undefined;
  // Printable characters without the colon, which ends the user name in Basic credentials, and the slash.
  return /^[\x20-\x7e]+$/.test(stationId) && !/[:/]/.test(stationId) ? stationId : undefined;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The password is bytes: it need not be text. */
function basicCredentials(header: string): { readonly user: string; readonly password: Buffer } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
  if (encoded === undefined || encoded.length > credentialsLengthMax) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const colon = bytes.indexOf(':');
  if (colon < 0) return undefined;
  return { user: bytes.toString('latin1', 0, colon), password: bytes.subarray(colon + 1) };
}

/** The first subprotocol the station offers that we speak: it lists them in its order of preference. */
export function chosenSubprotocol(
  offered: Iterable<string>,
  spoken: ReadonlySet<string>,
): string | undefined {
  for (const subprotocol of offered) if (spoken.has(subprotocol)) return subprotocol;
  return undefined;
}
