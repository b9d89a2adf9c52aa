import Type, { type Static } from 'typebox';
import { siteId } from '../domain/ids.ts';
import { demand } from './auth.ts';
import type { BookingNow } from './bookingPorts.ts';
import { closed } from './closed.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { instant, nullable } from './schemas.ts';
import { notFound, visibleSite } from './visible.ts';

const booking = Type.Object(
  {
    id: Type.String(),
    partner: Type.String(),
    evse: Type.String(),
    status: Type.String({
      description: 'RESERVED, or FULFILLED once its driver charges; see OCPI Bookings 1.1',
    }),
    startsAt: instant('Begin'),
    endsAt: instant('End'),
    authorizationReference: Type.String({ description: 'Of the session and the CDR, too' }),
    session: nullable(Type.String({ description: 'That makes use of it' })),
  },
  closed,
);

const cancellation = Type.Object(
  {
    reason: Type.Enum(['POWER_OUTAGE', 'BROKEN_CHARGER', 'FULL', 'BLOCKED', 'UNKNOWN'], {
      description: 'What the partner is told',
    }),
  },
  closed,
);

const params = Type.Object({ site: Type.String() });
const one = Type.Object({ site: Type.String(), booking: Type.String() });

/** `/sites/{site}/bookings`: what drivers of partners have booked. */
export const bookings =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/sites/:site/bookings',
      {
        config: { right: 'read sessions' },
        schema: {
          summary:
            'What drivers of partners have booked and is still to come or going on, the next one first',
          params,
          response: { 200: Type.Array(booking) },
        },
      },
      async ({ actor, params: { site } }) => {
        const id = siteId(site);
        demand(actor, 'read sessions', id);
        visibleSite(ports, actor, id);
        return (ports.bookings?.list(id) ?? []).map(bodyOf);
      },
    );

    api.post(
      '/sites/:site/bookings/:booking/cancel',
      {
        config: { right: 'change sessions' },
        schema: {
          summary:
            'Cancels a booking that is still to come; durable when the answer comes, and then told to its partner',
          params: one,
          body: cancellation,
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, body, params: { site, booking: bookingId } }, reply) => {
        const id = siteId(site);
        demand(actor, 'change sessions', id);
        visibleSite(ports, actor, id);
        const ended = await ports.bookings?.cancel(id, bookingId, body.reason, actor);
        if (ended === undefined)
          return notFound('no such booking that is still to come: GET …/bookings lists them');
        return reply.code(204).send(null);
      },
    );
  };

const bodyOf = ({
  id,
  partnerId,
  evseId,
  status,
  period,
  authorizationReference,
  sessionId,
}: BookingNow): Static<typeof booking> => ({
  ...{ id, partner: partnerId, evse: evseId, status, authorizationReference, session: sessionId ?? null },
  startsAt: new Date(period.startMs).toISOString(),
  endsAt: new Date(period.endMs).toISOString(),
});
