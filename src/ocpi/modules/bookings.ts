import type { BookingLocation } from '../../domain/roaming/booking.ts';
import type { BookingDesk } from '../bookings/bookingDesk.ts';
import { keptBookingIn } from '../bookings/keptBooking.ts';
import { decoder } from '../codec.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { instantAsked, listReply, pageOf, pageQuery } from '../transport/paging.ts';
import { done, notAllowed, notFound, type Reply, understood } from '../transport/reply.ts';
import { booking, bookingLocation, bookingRequest, calendar } from '../v230/booking.ts';
import { keptList } from './kept.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

const readRequest = decoder(bookingRequest);

/** What can be booked, and the bookings of a partner [OCPI Bookings 1.1 mod_bookings, sender interface]. */
export const bookingsSender = (desk: BookingDesk, objects: RoamingObjects): OcpiModule => ({
  identifier: 'Booking',
  role: 'SENDER',
  versions: ['2.3.0'],
  handle: async (call) => {
    const [list, ...inner] = call.segments;
    if (list === 'booking_locations') return places(desk, call, inner);
    if (call.method === 'POST' && list === undefined) return requested(desk, call);
    return keptList(objects, 'booking', call, (object) => booking.write(keptBookingIn(object).booking));
  },
});

async function requested(desk: BookingDesk, { partner, body }: PartnerModuleCall): Promise<Reply> {
  const { booking: made, isNew, why } = await desk.request(partner, understood(readRequest(body)));
  const reply = done(booking.write(made), isNew ? 201 : 200);
  // A booking has no field for a reason, and the driver wants to know one.
  return why === undefined ? reply : { ...reply, message: why };
}

function places(
  desk: BookingDesk,
  call: PartnerModuleCall,
  [id, calendarId, ...more]: readonly string[],
): Reply {
  if (call.method !== 'GET') throw notAllowed(`${call.method} is not possible here`);
  if (id === undefined) return placeList(desk, call);
  const place = desk.locations().find((each) => each.id.toUpperCase() === id.toUpperCase());
  if (place === undefined || more.length > 0) throw notFound('there is no such place that can be booked');
  if (calendarId === undefined) return done(bookingLocation.write(place));
  const found = place.calendars.find((each) => each.id.toUpperCase() === calendarId.toUpperCase());
  if (found === undefined) throw notFound('there is no such calendar with anything free in it');
  return done(calendar.write(found));
}

function placeList(desk: BookingDesk, call: PartnerModuleCall): Reply {
  const query = pageQuery(call.query);
  const fromMs = instantAsked(call.query, 'timeslot_from') ?? Number.NEGATIVE_INFINITY;
  const untilMs = instantAsked(call.query, 'timeslot_to') ?? Number.POSITIVE_INFINITY;
  const isAsked = call.query.has('timeslot_from') || call.query.has('timeslot_to');
  const all = desk.locations().filter((place) => !isAsked || isFree(place, fromMs, untilMs));
  const { items, total } = pageOf(all, query);
  return listReply({ items: items.map(bookingLocation.write), total }, query, call);
}

/**
 * Something of it is free in that time. The text wants timeslots that begin in it; one that is free from now on for days
 * begins in none of those.
 */
const isFree = ({ calendars }: BookingLocation, fromMs: number, untilMs: number): boolean =>
  calendars.some(({ free }) => free.some(({ startMs, endMs }) => endMs > fromMs && startMs < untilMs));
