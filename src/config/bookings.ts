import { Type } from 'typebox';
import { closed, id } from './parts.ts';

const minutes = (byDefault: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: byDefault, minimum, maximum, description });

/** Of a site: what partners' drivers may book there. */
export const bookingsConfig = Type.Object(
  {
    evses: Type.Array(id, {
      minItems: 1,
      maxItems: 10_000,
      uniqueItems: true,
      description: 'ids of the EVSEs that can be booked',
    }),
    daysAhead: Type.Integer({ default: 14, minimum: 1, maximum: 90, description: 'how far ahead' }),
    stepMinutes: Type.Enum([5, 10, 15, 20, 30, 60], {
      default: 15,
      description: 'bookings begin and end at multiples of it, in UTC',
    }),
    minMinutes: minutes(15, 5, 1_440, 'the shortest booking'),
    maxMinutes: minutes(240, 5, 1_440, 'the longest one'),
    holdMinutes: minutes(
      15,
      0,
      120,
      'so long before a booking nobody else may begin to charge there, and its driver may',
    ),
    noShowMinutes: minutes(15, 5, 240, 'who has not come so long after the begin is not expected any more'),
    changeUntilMinutes: minutes(0, 0, 10_080, 'so long before its begin a booking can be changed'),
    cancelUntilMinutes: minutes(0, 0, 10_080, 'so long before its begin it can be cancelled'),
    perPartner: Type.Integer({
      default: 50,
      minimum: 1,
      maximum: 1_000,
      description: 'bookings of one partner here that are still to come',
    }),
    guaranteedWatts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'what the session of a booking has before everybody else; all of them at once must fit beside the failsafe currents of the others',
      }),
    ),
    termsUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 255,
        description: 'where the terms are told to drivers',
      }),
    ),
  },
  {
    ...closed,
    description: 'EVSEs that drivers of partners (OCPI 2.3.0) may book; needs `location` and `ocpi`',
  },
);
