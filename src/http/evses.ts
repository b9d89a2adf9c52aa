import Type from 'typebox';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { type ExplanationBody, named } from './schemas.ts';
import { explanationBody } from './siteBody.ts';
import { visibleEvse } from './visible.ts';

/** `GET /evses/{evse}/explanation`: why a car charges as it does. */
export const evses =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/evses/:evse/explanation',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'Why an EVSE has the current it has, with every circuit above it',
          params: Type.Object({ evse: Type.String() }),
          response: { 200: named<ExplanationBody>('Explanation') },
        },
      },
      async ({ actor, params }) => {
        const asked = { actor, right: 'read sites', what: `EVSE "${params.evse}"` } as const;
        const { evse, site } = visibleEvse(ports, asked, ({ id }) => id === params.evse);
        return explanationBody(evse, site, ports.explanation);
      },
    );
  };
