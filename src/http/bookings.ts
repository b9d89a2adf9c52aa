import Type from 'typebox';
import { siteId } from '../domain/ids.ts';
import { demand } from './auth.ts';
import { type BookingBody, bookingBody, cancellation } from './bookingBody.ts';
import { type BookingNow, bookingStates } from './bookingPorts.ts';
import { closed } from './closed.ts';
import { linkNext, pageOf, pageQuery } from './pages.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { notFound, visibleSite } from './visible.ts';

const query = Type.Object(
  {
    ...pageQuery.properties,
    state: Type.Optional(
      Type.Enum(bookingStates, { description: 'open: to come or going on, which is the default' }),
    ),
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
            'What drivers of partners have booked: the next one first; of those that ended the one that began last',
          params,
          querystring: query,
          response: { 200: Type.Array(bookingBody) },
        },
      },
      async ({ actor, params: { site }, query: { state = 'open', ...page } }, reply) => {
        const id = siteId(site);
        demand(actor, 'read sessions', id);
        visibleSite(ports, actor, id);
        if (ports.bookings === undefined) return [];
        const { items, total } = await ports.bookings.list(id, state, pageOf(page));
        linkNext(reply, `/sites/${encodeURIComponent(site)}/bookings`, page, total, { state });
        return items.map(bodyOf);
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
          return notFound(
            `no booking "${bookingId}" that is still to come: GET /api/v1/sites/${site}/bookings lists them`,
          );
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
  canceled,
}: BookingNow): BookingBody => ({
  ...{ id, partner: partnerId, evse: evseId, status, authorizationReference, session: sessionId ?? null },
  canceled: canceled ?? null,
  guaranteedWatts: period.minWatts ?? null,
  startsAt: new Date(period.startMs).toISOString(),
  endsAt: new Date(period.endMs).toISOString(),
});
