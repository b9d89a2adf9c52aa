import type { GridLimit, LimitSource } from '../domain/gridLimit.ts';
import { type LimitId, limitId, type SiteId } from '../domain/ids.ts';
import { limitFromRequest, type Refusal } from '../domain/limitRequest.ts';
import type { Running } from './app.ts';

type Needs = Pick<Running, 'loaded' | 'ports' | 'desk'>;
type Outcome = { readonly status: 'accepted'; readonly limit: GridLimit } | Refusal;

/** Everything that may set a limit goes through here; resolves when the limit is in force and durable. */
export async function setLimit(
  { loaded, ports, desk }: Needs,
  request: { readonly body: unknown; readonly source: LimitSource; readonly setBy: string },
): Promise<Outcome> {
  const { sites, areas } = loaded;
  const id = limitId(ports.newId());
  const outcome = limitFromRequest({ ...request, sites, areas, id, nowMs: ports.clock.nowMs() });
  if (outcome.status === 'accepted') await desk.setLimit(outcome.limit);
  return outcome;
}

/** Ends a limit, whoever set it: what a connection said is withdrawn there too, so that it does not come back. */
export async function endLimit(
  { state, desk, grid }: Pick<Running, 'state' | 'desk' | 'grid'>,
  id: LimitId,
  actor: string,
): Promise<{ readonly status: 'ended' | 'unknown' }> {
  const limit = state.limits().find((each) => each.id === id);
  const connection = grid.connections.find((each) => each.id === limit?.terms?.connectionId);
  if (limit?.terms === undefined || connection === undefined)
    return { status: (await desk.endLimit(id, actor)) ? 'ended' : 'unknown' };
  const { outcome } = await grid.intake.withdraw(connection, limit.terms.externalId);
  return { status: outcome === 'accepted' ? 'ended' : 'unknown' };
}

/** A limit from the topic of a site, which says what it is for: a body that names another site is refused. */
export async function limitOverMqtt(
  needs: Needs,
  site: SiteId,
  body: unknown,
): Promise<{ status: 'accepted'; id: GridLimit['id'] } | { status: 'refused'; why: string }> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (isObject && 'site' in body && body.site !== site) {
    return { status: 'refused', why: `site must be "${site}", as in the topic, or be left away` };
  }
  const outcome = await setLimit(needs, {
    body: isObject ? { ...body, site } : body,
    source: 'site-operator',
    setBy: 'mqtt',
  });
  if (outcome.status === 'accepted') return { status: 'accepted', id: outcome.limit.id };
  return { status: 'refused', why: `${outcome.field} ${outcome.why}` };
}
