import Type from 'typebox';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { visibleSites } from './visible.ts';

/** `POST /grid/heartbeat`: the grid operator is still there. */
export const grid =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/grid/heartbeat',
      {
        config: { right: 'send heartbeats' },
        schema: {
          summary: 'A sign of life of the grid operator, for every site of the key',
          response: { 204: Type.Null({ description: 'It is noted' }) },
        },
      },
      async ({ actor }, reply) => {
        const heard = visibleSites(ports, actor, 'send heartbeats').map(({ siteId }) => siteId);
        await ports.heartbeat(heard, actor);
        return reply.code(204).send(null);
      },
    );
  };
