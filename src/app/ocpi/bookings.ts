import type { LoadedConfig } from '../../config/config.ts';
import { evseId, siteId } from '../../domain/ids.ts';
import { termsOf } from '../../domain/roaming/bookingRules.ts';
import { closedTimes } from '../../domain/roaming/openingTimes.ts';
import type { BookingNow, BookingsPort } from '../../http/bookingPorts.ts';
import type { Logger } from '../../log.ts';
import type { BookablePlace } from '../../ocpi/bookings/bookablePlaces.ts';
import { BookingBook } from '../../ocpi/bookings/bookingBook.ts';
import { BookingDesk } from '../../ocpi/bookings/bookingDesk.ts';
import { BookingWatch } from '../../ocpi/bookings/bookingWatch.ts';
import { type KeptBooking, keptBookingIn } from '../../ocpi/bookings/keptBooking.ts';
import type { StationsAsked } from '../../ocpi/commands/stationsAsked.ts';
import type { PartnerBook } from '../../ocpi/partners/partnerBook.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import { booking as bookingCodec } from '../../ocpi/v230/booking.ts';
import type { Running } from '../app.ts';
import { availabilityOf } from '../stationsHttp.ts';
import type { OcpiParty } from './party.ts';

type BookingNeeds = Pick<
  Running,
  'loaded' | 'ports' | 'store' | 'stations' | 'sessions' | 'board' | 'state' | 'desk'
>;

export interface Bookings {
  readonly book: BookingBook;
  readonly desk: BookingDesk;
  /** undefined where nothing can be booked. */
  readonly port: BookingsPort | undefined;
  /** Takes up what an earlier process left. */
  start(): Promise<void>;
  /** May be called twice. */
  stop(): void;
}

/** What partners book, as they and the API see it. */
export function startBookings(
  needs: BookingNeeds,
  { book: partners, places }: OcpiParty,
  {
    pushes,
    log,
    stations,
  }: { readonly pushes: Pushes; readonly log: Logger; readonly stations: StationsAsked },
): Bookings {
  const { loaded, ports, store, sessions, board, state, desk: control } = needs;
  const { clock, newId } = ports;
  const { booked } = needs.stations;
  const bookable = bookablePlaces(loaded, places);
  const book = new BookingBook({
    ...{ clock, objects: store, store, partners, pushes, booked },
    places: bookable,
  });
  const desk = new BookingDesk({ clock, log, newId, book });
  const watch = new BookingWatch({
    ...{ clock, log, book, desk, partners, stations },
    runningAt: (id) => sessions.open().find(({ session }) => session.evseId === id)?.session,
    guarantee: async (id, session, { partnerId, minWatts, endMs }) => {
      const now = state.evse(id).session;
      if (minWatts === undefined || clock.nowMs() >= endMs || now?.id !== session) return;
      if (now.guaranteedWatts === minWatts && now.guaranteedUntilMs === endMs) return;
      const wish = { guaranteedWatts: minWatts, guaranteedUntilMs: endMs };
      await control.changeSession(session, wish, `partner ${partnerId}`);
    },
    isBroken: (id) => {
      const site = board.views.find(({ evses }) => evses.some((evse) => evse.id === id));
      const evse = site?.evses.find((each) => each.id === id);
      if (site === undefined || evse === undefined) return false;
      const availability = availabilityOf(needs, site, evse);
      return availability === 'out of order' || availability === 'inoperative';
    },
  });
  return {
    book,
    desk,
    port: bookable.length === 0 ? undefined : bookingsPort(needs, { partners, book, desk }),
    start: async () => {
      await book.load();
      watch.start();
    },
    stop: () => watch.stop(),
  };
}

function bookablePlaces(
  { config, sites }: LoadedConfig,
  { locations }: OcpiParty['places'],
): readonly BookablePlace[] {
  return config.sites.flatMap(({ id, bookings: policy }) => {
    const location = locations.find((each) => each.id === id);
    if (policy === undefined || location === undefined) return [];
    const closed = location.openingTimes ? closedTimes(location.openingTimes, location.timeZone) : () => [];
    const evses = sites.find((site) => site.id === siteId(id))?.evses ?? [];
    return policy.evses.flatMap((uid): readonly BookablePlace[] => {
      const evse = evses.find((each) => each.id === evseId(uid));
      const told = location.evses.find((each) => each.uid === uid);
      const [connector] = told?.connectors ?? [];
      if (evse === undefined || told === undefined || connector === undefined) return [];
      const { countryCode, partyId, energyMix } = location;
      return [
        {
          ...{ countryCode, partyId, evseId: evse.id, stationId: evse.station, evseNumber: evse.number },
          ...{ locationId: id, connector, policy, closed, hasGreenEnergy: energyMix?.isGreenEnergy },
          terms: termsOf(policy, told.capabilities.includes('REMOTE_START_STOP_CAPABLE')),
          parking: location.parkingPlaces.find((each) => each.id === uid),
          isReservable: told.capabilities.includes('RESERVABLE'),
        },
      ];
    });
  });
}

/** What is booked and what was. Every end by hand leaves an audit entry. */
function bookingsPort(
  { ports: { clock }, store }: BookingNeeds,
  {
    partners,
    book,
    desk,
  }: { readonly partners: PartnerBook; readonly book: BookingBook; readonly desk: BookingDesk },
): BookingsPort {
  const openAt = (site: string) => book.open().filter(({ booking }) => booking.locationId === site);
  return {
    list: async (site, state, { offset, limit }) => {
      if (state === 'ended') {
        const owners = partners.owners().map(({ id }) => id);
        const { items, total } = await store.endedBookings({ site, partners: owners, offset, limit });
        return { items: items.map(keptBookingIn).map(shown), total };
      }
      const open = openAt(site).toSorted((a, b) => a.booking.period.startMs - b.booking.period.startMs);
      return { items: open.slice(offset, offset + limit).map(shown), total: open.length };
    },
    cancel: async (site, id, reason, actor) => {
      if (!openAt(site).some(({ booking }) => booking.id === id)) return undefined;
      const ended = await desk.cancel(id, reason);
      if (ended === undefined) return undefined;
      const entry = { actor: actor.name, action: 'booking cancelled', target: `${site} ${id}` };
      await store.appendAudit({ atMs: clock.nowMs(), ...entry, before: undefined, after: { reason } });
      return bookingCodec.write(ended);
    },
  };
}

function shown({ partnerId, evseUid, sessionId, booking }: KeptBooking): BookingNow {
  const { id, status, canceled, period, authorizationReference } = booking;
  return {
    ...{
      id,
      partnerId,
      evseId: evseId(evseUid),
      sessionId,
      status,
      canceled,
      period,
      authorizationReference,
    },
  };
}
