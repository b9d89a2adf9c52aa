import type { Clock } from '../../control/ports.ts';
import type { Logger } from '../../log.ts';
import { OscpRefusal } from './messages.ts';
import type { Afterwards, IncomingMessage, OscpAction, OscpConnection } from './oscpConnection.ts';
import { segmentPlace } from './segments.ts';
import { presentedToken } from './tokens.ts';

/** An HTTP request below our base address, as any server can tell it. */
export interface RawRequest {
  readonly method: string;
  /** Without the base address, beginning with a slash. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** To be called once the answer is on its way. */
  readonly afterwards?: Afterwards;
}

const routes: Readonly<Record<string, Readonly<Record<string, OscpAction>>>> = {
  '/register': { POST: 'register', PUT: 'update registration', DELETE: 'unregister' },
  '/handshake': { POST: 'handshake' },
  '/handshake_acknowledge': { POST: 'handshake acknowledge' },
  '/heartbeat': { POST: 'heartbeat' },
  '/update_group_capacity_forecast': { POST: 'forecast' },
};

const requestIdForm = /^[\x21-\x7e]{1,128}$/;

/** Strangers are logged this seldom: whoever guesses must not fill the disk. */
const strangersEveryMs = 60_000;

/** Answers every message of OSCP 2.0 that capacity providers send to us. Never rejects. */
export function oscpHandler(
  connections: readonly OscpConnection[],
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): (request: RawRequest) => Promise<RawAnswer> {
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const known = (request: RawRequest): Known | RawAnswer => {
    const found = sender(connections, request);
    if (!('status' in found)) return found;
    if (clock.monotonicMs() >= quietUntilMs) {
      quietUntilMs = clock.monotonicMs() + strangersEveryMs;
      log.warn({ method: request.method, status: found.status }, 'OSCP message of a stranger refused');
    }
    return found;
  };

  return async (request) => {
    const from = known(request);
    if ('status' in from) return from;
    try {
      const afterwards = await from.connection.receive(incoming(request, from.action));
      return { status: 204, headers: {}, body: '', afterwards };
    } catch (error) {
      if (error instanceof OscpRefusal) {
        log.info({ path: request.path, status: error.status, why: error.message }, 'OSCP message refused');
        return refusal(error.status, error.message);
      }
      // It may not be durable, so it must not be acknowledged: the sender has to say it again.
      log.error({ err: error, path: request.path }, 'OSCP message could not be taken');
      return refusal(503, 'it cannot be stored now: send it again');
    }
  };
}

interface Known {
  readonly connection: OscpConnection;
  readonly action: OscpAction;
}

/** Whose message it is and what it wants, or the answer to a stranger. */
function sender(
  connections: readonly OscpConnection[],
  { method, path, headers }: RawRequest,
): Known | RawAnswer {
  const byMethod = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (byMethod === undefined) return refusal(404, 'there is no such message here');
  const action = byMethod[method];
  if (action === undefined) return refusal(405, `use ${Object.keys(byMethod).join(' or ')}`);
  const token = presentedToken(headers['authorization']);
  const connection = token === undefined ? undefined : connections.find((each) => each.admits(token, action));
  return connection === undefined
    ? refusal(401, 'the token is missing or not known')
    : { connection, action };
}

/** Throws the refusal of headers that cannot be. */
function incoming({ headers, body }: RawRequest, action: OscpAction): IncomingMessage {
  const requestId = headers['x-request-id'] ?? '';
  if (!requestIdForm.test(requestId)) throw new OscpRefusal(400, 'the header X-Request-ID is needed');
  const correlationId = headers['x-correlation-id']?.slice(0, 128);
  const place = segmentPlace(headers['x-segment-index'], headers['x-segment-count']);
  return { action, requestId, correlationId, place, body };
}

const refusal = (status: number, message: string): RawAnswer => ({
  status,
  headers: {
    'content-type': 'application/json',
    ...(status === 401 && { 'www-authenticate': 'Token' }),
    ...(status === 503 && { 'retry-after': '1' }),
  },
  body: JSON.stringify({ message }),
});
