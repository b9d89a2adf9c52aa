import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, HTTPMethods } from 'fastify';
import type { Api } from './plugin.ts';
import { asProblem, ProblemError, problemBody, problemMediaType } from './problem.ts';

/** Makes every failure of the routes registered after it a problem [RFC 9457]: thrown, 404 and 405. */
export function answerProblems(api: Api): void {
  const routes: { readonly methods: readonly HTTPMethods[]; readonly matches: RegExp }[] = [];
  api.addHook('onRoute', ({ method, url }) => {
    const matches = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]+')}$`);
    routes.push({ methods: [method].flat(), matches });
  });

  api.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = routes.filter(({ matches }) => matches.test(path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) {
      const detail = `there is no ${path.slice(0, 100)} here: GET /openapi.json lists what there is`;
      return send(new ProblemError('not-found', { detail }), reply);
    }
    reply.header('allow', allowed.join(', '));
    const detail = `${request.method} is not possible here: use ${allowed.join(' or ')}`;
    return send(new ProblemError('method-not-allowed', { detail }), reply);
  });

  api.setErrorHandler((error: Error, request, reply) => {
    const problem = asProblem(error, request.id);
    if (problem.kind === 'internal-error') request.log.error({ err: error }, 'request failed');
    if (problem.kind === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
    return send(problem, reply);
  });
}

const send = (problem: ProblemError, reply: FastifyReply): FastifyReply =>
  reply
    .code(problem.statusCode)
    .type(problemMediaType)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemBody(problem));

/** For a request that never reached a route. */
export function endWithProblem(problem: ProblemError, response: ServerResponse): void {
  response.writeHead(problem.statusCode, { 'content-type': problemMediaType });
  response.end(JSON.stringify(problemBody(problem)));
}

const brokenRequests: Readonly<Record<string, ProblemError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError('request-timeout', {
    detail: 'the request took too long to arrive: send it again',
  }),
  HPE_HEADER_OVERFLOW: new ProblemError('headers-too-large', {
    detail: 'the headers are larger than this server reads',
  }),
};
const notHttp = new ProblemError('invalid-request', {
  detail: 'that is not HTTP: is the port right, and is TLS on or off as it should be?',
});

/** For what never became a request: there is only the socket to answer on. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') {
    const problem = brokenRequests[error.code ?? ''] ?? notHttp;
    const body = JSON.stringify(problemBody(problem));
    socket.write(
      `HTTP/1.1 ${problem.statusCode} ${STATUS_CODES[problem.statusCode]}\r\nconnection: close\r\n` +
        `content-type: ${problemMediaType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}
