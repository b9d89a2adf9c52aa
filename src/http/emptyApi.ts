import { randomUUID } from 'node:crypto';
import fastify, { type FastifyBaseLogger, type FastifyServerFactory, LogController } from 'fastify';
import type { TSchema } from 'typebox';
import type { Logger } from '../log.ts';
import { compile } from '../schema.ts';
import type { Api, TypeBoxProvider } from './plugin.ts';
import { asProblem, ProblemError } from './problem.ts';
import { answerBrokenRequest, endWithProblem } from './problemAnswers.ts';

export interface EmptyApiOptions {
  readonly bodyLimitBytes: number;
  /** For the answer to be found. */
  readonly handlerTimeoutMs: number;
  readonly serverFactory?: FastifyServerFactory;
}

/** A server without a route: what it reads, what it checks, and how it answers what it cannot read. */
export function emptyApi(options: EmptyApiOptions, log: Logger): Api {
  const loggerInstance: FastifyBaseLogger = log.child({ part: 'http' });
  const api = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes,
    handlerTimeout: options.handlerTimeoutMs,
    genReqId: () => randomUUID(),
    // A HEAD of the event stream would be one that never ends.
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => endWithProblem(asProblem(error, request.id), reply.raw),
    clientErrorHandler: answerBrokenRequest,
    ...(options.serverFactory !== undefined && { serverFactory: options.serverFactory }),
  }).withTypeProvider<TypeBoxProvider>();
  // Only JSON comes in. That also keeps out the requests that a web page may send to any server unasked.
  api.removeContentTypeParser('text/plain');
  api.setValidatorCompiler(({ schema, httpPart }) => {
    const validator = compile(schema as TSchema);
    return (value) => {
      if (validator.check(value)) return { value };
      const [fault] = validator.faults();
      const field = fault?.path.slice(1).replaceAll('/', '.') || (httpPart ?? 'body');
      const detail = `${field} ${fault?.message ?? 'does not fit'}`;
      return { error: new ProblemError('invalid-request', { detail, field }) };
    };
  });
  // Answers are built by typed functions; the serializers Fastify would compile drop what they do not know.
  api.setSerializerCompiler(() => (body) => JSON.stringify(body));
  return api;
}
