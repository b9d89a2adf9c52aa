import type { EvseView, SiteView } from '../control/siteView.ts';
import type { SiteId } from '../domain/ids.ts';
import { type Actor, can, demand, type Right } from './auth.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';

/** The sites where an actor has a right. */
export const visibleSites = (ports: HttpPorts, actor: Actor, right: Right): readonly SiteView[] =>
  ports.views().filter(({ siteId }) => can(actor, right, siteId));

/** The site an actor names, or a 403 or 404. */
export function visibleSite(ports: HttpPorts, actor: Actor, id: SiteId): SiteView {
  demand(actor, 'read sites', id);
  const site = ports.views().find(({ siteId }) => siteId === id);
  return site ?? notFound(`site "${id}" is not in the config`);
}

/**
 * The first EVSE that fits on a site where the actor has the right. One on another site is as unknown as one that does
 * not exist: `what` says which.
 */
export function visibleEvse(
  ports: HttpPorts,
  { actor, right, what }: { readonly actor: Actor; readonly right: Right; readonly what: string },
  fits: (evse: EvseView) => boolean,
): { readonly evse: EvseView; readonly site: SiteView } {
  for (const site of visibleSites(ports, actor, right)) {
    const evse = site.evses.find(fits);
    if (evse !== undefined) return { evse, site };
  }
  return notFound(`no ${what} on a site of key "${actor.name}": GET /api/v1/sites lists what there is`);
}

export function notFound(detail: string): never {
  throw new ProblemError('not-found', { detail });
}
