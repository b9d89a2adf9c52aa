import Type, { type Static } from 'typebox';
import { limitedNode } from '../domain/gridLimit.ts';
import type { GridConnectionNow, GridShare } from './ports.ts';
import { instant, instantOrNull } from './siteBody.ts';

const closed = { additionalProperties: false } as const;
const orNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

const share = Type.Object(
  {
    node: Type.String(),
    site: Type.String(),
    allocatedWatts: Type.Number({ description: 'What the plan gives its cars' }),
    carWatts: Type.Number({ description: 'What its cars draw' }),
  },
  closed,
);

export const gridConnectionSchema = Type.Object(
  {
    id: Type.String(),
    profile: Type.String(),
    phase: Type.Enum(['init', 'limited', 'unlimited', 'failsafe', 'autonomous']),
    since: Type.String({ description: 'ISO 8601' }),
    heardAt: Type.Union([Type.String(), Type.Null()]),
    limits: Type.Integer({ description: 'In force or to come' }),
    targets: Type.Array(
      Type.Object(
        {
          node: Type.String({ description: 'The circuit or area' }),
          externalIds: Type.Array(Type.String()),
          watts: orNull('What flows, cars and building'),
          carWatts: orNull('What the cars draw'),
          limitWatts: orNull('The most that may flow, over all sources'),
          quality: Type.Enum(['measured', 'assumed', 'missing']),
        },
        closed,
      ),
    ),
    shares: Type.Array(share, { description: 'Of each site below a target' }),
  },
  closed,
);
type GridConnectionBody = Static<typeof gridConnectionSchema>;

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

export const shareBody = ({ node, site, allocatedWatts, carWatts }: GridShare): Static<typeof share> => ({
  node,
  site,
  allocatedWatts: Math.round(allocatedWatts),
  carWatts: Math.round(carWatts),
});

const rounded = (watts: number | undefined): number | null =>
  watts === undefined ? null : Math.round(watts);
