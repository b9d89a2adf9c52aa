import type { Running } from './app.ts';
import type { OcpiParty } from './appOcpiParty.ts';
import type { OcpiPlaces } from './appOcpiPlaces.ts';
import type { EvseId } from './domain/ids.ts';
import type { CdrLocation } from './domain/roaming/cdr.ts';
import type { Location } from './domain/roaming/location.ts';
import type { Logger } from './log.ts';
import type { SessionsPorts } from './ocpi/modules/sessions.ts';
import type { Pushes } from './ocpi/partners/pushes.ts';
import type { ChargePlace } from './ocpi/sessions/begunCharge.ts';
import { CdrCourier } from './ocpi/sessions/cdrCourier.ts';
import { SessionDesk } from './ocpi/sessions/sessionDesk.ts';

type SessionNeeds = Pick<Running, 'ports' | 'store' | 'sessions' | 'tokens'>;

/** Ended sessions that are looked at again at a start: a process may have ended between one and its CDR. */
const recent = { ms: 86_400_000, count: 500 } as const;

/** Tells partners of the sessions of their drivers, and bills them. May be stopped twice. */
export function startRoamingSessions(
  { ports, store, sessions, tokens: desk }: SessionNeeds,
  { own, client, book, tokens, places }: OcpiParty,
  { pushes, log }: { readonly pushes: Pushes; readonly log: Logger },
): { stop(): Promise<void> } {
  const { clock, random } = ports;
  const courier = new CdrCourier({ clock, log, random, client, book, objects: store, own });
  const charges = new SessionDesk({
    ...{ clock, log, objects: store, book, tokens, pushes },
    recordOf: async (id) => sessions.current(id) ?? (await store.findSession(id)),
    recentSessions: async () => {
      const fromMs = clock.nowMs() - recent.ms;
      const ended = await store.listSessions({ count: recent.count, isFinished: true, fromMs });
      return [...sessions.open().map(({ session }) => session), ...ended.items].map(({ id }) => id);
    },
    signedValuesOf: (id) => store.signedValues(id),
    placeOf: (evseId) => placeOf(places, evseId),
    isOurs: (tokenId) => desk.knows(tokenId),
    onCdr: (partnerId) => courier.wake(partnerId),
  });
  const stopFollowing = sessions.onWritten((id) => charges.take(id));
  charges.start().catch((error: unknown) => {
    log.error({ err: error }, 'sessions of partners from before the start could not be read');
  });
  courier.start();
  return {
    stop: async () => {
      stopFollowing();
      charges.stop();
      await courier.stop();
    },
  };
}

/** What drivers want, by their partners: the plan counts on it. False where the session does not run. */
export const wishes =
  (desk: Running['desk']): SessionsPorts['wish'] =>
  async (id, wish, partnerId) =>
    (await desk.changeSession(id, wish, `partner ${partnerId}`)) !== undefined;

/** undefined where partners see nothing of the EVSE. */
function placeOf({ locations, tariffs }: OcpiPlaces, id: EvseId): ChargePlace | undefined {
  const location = locations.find(({ evses }) => evses.some(({ uid }) => uid === id));
  const cdrLocation = location && cdrLocationOf(location, id);
  if (location === undefined || cdrLocation === undefined) return undefined;
  const { tariffIds = [] } = location.evses.find(({ uid }) => uid === id)?.connectors[0] ?? {};
  const tariff = tariffs.find((each) => each.id === tariffIds[0]);
  const { countryCode, partyId, timeZone } = location;
  return {
    ...{ countryCode, partyId, timeZone, location: cdrLocation },
    tariffs: tariff === undefined ? [] : [tariff],
    currency: (tariff ?? tariffs[0])?.currency ?? 'EUR',
  };
}

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
