import type { SiteId } from '../domain/ids.ts';
import type { Site } from '../domain/site.ts';
import { starVolts } from '../domain/supply.ts';
import type { SiteView } from './siteView.ts';

/** What the margins cost: energy that cars would have taken, had nothing been kept free. */
export interface MarginCost {
  follow(views: readonly SiteView[]): void;
  energyWh(): ReadonlyMap<SiteId, number>;
}

/** Past this the ticks are no series: the process was held up. */
const gapMaxMs = 60_000;

/** Counts a circuit's margin while that circuit holds somebody back; a free one costs nobody anything. */
export function marginCost(sites: readonly Pick<Site, 'id' | 'supply'>[]): MarginCost {
  const volts = new Map(sites.map(({ id, supply }) => [id, starVolts(supply)]));
  const energyWh = new Map<SiteId, number>(sites.map(({ id }) => [id, 0]));
  const lastAtMs = new Map<SiteId, number>();
  return {
    follow(views) {
      for (const { siteId, tick, circuits, evses } of views) {
        const sinceMs = tick.atMs - (lastAtMs.get(siteId) ?? tick.atMs);
        lastAtMs.set(siteId, tick.atMs);
        if (sinceMs <= 0 || sinceMs > gapMaxMs) continue;
        const binding = new Set(evses.flatMap(({ reason }) => ('circuit' in reason ? reason.circuit : [])));
        const amps = circuits
          .filter(({ id }) => binding.has(id))
          .reduce((sum, { marginAmps: [a, b, c] }) => sum + a + b + c, 0);
        const wh = (amps * (volts.get(siteId) ?? 0) * sinceMs) / 3_600_000;
        energyWh.set(siteId, (energyWh.get(siteId) ?? 0) + wh);
      }
    },
    energyWh: () => energyWh,
  };
}
