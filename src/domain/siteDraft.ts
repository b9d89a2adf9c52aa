import Type, { type Static } from 'typebox';
import { meterPresets } from './meterConfig.ts';

const closed = { additionalProperties: false } as const;
const id = Type.String({ minLength: 1, maxLength: 48 });
const amps = Type.Number({ minimum: 0, maximum: 10_000 });
const phase = Type.Enum(['L1', 'L2', 'L3']);
const phases = Type.Array(phase, { minItems: 1, maxItems: 3, uniqueItems: true });

/** Where the meter is heard. */
export const draftMeter = Type.Object(
  {
    broker: Type.Object(
      {
        url: Type.String({ minLength: 1, maxLength: 512 }),
        username: Type.Optional(Type.String({ maxLength: 256 })),
        password: Type.Optional(Type.String({ maxLength: 1024 })),
      },
      closed,
    ),
    preset: Type.Enum([...meterPresets]),
    topic: Type.String({ minLength: 1, maxLength: 256 }),
    turned: Type.Array(phase, { maxItems: 3, uniqueItems: true }),
    hasGeneration: Type.Boolean(),
  },
  closed,
);
export type DraftMeter = Static<typeof draftMeter>;

/**
 * A small site as somebody describes it who sets the service up: one grid connection, circuits right below it, EVSEs. Only
 * the shape is settled here; what of it cannot be is for the config to say, whose rules are the same for a file written by hand.
 */
export const siteDraft = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    timeZone: Type.String({ maxLength: 64 }),
    system: Type.Enum(['TN', 'IT']),
    phases,
    breakerAmps: amps,
    /** What the building draws at most on a phase: planned on while no meter tells better. */
    backgroundAmps: amps,
    meter: Type.Optional(draftMeter),
    circuits: Type.Array(Type.Object({ id, breakerAmps: amps }, closed), { maxItems: 100 }),
    evses: Type.Array(
      Type.Object(
        {
          id,
          station: id,
          evse: Type.Integer({ minimum: 1, maximum: 99 }),
          /** One of `circuits`; left away: the grid connection itself. */
          circuit: Type.Optional(id),
          phases,
          maxAmps: amps,
        },
        closed,
      ),
      { minItems: 1, maxItems: 500 },
    ),
    /** The address at which stations reach this machine. */
    stationHost: Type.String({ minLength: 1, maxLength: 255 }),
    stationPort: Type.Integer({ minimum: 1, maximum: 65_535 }),
  },
  closed,
);
export type SiteDraft = Static<typeof siteDraft>;
