import Type, { type Static, type TSchema } from 'typebox';
import { closed } from './closed.ts';

// What the API tells of how a station is commanded.

export const device = Type.Object(
  {
    station: Type.String(),
    protocol: Type.Optional(Type.String()),
    vendor: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    firmware: Type.Optional(Type.String()),
    isTrying: Type.Boolean({ description: 'It refused a setpoint, which is written in other ways now' }),
    isExhausted: Type.Boolean({ description: 'It refused a setpoint in every way there is' }),
    traits: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          value: Type.Unknown(),
          source: Type.Enum(['config', 'learnt', 'model', 'station', 'default']),
          why: Type.String({ description: 'On what grounds' }),
        },
        closed,
      ),
    ),
  },
  { ...closed, description: 'What a station can be told, and where each value comes from' },
);
export type DeviceBody = Static<typeof device>;

const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const instant = Type.String({ format: 'date-time' });

export const profileBook = Type.Object(
  {
    station: Type.String(),
    readAt: optional(instant),
    profiles: Type.Array(
      Type.Object(
        {
          id: Type.Integer(),
          evseNumber: Type.Integer({ description: '0: the station as a whole' }),
          purpose: Type.String(),
          stackLevel: Type.Integer(),
          kind: Type.String(),
          transactionId: optional(Type.String()),
          validFrom: optional(instant),
          validTo: optional(instant),
          unit: Type.Enum(['A', 'W']),
          startsAt: optional(instant),
          durationS: optional(Type.Number()),
          periods: Type.Array(
            Type.Object({ startS: Type.Number(), limit: Type.Optional(Type.Number()) }, closed),
          ),
          isForeign: Type.Boolean({ description: 'Given by somebody else' }),
          from: Type.Enum(['sent', 'reported'], { description: 'Whether the station took it or told of it' }),
          source: optional(Type.String({ description: 'Whose limit it is' })),
          at: instant,
        },
        closed,
      ),
    ),
    checks: Type.Array(
      Type.Object(
        {
          evseNumber: Type.Integer(),
          at: instant,
          difference: optional(
            Type.Object(
              {
                kind: Type.Enum(['above', 'below'], {
                  description: 'above: it would let more flow than it was told',
                }),
                at: instant,
                ownLimit: optional(Type.Number()),
                reportedLimit: Type.Number(),
                profileId: optional(
                  Type.Integer({ description: 'The profile that binds in our calculation' }),
                ),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
  },
  {
    ...closed,
    description: 'Charging profiles of a station as far as we know, and its own calculation against ours',
  },
);
export type ProfilesBody = Static<typeof profileBook>;
