import { limitedNode } from '../domain/gridLimit.ts';
import type { GridConnectionBody, GridShareBody } from './gridSchemas.ts';
import type { GridConnectionNow, GridShare } from './ports.ts';
import { instant, instantOrNull } from './siteBody.ts';

export const connectionBody = (each: GridConnectionNow): Omit<GridConnectionBody, 'shares'> => ({
  id: each.id,
  profile: each.profile,
  phase: each.phase,
  since: instant(each.sinceMs),
  heardAt: instantOrNull(each.heardAtMs),
  limits: each.limitCount,
  targets: each.targets.map(({ target, externalIds, measurement }) => ({
    node: limitedNode(target),
    externalIds: [...externalIds],
    watts: rounded(measurement.watts),
    carWatts: measurement.quality === 'missing' ? null : rounded(measurement.carWatts),
    limitWatts: rounded(measurement.limitWatts),
    quality: measurement.quality,
  })),
});

export const shareBody = ({ node, site, allocatedWatts, carWatts }: GridShare): GridShareBody => ({
  node,
  site,
  allocatedWatts: Math.round(allocatedWatts),
  carWatts: Math.round(carWatts),
});

const rounded = (watts: number | undefined): number | null =>
  watts === undefined ? null : Math.round(watts);
