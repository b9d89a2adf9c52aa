import type { EvseView, SiteView } from '../control/siteView.ts';
import type { LimitSource } from '../domain/gridLimit.ts';
import { type EvseId, limitId } from '../domain/ids.ts';
import { limitFromRequest, type Refusal } from '../domain/limitRequest.ts';
import type { LimitPreview } from '../http/ports.ts';
import type { Running } from './app.ts';
import { rehearsedTicks } from './rehearsal.ts';

/**
 * What a limit would do if it were in force now: a tick of the control code over a copy of all it knows, without the
 * limit and with it. Nothing of the service changes, and no station is told.
 */
export function previewLimit(
  running: Running,
  request: { readonly body: unknown; readonly source: LimitSource; readonly setBy: string },
): LimitPreview | Refusal {
  const { sites, areas } = running.loaded;
  const nowMs = running.ports.clock.nowMs();
  const asked = limitFromRequest({ ...request, sites, areas, id: limitId('preview'), nowMs });
  if (asked.status === 'refused') return asked;

  const tick = rehearsedTicks(running);
  const now = tick(() => {}).views;
  const after = tick((state) => state.setLimit({ ...asked.limit, fromMs: nowMs })).views;
  const before = new Map(now.flatMap(({ evses }) => evses.map((evse) => [evse.id, evse])));
  return {
    status: 'previewed',
    evses: after.flatMap((site) => changes(site, before)),
    over: after.flatMap(over),
  };
}

/** The cars of a site: what each has, and would have. */
const changes = (site: SiteView, before: ReadonlyMap<EvseId, EvseView>): LimitPreview['evses'] =>
  site.evses
    .filter(({ session }) => session !== undefined)
    .map((evse) => ({ site, evse, nowAmps: before.get(evse.id)?.allocatedAmps ?? 0 }));

/** Circuits whose background alone is more than they may carry: there the limit cannot be kept. */
const over = (site: SiteView): LimitPreview['over'] =>
  site.circuits.flatMap(({ id, backgroundAmps, limitAmps }) => {
    const byAmps = Math.max(...backgroundAmps.map((amps, phase) => amps - (limitAmps[phase] ?? amps)));
    return byAmps > 0 ? [{ site, circuit: id, byAmps }] : [];
  });
