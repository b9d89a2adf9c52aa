import Type, { type Static, type TSchema } from 'typebox';
import { closed } from './closed.ts';
import { instant, nullable, phaseAmps } from './schemas.ts';

// What the API tells about the coming hours.

const bySlot = <S extends TSchema>(schema: S, description: string) =>
  Type.Array(schema, { description: `${description}, by slot` });

const shortfallReason = Type.Object(
  {
    kind: Type.Enum(['not enough time', 'circuit full', 'area full']),
    circuit: Type.Optional(Type.String({ description: 'The circuit that is full until it leaves' })),
    area: Type.Optional(Type.String({ description: 'The area that is full until it leaves' })),
    maxAmps: Type.Optional(Type.Number({ description: 'The most that it can take' })),
    neededHours: Type.Optional(Type.Number({ description: 'What it would need at the most' })),
    leftHours: Type.Optional(Type.Number({ description: 'Until it leaves' })),
  },
  { ...closed, description: 'Why a car cannot have all that its driver wants before it leaves' },
);

export const plan = Type.Object(
  {
    site: Type.String(),
    madeAt: nullable(instant('When it was made; null while no plan is in force')),
    why: nullable(Type.String({ description: 'Why no plan is in force' })),
    currency: nullable(Type.String()),
    slots: Type.Array(
      Type.Object(
        {
          from: instant('Begin'),
          until: instant('End'),
          pricePerKwh: nullable(Type.Number({ description: 'Null where nobody told one' })),
        },
        closed,
      ),
    ),
    circuits: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          plannedAmps: bySlot(phaseAmps('Of the sessions in the plan'), 'Planned current'),
          limitAmps: bySlot(nullable(phaseAmps('Null on an area')), 'Limits as far as they are known'),
          limitWatts: bySlot(nullable(Type.Number()), 'Limits over all phases'),
          backgroundAmps: bySlot(phaseAmps('What we do not control'), 'Expected background'),
          shadowPriceAmps: phaseAmps('What one more ampere for an hour would save now'),
        },
        closed,
      ),
    ),
    sessions: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          evse: Type.String(),
          departureAt: instant('When its driver wants to leave'),
          needsWh: Type.Number({ description: 'What it still wants' }),
          amps: bySlot(Type.Number(), 'Mean on each of its conductors'),
          plannedWh: Type.Number({ description: 'What it gets of that before it leaves' }),
          shortfallWh: Type.Number({ description: 'What it will lack' }),
          shortfallWhy: nullable(Type.String({ description: 'For people' })),
          shortfallReason: nullable(shortfallReason),
        },
        closed,
      ),
    ),
  },
  {
    ...closed,
    description: 'The plan of a site over the coming hours: cars whose drivers told departure and energy',
  },
);
export type PlanBody = Static<typeof plan>;
