import Type from 'typebox';
import { linkNext, pageOf, pageQuery } from './pages.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { neededRetail, type RetailPort } from './retailPorts.ts';
import { issuedToken, issuedTokenBody, issuedTokenRequest, tokenGiven } from './retailSchemas.ts';
import { notFound } from './visible.ts';

const listParams = Type.Object({
  partner: Type.String(),
  list: Type.Enum(['locations', 'tariffs', 'sessions', 'cdrs']),
});

/** `GET`, `POST /retail/tokens`, `GET /retail/partners/{partner}/{list}`. */
export const retail =
  ({ retail: desk }: HttpPorts): Plugin =>
  async (api) => {
    const needed = (): RetailPort => neededRetail(desk);
    const config = { right: 'manage contracts' } as const;

    api.get(
      '/retail/tokens',
      {
        config,
        schema: {
          summary: 'Tokens that we issued to drivers',
          querystring: pageQuery,
          response: { 200: Type.Array(issuedToken) },
        },
      },
      async ({ query }, reply) => {
        const { items, total } = await needed().tokens(pageOf(query));
        linkNext(reply, '/retail/tokens', query, total);
        return items.map(issuedTokenBody);
      },
    );

    api.post(
      '/retail/tokens',
      {
        config,
        schema: {
          summary:
            'Issues a token, or changes it; durable when the answer comes, and then told to every partner',
          body: issuedTokenRequest,
          response: { 200: issuedToken, 201: issuedToken },
        },
      },
      async ({ actor, body }, reply) => {
        const outcome = await needed().issue(tokenGiven(body, needed().issuer), actor);
        if (outcome.status === 'refused') {
          const { field, why } = outcome;
          throw new ProblemError('refused', { detail: why, ...(field !== undefined && { field }) });
        }
        reply.code(outcome.isNew ? 201 : 200);
        return issuedTokenBody(outcome.token);
      },
    );

    api.get(
      '/retail/partners/:partner/:list',
      {
        config,
        schema: {
          summary: 'What a partner told us of its own, in the words of OCPI 2.3.0',
          params: listParams,
          querystring: pageQuery,
          response: { 200: Type.Array(Type.Object({}, { additionalProperties: true })) },
        },
      },
      async ({ params: { partner, list }, query }, reply) => {
        const told = await needed().received(partner, list, pageOf(query));
        if (told === undefined)
          return notFound(`no partner "${partner}": GET /api/v1/partners lists what there is`);
        linkNext(reply, `/retail/partners/${partner}/${list}`, query, told.total);
        return told.items.map((item) => Object(item));
      },
    );
  };
