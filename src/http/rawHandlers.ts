import type { FastifyRequest } from 'fastify';
import type { Plugin } from './plugin.ts';

/** A request of a protocol that has its own keys and error answers. */
interface RawRequest {
  readonly method: string;
  /** Below the prefix, beginning with a slash; without the query. */
  readonly path: string;
  /** The query without its question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Called once the answer is sent, or cannot be sent any more. */
  readonly afterwards?: () => void;
}

/** Everything below a prefix goes to `handle`, which judges by itself who may ask. */
export interface RawHandler {
  readonly prefix: string;
  readonly bodyLimitBytes: number;
  /** Never rejects. */
  handle(request: RawRequest): Promise<RawAnswer>;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Mounts handlers that speak HTTP in their own way: bodies come as text, answers leave as they are. */
export const rawHandlers =
  (handlers: readonly RawHandler[]): Plugin =>
  async (api) => {
    api.removeAllContentTypeParsers();
    api.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    for (const { prefix, bodyLimitBytes, handle } of handlers) {
      api.route({
        method: [...methods],
        url: `${prefix}/*`,
        bodyLimit: bodyLimitBytes,
        config: { right: 'open' },
        schema: { hide: true },
        handler: async (request, reply) => {
          const { status, headers, body, afterwards } = await handle(rawRequest(request, prefix));
          if (afterwards !== undefined) reply.raw.once('close', afterwards);
          return reply
            .code(status)
            .headers(headers)
            .serializer((text: unknown) => String(text))
            .send(body);
        },
      });
    }
  };

function rawRequest({ method, url, headers, body }: FastifyRequest, prefix: string): RawRequest {
  const [path = '', query = ''] = url.split('?', 2);
  const flat = Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]] as const);
  return {
    method,
    path: path.slice(prefix.length),
    query,
    headers: Object.fromEntries(flat),
    body: typeof body === 'string' ? body : '',
  };
}
