import type { EvseId } from '../../domain/ids.ts';
import type { CdrLocation } from '../../domain/roaming/cdr.ts';
import type { Location } from '../../domain/roaming/location.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import type { Logger } from '../../log.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import type { ChargePlace } from '../../ocpi/sessions/begunCharge.ts';
import { CdrCourier } from '../../ocpi/sessions/cdrCourier.ts';
import { ReservedDesk } from '../../ocpi/sessions/reservedDesk.ts';
import { SessionDesk } from '../../ocpi/sessions/sessionDesk.ts';
import type { Running } from '../app.ts';
import type { Bookings } from './bookings.ts';
import type { OcpiParty } from './party.ts';
import type { OcpiPlaces } from './places.ts';

type SessionNeeds = Pick<Running, 'ports' | 'store' | 'sessions' | 'tokens' | 'stations'>;

/** Ended sessions that are looked at again at a start: a process may have ended between one and its CDR. */
const recent = { ms: 86_400_000, count: 500 } as const;

/** Tells partners of the sessions of their drivers, and bills them. May be stopped twice. */
export function startRoamingSessions(
  { ports, store, sessions, tokens: desk, stations: { reservations } }: SessionNeeds,
  { own, client, book, tokens, places }: OcpiParty,
  { pushes, log, bookings }: { readonly pushes: Pushes; readonly log: Logger; readonly bookings: Bookings },
): { readonly reserved: ReservedDesk; onCdr(partnerId: string): void; stop(): Promise<void> } {
  const { clock, random } = ports;
  const courier = new CdrCourier({ clock, log, random, client, book, objects: store, own });
  const shared = {
    ...{ clock, log, objects: store, book, pushes },
    placeOf: (evseId: EvseId) => placeOf(places, evseId),
    onCdr: (partnerId: string) => courier.wake(partnerId),
  };
  const reserved = new ReservedDesk({ ...shared, reservationOf: (number) => store.findReservation(number) });
  const charges = new SessionDesk({
    ...{ ...shared, tokens, reserved, bookings: bookings.desk },
    recordOf: async (id) => sessions.current(id) ?? (await store.findSession(id)),
    recentSessions: async () => {
      const fromMs = clock.nowMs() - recent.ms;
      const ended = await store.listSessions({ count: recent.count, isFinished: true, fromMs });
      return [...sessions.open().map(({ session }) => session), ...ended.items].map(({ id }) => id);
    },
    signedValuesOf: (id) => store.signedValues(id),
    isOurs: (tokenId) => desk.knows(tokenId),
  });
  const stopsFollowing = [
    sessions.onWritten((id) => charges.take(id)),
    reservations.onChanged((number) => reserved.take(number)),
  ];
  // What was booked and reserved is known before a session looks for it.
  bookings
    .start()
    .then(() => reserved.start())
    .then(() => charges.start())
    .catch((error: unknown) => {
      log.error({ err: error }, 'sessions of partners from before the start could not be read');
    });
  courier.start();
  return {
    reserved,
    onCdr: shared.onCdr,
    stop: async () => {
      for (const stopFollowing of stopsFollowing) stopFollowing();
      reserved.stop();
      charges.stop();
      await courier.stop();
    },
  };
}

/** undefined where partners see nothing of the EVSE. */
function placeOf({ locations, tariffs }: OcpiPlaces, id: EvseId): ChargePlace | undefined {
  const location = locations.find(({ evses }) => evses.some(({ uid }) => uid === id));
  const cdrLocation = location && cdrLocationOf(location, id);
  if (location === undefined || cdrLocation === undefined) return undefined;
  const { tariffIds = [] } = location.evses.find(({ uid }) => uid === id)?.connectors[0] ?? {};
  const [first, ...others] = tariffIds.flatMap(
    (tariffId) => tariffs.find(({ id: each }) => each === tariffId) ?? [],
  );
  const { countryCode, partyId, timeZone } = location;
  return {
    ...{ countryCode, partyId, timeZone, location: cdrLocation },
    tariffs: first === undefined ? [] : [first, ...others.filter((other) => isBeside(first, other))],
    currency: (first ?? tariffs[0])?.currency ?? 'EUR',
  };
}

/** A tariff for drivers who prefer a profile, or pay on the spot. What is in another currency, or taxed otherwise, cannot be one bill with it. */
const isBeside = (first: Tariff, { type = 'REGULAR', currency, taxIncluded }: Tariff): boolean =>
  type !== 'REGULAR' && currency === first.currency && taxIncluded === first.taxIncluded;

function cdrLocationOf(location: Location, id: EvseId): CdrLocation | undefined {
  const evse = location.evses.find(({ uid }) => uid === id);
  const [connector] = evse?.connectors ?? [];
  if (evse === undefined || connector === undefined) return undefined;
  const { name, address, city, postalCode, country, coordinates } = location;
  return {
    id: location.id,
    ...(name !== undefined && { name }),
    ...{ address, city },
    ...(postalCode !== undefined && { postalCode }),
    ...{ country, coordinates, evseUid: evse.uid },
    // What cannot be told is told so [OCPI 2.2.1 types, string].
    evseId: evse.evseId ?? '#NA',
    connectorId: connector.id,
    connectorStandard: connector.standard,
    connectorFormat: connector.format,
    connectorPowerType: connector.powerType,
  };
}
