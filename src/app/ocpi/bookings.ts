import type { LoadedConfig } from '../../config/config.ts';
import { evseId, siteId } from '../../domain/ids.ts';
import { termsOf } from '../../domain/roaming/bookingRules.ts';
import type { BookingsPort } from '../../http/bookingPorts.ts';
import type { Logger } from '../../log.ts';
import type { BookablePlace } from '../../ocpi/bookings/bookablePlaces.ts';
import { BookingBook } from '../../ocpi/bookings/bookingBook.ts';
import { BookingDesk } from '../../ocpi/bookings/bookingDesk.ts';
import { BookingWatch } from '../../ocpi/bookings/bookingWatch.ts';
import type { StationsAsked } from '../../ocpi/commands/stationsAsked.ts';
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
  readonly port: BookingsPort;
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
  const book = new BookingBook({
    ...{ clock, objects: store, store, partners, pushes, booked },
    places: bookablePlaces(loaded, places),
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
    port: bookingsPort(needs, book, desk),
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
          ...{ locationId: id, connector, policy, hasGreenEnergy: energyMix?.isGreenEnergy },
          terms: termsOf(policy, told.capabilities.includes('REMOTE_START_STOP_CAPABLE')),
          isReservable: told.capabilities.includes('RESERVABLE'),
        },
      ];
    });
  });
}

/** Bookings that are still to come or going on. Every end by hand leaves an audit entry. */
function bookingsPort(
  { ports: { clock }, store }: BookingNeeds,
  book: BookingBook,
  desk: BookingDesk,
): BookingsPort {
  const at = (site: string) => book.open().filter(({ evseUid }) => book.place(evseUid)?.locationId === site);
  return {
    list: (site) =>
      at(site)
        .toSorted((a, b) => a.booking.period.startMs - b.booking.period.startMs)
        .map(({ partnerId, evseUid, sessionId, booking }) => {
          const { id, status, period, authorizationReference } = booking;
          return {
            ...{ id, partnerId, evseId: evseId(evseUid), sessionId, status, period, authorizationReference },
          };
        }),
    cancel: async (site, id, reason, actor) => {
      if (!at(site).some(({ booking }) => booking.id === id)) return undefined;
      const ended = await desk.cancel(id, reason);
      if (ended === undefined) return undefined;
      const entry = { actor: actor.name, action: 'booking cancelled', target: `${site} ${id}` };
      await store.appendAudit({ atMs: clock.nowMs(), ...entry, before: undefined, after: { reason } });
      return bookingCodec.write(ended);
    },
  };
}
