import type { Boundary, LimitTarget } from '../domain/gridLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Area, Evse, Site } from '../domain/site.ts';
import { loadCount, type Supply, starVolts } from '../domain/supply.ts';
import { hourMs } from './horizonSlots.ts';
import type { HorizonView } from './horizonView.ts';
import type { EvseReason, EvseView, SiteView } from './siteView.ts';

/** Power over [fromMs, untilMs). */
export interface PowerSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly watts: number;
}

interface WishInput {
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  readonly views: readonly SiteView[];
  /** What is planned at a site. */
  planOf(siteId: SiteId): HorizonView | undefined;
  readonly nowMs: number;
}

/**
 * What is wanted at a circuit or an area over the coming hours, without gaps from now: the background where the boundary
 * has it inside, the cars of the plan as it wants them in each of its slots, and every other car as it is now. As far as
 * the plans reach, and for the next full hour at least. Empty where no site of it was seen yet.
 */
export function wishedPower(
  { target, boundary }: { readonly target: LimitTarget; readonly boundary: Boundary },
  { sites, areas, views, planOf, nowMs }: WishInput,
): readonly PowerSpan[] {
  const ids =
    target.kind === 'area' ? (areas.find(({ id }) => id === target.areaId)?.sites ?? []) : [target.siteId];
  const parts = ids.flatMap((id): readonly Part[] => {
    const site = sites.find((each) => each.id === id);
    const view = views.find(({ siteId }) => siteId === id);
    if (site === undefined || view === undefined) return [];
    const root = target.kind === 'area' ? site.circuits[0]?.id : target.circuitId;
    return [{ site, view, plan: planOf(id), root, boundary }];
  });
  if (parts.length === 0) return [];
  const planned = parts.flatMap(({ plan }) => plan?.slots.map(({ untilMs }) => untilMs) ?? []);
  // On a full hour, so that it is the same when it is asked for again.
  const endMs = Math.max(Math.ceil(nowMs / hourMs + 1) * hourMs, ...planned);
  const edges = [...new Set([...planned, endMs])].filter((ms) => ms > nowMs).sort((a, b) => a - b);
  return edges.map((untilMs, index) => {
    const fromMs = edges[index - 1] ?? nowMs;
    return { fromMs, untilMs, watts: sum(parts.map((part) => wattsAt(part, fromMs))) };
  });
}

interface Part {
  readonly site: Site;
  readonly view: SiteView;
  readonly plan: HorizonView | undefined;
  readonly root: string | undefined;
  readonly boundary: Boundary;
}

function wattsAt({ site, view, plan, root, boundary }: Part, atMs: number): number {
  const below = new Set<string>(root === undefined ? [] : [root]);
  // The config lists every circuit after its parent.
  for (const { id, parent } of site.circuits) if (parent !== undefined && below.has(parent)) below.add(id);
  const evses = new Map(site.evses.map((evse) => [evse.id, evse]));
  const slot = plan?.slots.findIndex(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs) ?? -1;
  const expectedAmps = plan?.circuits.find(({ id }) => id === root)?.backgroundAmps[slot];
  const backgroundAmps = expectedAmps ?? view.circuits.find(({ id }) => id === root)?.backgroundAmps ?? [];
  // Past the end of the plan its cars have left.
  const planned = new Map(plan?.sessions.map((each) => [each.evseId, each.wantedWatts[slot] ?? 0]));
  const carWatts = view.evses
    .filter(({ circuit }) => below.has(circuit))
    .map((evse) => planned.get(evse.id) ?? evseWatts(site.supply, evse, evses.get(evse.id)));
  if (boundary === 'controllable') return sum(carWatts);
  return Math.max(0, sum(backgroundAmps)) * starVolts(site.supply) + sum(carWatts);
}

const heldBack: readonly EvseReason['kind'][] = [
  'circuit full',
  'area full',
  'paused',
  'waiting for others',
  'memory spared',
];

/** The maximum where only a limit is in the way, else what it draws. */
function evseWatts(supply: Supply, view: EvseView, evse: Evse | undefined): number {
  const isHeldBack = heldBack.includes(view.reason.kind);
  return isHeldBack && evse !== undefined
    ? evse.maxAmps * loadCount(supply, evse.wiring) * supply.phaseVolts
    : sum(view.drawAmps) * starVolts(supply);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
