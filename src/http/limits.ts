import Type from 'typebox';
import type { GridLimit, LimitSource, LimitTarget } from '../domain/gridLimit.ts';
import { limitId, type SiteId, siteId } from '../domain/ids.ts';
import { type LimitRequest, limitRequest } from '../domain/limitRequest.ts';
import { type Actor, can, demand, limitSources } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError, refusal } from './problem.ts';
import { type LimitBody, named } from './schemas.ts';
import { instant, instantOrNull } from './siteBody.ts';
import { notFound } from './visible.ts';

/** `GET`, `POST /limits` and `DELETE /limits/{limit}`. */
export const limits =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/limits',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'The limits not yet expired on the sites of the key, and on areas above them',
          response: { 200: Type.Array(named<LimitBody>('Limit')) },
        },
      },
      async ({ actor }) => {
        const isVisible = ({ target }: GridLimit) =>
          sitesUnder(ports, target).some((site) => can(actor, 'read sites', site));
        return (await ports.limits.list()).filter(isVisible).map(limitBody);
      },
    );

    api.post(
      '/limits',
      {
        config: { right: 'set limits' },
        schema: {
          summary: 'Sets a limit; it is durable when the answer comes',
          body: limitRequest,
          response: { 201: named<LimitBody>('Limit') },
        },
      },
      async ({ actor, body }, reply) => {
        const outcome = await ports.limits.set(body, sourceFor(ports, actor, body), actor);
        if (outcome.status === 'refused') throw refusal(outcome);
        reply.code(201).header('location', `/api/v1/limits/${outcome.limit.id}`);
        return limitBody(outcome.limit);
      },
    );

    api.delete(
      '/limits/:limit',
      {
        config: { right: 'set limits' },
        schema: {
          summary: 'Ends a limit at once',
          params: Type.Object({ limit: Type.String() }),
          response: { 204: Type.Null({ description: 'It is ended, durably' }) },
        },
      },
      async ({ actor, params }, reply) => {
        const id = limitId(params.limit);
        const unknown = `limit "${id}" is not there or has ended: GET /api/v1/limits lists those in force`;
        const limit = (await ports.limits.list()).find((candidate) => candidate.id === id);
        if (
          limit === undefined ||
          !sitesUnder(ports, limit.target).some((site) => can(actor, 'read sites', site))
        ) {
          return notFound(unknown);
        }
        demandSay(actor, limit.source, sitesUnder(ports, limit.target));
        const outcome = await ports.limits.end(id, actor);
        if (outcome.status === 'unknown') return notFound(unknown);
        return reply.code(204).send(null);
      },
    );
  };

/**
 * For whom the actor sets this limit. An admin stands in for the grid operator above the sites, and for the site
 * operator on them.
 */
export function sourceFor(ports: HttpPorts, actor: Actor, { area, site }: LimitRequest): LimitSource {
  if (area !== undefined) {
    demandSay(actor, 'grid-operator', sitesOfArea(ports, area));
    return 'grid-operator';
  }
  const [own = 'site-operator'] = limitSources(actor);
  // A request that names no target is refused for that by the port.
  if (site !== undefined) demand(actor, 'set limits', siteId(site));
  return own;
}

/** A limit of an area weighs on every site of it, so the actor must have the right on them all. */
function demandSay(actor: Actor, source: LimitSource, sites: readonly SiteId[]): void {
  // An area that nobody knows has no sites: only an admin gets to hear that it is unknown.
  const isEverywhere =
    sites.length > 0 ? sites.every((site) => can(actor, 'set limits', site)) : actor.role === 'admin';
  if (isEverywhere && limitSources(actor).includes(source)) return;
  throw new ProblemError('forbidden', {
    detail:
      `key "${actor.name}" (role ${actor.role}) has no say over this limit of the ${source}: ` +
      'use a key of that role with every site below it',
  });
}

const sitesUnder = (ports: HttpPorts, target: LimitTarget): readonly SiteId[] =>
  target.kind === 'circuit' ? [target.siteId] : sitesOfArea(ports, target.areaId);

const sitesOfArea = ({ areas }: HttpPorts, area: string): readonly SiteId[] =>
  areas.find(({ id }) => id === area)?.sites ?? [];

function limitBody({
  id,
  target,
  value,
  source,
  setBy,
  reason,
  fromMs,
  untilMs,
  createdAtMs,
  terms,
}: GridLimit): LimitBody {
  return {
    id,
    site: target.kind === 'circuit' ? target.siteId : null,
    circuit: target.kind === 'circuit' ? target.circuitId : null,
    area: target.kind === 'area' ? target.areaId : null,
    amps: 'amps' in value ? value.amps : null,
    watts: 'watts' in value ? value.watts : null,
    phaseAmps:
      'phaseAmps' in value ? value.phaseAmps.map((amps) => (Number.isFinite(amps) ? amps : null)) : null,
    connection: terms?.connectionId ?? null,
    externalId: terms?.externalId ?? null,
    version: terms?.version ?? null,
    boundary: terms?.boundary ?? 'connection',
    kind: terms?.kind ?? 'cap',
    role: terms?.role ?? 'event',
    source,
    setBy,
    reason,
    from: instant(fromMs),
    until: instantOrNull(untilMs),
    createdAt: instant(createdAtMs),
  };
}
