import type { LoadedConfig } from '../../config/config.ts';
import type { StationId } from '../../domain/ids.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { LocationReferences } from '../../domain/roaming/token.ts';
import { PartnerClient } from '../../ocpi/partners/client.ts';
import { HubClients } from '../../ocpi/partners/hubClients.ts';
import { PartnerBook } from '../../ocpi/partners/partnerBook.ts';
import { PartnerTokens } from '../../ocpi/tokens/partnerTokens.ts';
import { TokenShelf } from '../../ocpi/tokens/tokenShelf.ts';
import { Outgoing } from '../../ocpi/transport/outgoing.ts';
import type { AddressPolicy } from '../../ocpi/transport/partnerUrl.ts';
import { isPrivateAddress } from '../../privateAddress.ts';
import type { Store } from '../../store/openStore.ts';
import type { AppPorts } from '../app.ts';
import { type OcpiPlaces, ocpiPlaces } from './places.ts';

/** Who our partners are, and how they are reached: all that is needed before a station connects. */
export interface OcpiParty {
  readonly own: Party;
  readonly policy: AddressPolicy;
  readonly outgoing: Outgoing;
  readonly client: PartnerClient;
  readonly book: PartnerBook;
  readonly clients: HubClients;
  readonly shelf: TokenShelf;
  readonly tokens: PartnerTokens;
  readonly places: OcpiPlaces;
}

/** What every station can be asked for, and what every version of OCPP has a word for. */
const capabilities = [
  'CHARGING_PREFERENCES_CAPABLE',
  'CHARGING_PROFILE_CAPABLE',
  'REMOTE_START_STOP_CAPABLE',
  'TOKEN_GROUP_CAPABLE',
  'UNLOCK_CAPABLE',
];

/** undefined where the config has no `ocpi`. */
export async function openOcpi(
  loaded: LoadedConfig,
  ports: Pick<AppPorts, 'clock' | 'log' | 'newId'>,
  store: Store,
): Promise<OcpiParty | undefined> {
  const { ocpi } = loaded.config;
  if (ocpi === undefined) return undefined;
  const { clock, newId } = ports;
  const log = ports.log.child({ part: 'ocpi' });
  const policy = { allowsPrivate: ocpi.allowPrivatePartners, isPrivateAddress };
  const outgoing = new Outgoing({ clock, policy });
  const client = new PartnerClient({ outgoing, clock, newId });
  const partners = await store.partners();
  const clients = new HubClients({ objects: store, own: ocpi.party });
  await clients.load(partners.map(({ id }) => id));
  const book = new PartnerBook(store, partners, (hub) => clients.members(hub));
  const shelf = new TokenShelf(store, clock);
  const places = await ocpiPlaces({
    loaded,
    store,
    nowMs: clock.nowMs(),
    capabilities,
  });
  const own = ocpi.party;
  const placeOf = placesOfStations(loaded, places);
  const tokens = new PartnerTokens({ clock, log, shelf, book, client, own, placeOf });
  return { own, policy, outgoing, client, book, clients, shelf, tokens, places };
}

/** Where a station is, in the words of our locations. All of its EVSEs at a place count until it names one. */
function placesOfStations(
  { sites }: LoadedConfig,
  { locations }: OcpiPlaces,
): (stationId: StationId, evseNumber: number | undefined) => LocationReferences | undefined {
  const seen = sites
    .filter(({ id }) => locations.some((location) => location.id === id))
    .flatMap(({ id: locationId, evses }) => evses.map((evse) => ({ locationId, evse })));
  return (stationId, evseNumber) => {
    const here = seen.filter(
      ({ evse }) => evse.station === stationId && (evseNumber === undefined || evse.number === evseNumber),
    );
    const locationId = here[0]?.locationId;
    if (locationId === undefined) return undefined;
    return {
      locationId,
      evseUids: here.filter((each) => each.locationId === locationId).map(({ evse }) => evse.id),
    };
  };
}
