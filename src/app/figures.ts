import type { SiteView } from '../control/siteView.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Figure } from '../http/ports.ts';
import type { Running } from './app.ts';
import { gridFigures } from './gridHttp.ts';
import { historyFigures } from './history.ts';
import { loopFigures } from './loopFigures.ts';
import { planFigures } from './plan.ts';
import { timeSeriesFigures } from './timeSeries.ts';

/** What `/metrics` tells beside what the HTTP side sees itself. */
export function figures(running: Running): readonly Figure[] {
  const { ports, audit, incidents, store, loop, board, marginCost, refusedReadings, heartbeatsMs } = running;
  const nowMs = ports.clock.monotonicMs();
  const audited = audit.counts();
  const queue = store.writeQueue();
  const one = (kind: Figure['kind'], name: string, help: string, value: number): Figure => ({
    name,
    help,
    kind,
    samples: [{ labels: {}, value }],
  });
  const by = <K extends string>(label: string, values: ReadonlyMap<K, number>): Figure['samples'] =>
    [...values].map(([key, value]) => ({ labels: { [label]: key }, value }));
  const ages = new Map<SiteId, number>(
    [...heartbeatsMs].map(([site, atMs]) => [site, (nowMs - atMs) / 1000]),
  );
  return [
    ...loopFigures(running),
    ...planFigures(running),
    ...gridFigures(running),
    one('counter', 'audits_total', 'Ticks solved again by GLPK', audited.compared),
    one('counter', 'audits_failed_total', 'Ticks that GLPK could not solve', audited.failed),
    one(
      'gauge',
      'audit_difference_amperes_max',
      'Largest difference between the tick and GLPK',
      audited.differenceAmpsMax,
    ),
    {
      name: 'evses_not_obeying',
      help: 'EVSEs that draw more than they may, by what was done last about it',
      kind: 'gauge',
      samples: notObeying(board.views),
    },
    {
      name: 'margin_energy_watt_hours_total',
      help: 'Energy not given to cars because it was kept free for steps of the background',
      kind: 'counter',
      samples: by('site', marginCost.energyWh()),
    },
    {
      name: 'site_transitions_total',
      help: 'How often a site came into a state',
      kind: 'counter',
      samples: loop
        .transitions()
        .map(({ siteId, to, count }) => ({ labels: { site: siteId, state: to }, value: count })),
    },
    one('gauge', 'store_queue', 'Writes waiting for the database', queue.waiting),
    one('counter', 'store_lost_total', 'Writes the database queue had no room for', queue.lost),
    {
      name: 'meter_refused_total',
      help: 'Meter values refused, by reason',
      kind: 'counter',
      samples: by('reason', refusedReadings),
    },
    {
      name: 'grid_heartbeat_age_seconds',
      help: 'Since the grid operator gave a sign of life',
      kind: 'gauge',
      samples: by('site', ages),
    },
    ...incidentFigures(incidents),
    ...timeSeriesFigures(running),
    ...historyFigures(running),
  ];
}

function incidentFigures(incidents: Running['incidents']): readonly Figure[] {
  if (incidents === undefined) return [];
  const { written, dropped, failed, bytes } = incidents.counts();
  return [
    {
      name: 'incidents_total',
      help: 'Incidents, by whether a bundle was written, was one too many, or failed to be written',
      kind: 'counter',
      samples: Object.entries({ written, dropped, failed }).map(([outcome, value]) => ({
        labels: { outcome },
        value,
      })),
    },
    {
      name: 'incident_record_bytes',
      help: 'What is kept in memory for the next bundle',
      kind: 'gauge',
      samples: [{ labels: {}, value: bytes }],
    },
  ];
}

function notObeying(views: readonly SiteView[]): Figure['samples'] {
  return views.flatMap(({ siteId, evses }) => {
    const counts = new Map<string, number>([['alarm', 0]]);
    for (const { reason } of evses) {
      if (reason.kind !== 'not obeying') continue;
      const rung = reason.rung ?? 'none';
      counts.set(rung, (counts.get(rung) ?? 0) + 1);
    }
    return [...counts].map(([rung, value]) => ({ labels: { site: siteId, rung }, value }));
  });
}
