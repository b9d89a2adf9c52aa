import type { LimitTarget } from '../domain/gridLimit.ts';
import type { Area, Evse, Site } from '../domain/site.ts';
import { loadCount, type Supply, starVolts } from '../domain/supply.ts';
import type { EvseView, SiteView } from './siteView.ts';

/**
 * What would flow at a circuit or an area if limits let every car there have its EVSE's maximum: background and cars, at
 * nominal voltage. undefined where no site of it was seen yet.
 */
export function wishedWatts(
  target: LimitTarget,
  { sites, areas, views }: { sites: readonly Site[]; areas: readonly Area[]; views: readonly SiteView[] },
): number | undefined {
  const ids =
    target.kind === 'area' ? (areas.find(({ id }) => id === target.areaId)?.sites ?? []) : [target.siteId];
  const parts = ids.flatMap((id) => {
    const site = sites.find((each) => each.id === id);
    const view = views.find(({ siteId }) => siteId === id);
    if (site === undefined || view === undefined) return [];
    const root = target.kind === 'area' ? site.circuits[0]?.id : target.circuitId;
    return [siteWatts(site, view, root)];
  });
  return parts.length === 0 ? undefined : parts.reduce((sum, watts) => sum + watts, 0);
}

function siteWatts(site: Site, view: SiteView, root: string | undefined): number {
  const below = new Set<string>(root === undefined ? [] : [root]);
  // The config lists every circuit after its parent.
  for (const { id, parent } of site.circuits) if (parent !== undefined && below.has(parent)) below.add(id);
  const evses = new Map(site.evses.map((evse) => [evse.id, evse]));
  const backgroundAmps = sum(view.circuits.find(({ id }) => id === root)?.backgroundAmps ?? []);
  const carWatts = view.evses
    .filter(({ circuit }) => below.has(circuit))
    .map((evse) => evseWatts(site.supply, evse, evses.get(evse.id)));
  return Math.max(0, backgroundAmps) * starVolts(site.supply) + sum(carWatts);
}

/** The maximum where only a limit is in the way, else what it draws. */
function evseWatts(supply: Supply, view: EvseView, evse: Evse | undefined): number {
  const isHeldBack = ['circuit full', 'area full', 'paused', 'waiting for others'].includes(view.reason.kind);
  return isHeldBack && evse !== undefined
    ? evse.maxAmps * loadCount(supply, evse.wiring) * supply.phaseVolts
    : sum(view.drawAmps) * starVolts(supply);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
