import type { FastifyRequest } from 'fastify';
import { withoutSecrets } from '../domain/secrets.ts';
import { inOrigin, type Origin, originOf } from './origin.ts';
import type { Api } from './plugin.ts';
import type { HttpPorts } from './ports.ts';

/** A body that is larger is a table or a file: only its size is told. */
const toldMaxBytes = 4_096;

/**
 * Sees to it that no change is acknowledged before it is on record. The parts that know what was there before put down
 * both; what leaves no record of its own, such as a command to a station, is put down here as it was asked for.
 */
export function recordChanges(api: Api, ports: HttpPorts): void {
  const origins = new WeakMap<FastifyRequest, Origin>();
  api.addHook('preHandler', (request, _reply, done) => {
    const origin = originOf(request, ports);
    origins.set(request, origin);
    inOrigin(origin, done);
  });
  api.addHook('onSend', async (request, { statusCode }) => {
    const origin = origins.get(request);
    if (origin === undefined || origin.isOnRecord || !isChange(request) || !mayBeDone(statusCode)) return;
    // Once: an answer that says that this failed comes by here again.
    origins.delete(request);
    const { method, params } = request;
    const { url = '' } = request.routeOptions;
    const entry = {
      atMs: ports.clock.nowMs(),
      actor: request.actor.name,
      action: `${method} ${url}`,
      target: Object.values(Object(params)).join(' ') || url,
      before: undefined,
      after: { asked: told(request.body), statusCode },
    };
    await inOrigin(origin, () => ports.audit.append(entry));
  });
}

const isChange = ({ method, actor, routeOptions }: FastifyRequest): boolean =>
  method !== 'GET' && actor !== undefined && routeOptions.config.isRecorded !== false;

/** What a station did not answer in time, or answered in a way we do not know, it may have done all the same. */
const mayBeDone = (statusCode: number): boolean =>
  statusCode < 400 || statusCode === 502 || statusCode === 504;

function told(body: unknown): unknown {
  const safe = withoutSecrets(body);
  const bytes = Buffer.byteLength(JSON.stringify(safe) ?? '');
  return bytes > toldMaxBytes ? { bytes } : safe;
}
