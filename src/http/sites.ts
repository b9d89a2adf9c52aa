import Type from 'typebox';
import { siteId } from '../domain/ids.ts';
import { type Actor, can } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { named, type SiteBody } from './schemas.ts';
import { type SiteBodyOptions, siteBody } from './siteBody.ts';
import { visibleSite, visibleSites } from './visible.ts';

/** `GET /sites` and `GET /sites/{site}`: limit, draw, headroom and reasons, as of the last tick. */
export const sites =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const optionsFor = (actor: Actor): SiteBodyOptions => ({
      explanation: ports.explanation,
      showsSessions: can(actor, 'read sessions'),
    });

    api.get(
      '/sites',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'The sites of the key, as of the last tick',
          response: { 200: Type.Array(named<SiteBody>('Site')) },
        },
      },
      async ({ actor }) =>
        visibleSites(ports, actor, 'read sites').map((view) => siteBody(view, optionsFor(actor))),
    );

    api.get(
      '/sites/:site',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'One site, as of the last tick',
          params: Type.Object({ site: Type.String() }),
          response: { 200: named<SiteBody>('Site') },
        },
      },
      async ({ actor, params }) =>
        siteBody(visibleSite(ports, actor, siteId(params.site)), optionsFor(actor)),
    );
  };
