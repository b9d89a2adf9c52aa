import swagger from '@fastify/swagger';
import Type from 'typebox';
import type { Api, Plugin } from './plugin.ts';
import { problemMediaType } from './problem.ts';
import { named, namedSchemas } from './schemas.ts';

/** Collects the OpenAPI document from the schemas of every route registered after it. */
export async function describeRoutes(api: Api, version: string): Promise<void> {
  for (const [name, schema] of Object.entries(namedSchemas)) api.addSchema({ $id: name, ...schema });

  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lastvakt',
        version,
        description: 'Smart-charging load management. Units are in the names.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          login: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-lastvakt',
            description:
              'Set by POST /api/v1/login ("lastvakt" on this machine without TLS). A change needs the csrfToken of GET ' +
              '/api/v1/me in the header X-CSRF-Token as well',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `schema-${i}`) },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        security: route.config?.right === 'open' ? [] : [{ key: [] }, { login: [] }],
        response: { ...Object(schema?.response), default: anyProblem },
      },
    }),
  });
}

const anyProblem = {
  description: 'Refused or failed; "detail" says what is wrong and what to do',
  content: { [problemMediaType]: { schema: named('Problem') } },
};

/** `GET /openapi.json`. */
export const openapi: Plugin = async (api) => {
  api.get(
    '/openapi.json',
    {
      config: { right: 'open' },
      schema: {
        summary: 'This document',
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async () => api.swagger(),
  );
};
