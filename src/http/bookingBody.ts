import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { instant, nullable } from './schemas.ts';

export const bookingBody = Type.Object(
  {
    id: Type.String(),
    partner: Type.String(),
    evse: Type.String(),
    status: Type.Enum(
      ['PENDING', 'RESERVED', 'CANCELED', 'FAILED', 'NO_SHOW', 'FULFILLED', 'REJECTED', 'UNKNOWN'],
      { description: 'RESERVED, or FULFILLED once its driver charges; see OCPI Bookings 1.1' },
    ),
    canceled: nullable(
      Type.Object(
        { reason: Type.String(), by: Type.String({ description: 'The role of who did it, such as EMSP' }) },
        closed,
      ),
    ),
    startsAt: instant('Begin'),
    endsAt: instant('End'),
    authorizationReference: Type.String({ description: 'Of the session and the CDR, too' }),
    guaranteedWatts: nullable(Type.Number({ description: 'What its session has before all others' })),
    session: nullable(Type.String({ description: 'That made use of it' })),
  },
  closed,
);
export type BookingBody = Static<typeof bookingBody>;

export const cancellation = Type.Object(
  {
    reason: Type.Enum(['POWER_OUTAGE', 'BROKEN_CHARGER', 'FULL', 'BLOCKED', 'UNKNOWN'], {
      description: 'What the partner is told',
    }),
  },
  closed,
);
export type CancelReason = Static<typeof cancellation>['reason'];
