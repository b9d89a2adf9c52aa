import Type from 'typebox';
import { siteId } from '../domain/ids.ts';
import { demand } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { visibleSite } from './visible.ts';

const bundle = Type.Object(
  {
    file: Type.String({ description: 'On the machine of the service' }),
    bytes: Type.Integer({ minimum: 0 }),
    at: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false, description: 'What was written, for `lastvakt replay`' },
);

/** `POST /sites/{site}/incident`: writes what happened in the last minutes into a file. */
export const incidents =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/sites/:site/incident',
      {
        config: { right: 'write incidents' },
        schema: {
          summary: 'Writes an incident bundle: the last minutes of inputs, decisions and commands',
          params: Type.Object({ site: Type.String() }),
          response: { 201: bundle },
        },
      },
      async ({ actor, params: { site } }, reply) => {
        const id = siteId(site);
        demand(actor, 'write incidents', id);
        visibleSite(ports, actor, id);
        const written = await ports.writeIncident(id, actor);
        if (written.status === 'unavailable') throw new ProblemError('unavailable', { detail: written.why });
        const { file, bytes, atMs } = written;
        return reply.code(201).send({ file, bytes, at: new Date(atMs).toISOString() });
      },
    );
  };
