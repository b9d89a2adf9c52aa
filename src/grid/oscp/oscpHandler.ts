import type { Logger } from '../../log.ts';
import { OscpRefusal } from './messages.ts';
import type { Afterwards, OscpAction, OscpConnection } from './oscpConnection.ts';
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

/** Answers every message of OSCP 2.0 that capacity providers send to us. Never rejects. */
export function oscpHandler(
  connections: readonly OscpConnection[],
  log: Logger,
): (request: RawRequest) => Promise<RawAnswer> {
  return async (request) => {
    try {
      const afterwards = await accepted(connections, request);
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

async function accepted(connections: readonly OscpConnection[], request: RawRequest): Promise<Afterwards> {
  const { method, path, headers, body } = request;
  const byMethod = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (byMethod === undefined) throw new OscpRefusal(404, 'there is no such message here');
  const action = byMethod[method];
  if (action === undefined) throw new OscpRefusal(405, `use ${Object.keys(byMethod).join(' or ')}`);

  const token = presentedToken(headers['authorization']);
  const connection = token === undefined ? undefined : connections.find((each) => each.admits(token, action));
  if (connection === undefined) throw new OscpRefusal(401, 'the token is missing or not known');

  const requestId = headers['x-request-id'] ?? '';
  if (!requestIdForm.test(requestId)) throw new OscpRefusal(400, 'the header X-Request-ID is needed');
  const correlationId = headers['x-correlation-id']?.slice(0, 128);
  const place = segmentPlace(headers['x-segment-index'], headers['x-segment-count']);
  return connection.receive({ action, requestId, correlationId, place, body });
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
