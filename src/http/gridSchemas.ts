import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';

// What the API tells about connections to grid operators.

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

export type GridShareBody = Static<typeof share>;

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
export type GridConnectionBody = Static<typeof gridConnectionSchema>;
