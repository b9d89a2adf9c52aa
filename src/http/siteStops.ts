import Type from 'typebox';
import { siteId } from '../domain/ids.ts';
import { demand } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { type SiteStopBody, siteStop } from './schemas.ts';
import { siteStopBody } from './siteBody.ts';
import { notFound, visibleSite } from './visible.ts';

const request = Type.Object(
  {
    reason: Type.String({ minLength: 1, maxLength: 200, description: 'For whoever asks why nobody charges' }),
  },
  { additionalProperties: false },
);
const params = Type.Object({ site: Type.String() });

/** `POST` and `DELETE /sites/{site}/stop`: every EVSE of the site to 0 until somebody releases it. */
export const siteStops =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/sites/:site/stop',
      {
        config: { right: 'stop sites' },
        schema: {
          summary: 'Stops all charging at a site until it is released; durable when the answer comes',
          params,
          body: request,
          response: { 200: siteStop },
        },
      },
      async ({ actor, body, params: { site } }): Promise<SiteStopBody> => {
        const id = siteId(site);
        demand(actor, 'stop sites', id);
        visibleSite(ports, actor, id);
        return siteStopBody(await ports.siteStops.stop(id, body.reason, actor));
      },
    );

    api.delete(
      '/sites/:site/stop',
      {
        config: { right: 'stop sites' },
        schema: {
          summary: 'Lets a stopped site charge again',
          params,
          response: { 204: Type.Null({ description: 'It is released, durably' }) },
        },
      },
      async ({ actor, params: { site } }, reply) => {
        const id = siteId(site);
        demand(actor, 'stop sites', id);
        visibleSite(ports, actor, id);
        const isReleased = await ports.siteStops.release(id, actor);
        if (!isReleased) return notFound(`site "${id}" is not stopped`);
        return reply.code(204).send(null);
      },
    );
  };
