import type { SiteView } from '../control/siteView.ts';
import { limitRequest } from '../domain/limitRequest.ts';
import { type Actor, can } from './auth.ts';
import { type PreviewBody, preview } from './limitPreviewBody.ts';
import { sourceFor } from './limits.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts, LimitPreview } from './ports.ts';
import { refusal } from './problem.ts';
import { reasonBody } from './siteBody.ts';

/** `POST /limits/preview`. */
export const limitPreview =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/limits/preview',
      {
        config: { right: 'set limits' },
        schema: {
          summary:
            'What a limit would do if it were in force now: what each car would get, and who would pause',
          description:
            'Worked out by the same code and from the same state as the next tick. Nothing is changed.',
          body: limitRequest,
          response: { 200: preview },
        },
      },
      async ({ actor, body }) => {
        const outcome = ports.limits.preview(body, sourceFor(ports, actor, body), actor);
        if (outcome.status === 'refused') throw refusal(outcome);
        return previewBody(ports, actor, outcome);
      },
    );
  };

function previewBody(ports: HttpPorts, actor: Actor, { evses, over }: LimitPreview): PreviewBody {
  // A limit of an area weighs on all its sites, and not all of them need be the actor's.
  const isVisible = ({ site }: { readonly site: SiteView }): boolean => can(actor, 'read sites', site.siteId);
  return {
    evses: evses.filter(isVisible).map(({ site, evse, nowAmps }) => ({
      evse: evse.id,
      site: site.siteId,
      nowAmps,
      thenAmps: evse.allocatedAmps,
      reason: reasonBody(evse.reason, ports.explanation(evse, site)),
    })),
    over: over.filter(isVisible).map(({ site, circuit, byAmps }) => ({ site: site.siteId, circuit, byAmps })),
  };
}
