import type { LoadedConfig } from '../../config/config.ts';
import type { StationLink } from '../../control/ports.ts';
import type { PartyRole } from '../../domain/roaming/partner.ts';
import type { PartnerBillsPort } from '../../http/partnerBillPorts.ts';
import type { HttpPorts } from '../../http/ports.ts';
import type { RawHandler } from '../../http/rawHandlers.ts';
import type { TerminalsPort } from '../../http/terminalPorts.ts';
import { CommandDesk } from '../../ocpi/commands/commandDesk.ts';
import { LocationBook } from '../../ocpi/locations/locationBook.ts';
import { bookingsSender } from '../../ocpi/modules/bookings.ts';
import { cdrsSender } from '../../ocpi/modules/cdrs.ts';
import { chargingProfilesReceiver } from '../../ocpi/modules/chargingProfiles.ts';
import { commandsReceiver } from '../../ocpi/modules/commands.ts';
import { credentialsModule } from '../../ocpi/modules/credentials.ts';
import { hubClientInfoReceiver } from '../../ocpi/modules/hubClientInfo.ts';
import { locationsSender } from '../../ocpi/modules/locations.ts';
import { paymentsReceiver } from '../../ocpi/modules/paymentsReceiver.ts';
import { sessionsSender } from '../../ocpi/modules/sessions.ts';
import { tariffsSender } from '../../ocpi/modules/tariffs.ts';
import { tokensReceiver } from '../../ocpi/modules/tokens.ts';
import { openData } from '../../ocpi/openData.ts';
import { Handshake } from '../../ocpi/partners/handshake.ts';
import { Pushes } from '../../ocpi/partners/pushes.ts';
import { ocpiServer } from '../../ocpi/server.ts';
import type { Running } from '../app.ts';
import type { Commander } from '../stationCommands.ts';
import { startBookings } from './bookings.ts';
import { stationsAsked } from './commands.ts';
import { partnerBills } from './credits.ts';
import { startInbound } from './inbound.ts';
import { followLocations } from './locations.ts';
import { partnersPort } from './partners.ts';
import type { OcpiParty } from './party.ts';
import { payments } from './payments.ts';
import { preferencePorts } from './preferences.ts';
import { startProfiles } from './profiles.ts';
import { startRoamingSessions } from './sessions.ts';

export interface OcpiService {
  readonly handlers: readonly RawHandler[];
  readonly partners: HttpPorts['partners'];
  readonly partnerBills: PartnerBillsPort;
  readonly terminals: TerminalsPort;
  readonly bookings: HttpPorts['bookings'];
  readonly retail: HttpPorts['retail'];
  /** The way to stations of partners; undefined where none is limited. */
  readonly link: StationLink | undefined;
  /** The port of the HTTP server, once it is known: our address where the config tells none. */
  listensAt(httpPort: number): void;
  /** May be called twice. */
  stop(): Promise<void>;
}

type OcpiNeeds = Commander &
  Pick<Running, 'board' | 'state' | 'sessions' | 'tokens' | 'desk' | 'prices'> & {
    readonly party: OcpiParty | undefined;
  };

const prefix = '/ocpi';
/** Below it everybody is answered. */
const openPath = '/open/';
/** A token or a command: nobody sends an operator more. */
const bodyLimitBytes = 256 * 1024;
/** A place with hundreds of EVSEs, the bill of a session of days. */
const retailBodyLimitBytes = 2 * 1024 * 1024;

/** Everything that partners reach, and what reaches partners. undefined where the config has no `ocpi`. */
export function startOcpi(needs: OcpiNeeds): OcpiService | undefined {
  const { loaded, ports, party, store } = needs;
  const { ocpi, http } = loaded.config;
  if (ocpi === undefined || party === undefined) return undefined;
  const { clock, random } = ports;
  const { own, policy, outgoing, client, book, clients, places } = party;
  const log = ports.log.child({ part: 'ocpi' });
  const scheme = http.tls === undefined ? 'http' : 'https';
  let httpPort = http.port;
  const baseUrl = (): string => ocpi.url ?? `${scheme}://${http.host}:${httpPort}${prefix}`;
  const versionsUrl = (): string => `${baseUrl()}/versions`;
  const roles = ownRoles(ocpi);
  const handshake = new Handshake({ clock, log, book, client, policy, roles, versionsUrl });
  const credentials = credentialsModule({ handshake, book });
  const pushes = new Pushes({ clock, log, random, book, client, own });
  const locations = new LocationBook(places.locations);
  const stopFollowing = followLocations(needs, { locations, pushes });
  const stations = stationsAsked(needs, party);
  const bookings = startBookings(needs, party, { pushes, log, stations });
  const sessions = startRoamingSessions(needs, party, { pushes, log, bookings });
  const commands = new CommandDesk({
    ...{ clock, log, objects: store, locations, client, policy, own: party.own },
    ...{ stations, reserved: sessions.reserved, booked: bookings.book },
  });
  const profiles = startProfiles(needs, party, { pushes, log });
  const terminals = payments(needs, party, pushes);
  const inbound = startInbound(needs, party, { pushes, log, baseUrl, payments: terminals.desk });
  const modules = [
    locationsSender(locations),
    tariffsSender(places.tariffs),
    tokensReceiver(party.shelf),
    sessionsSender({ objects: store, nowMs: () => clock.nowMs(), ...preferencePorts(needs, places) }),
    cdrsSender(store),
    commandsReceiver(commands),
    chargingProfilesReceiver(profiles.desk),
    hubClientInfoReceiver(clients),
    paymentsReceiver(terminals.desk),
    bookingsSender(bookings.desk, store),
    ...inbound.modules,
  ];
  const open = openData({ clock, locations, tariffs: places.tariffs });
  const hubs = { clients, own, nowMs: () => clock.nowMs() };
  const handle = ocpiServer({ clock, log, book, baseUrl, modules, hubs, credentials });
  return {
    handlers: [{ prefix, bodyLimitBytes: bodyLimitOf(ocpi), handle: divided(open, handle) }],
    retail: inbound.retail?.port,
    link: inbound.link,
    terminals: terminals.port,
    bookings: bookings.port,
    partnerBills: partnerBills(needs, sessions.onCdr),
    partners: partnersPort(needs, { book, clients, handshake, versionsUrl }),
    listensAt: (port) => {
      httpPort = port;
    },
    stop: async () => {
      stopFollowing();
      bookings.stop();
      profiles.stop();
      pushes.stop();
      outgoing.stop();
      await inbound.stop();
      await sessions.stop();
    },
  };
}

/** Everybody is answered below one path, partners elsewhere. */
const divided =
  (open: ReturnType<typeof openData>, handle: RawHandler['handle']): RawHandler['handle'] =>
  async (request) =>
    request.path.startsWith(openPath)
      ? open({ ...request, path: request.path.slice(openPath.length - 1) })
      : handle(request);

type OcpiConfig = NonNullable<LoadedConfig['config']['ocpi']>;

const bodyLimitOf = ({ retailer }: OcpiConfig): number =>
  retailer === undefined ? bodyLimitBytes : retailBodyLimitBytes;

function ownRoles({ party, roles, retailer }: OcpiConfig): readonly PartyRole[] {
  const { countryCode, partyId, name, website } = party;
  const businessDetails = { name, ...(website !== undefined && { website }) };
  const names = retailer === undefined ? roles : [...roles, 'EMSP'];
  return names.map((role) => ({ role, countryCode, partyId, businessDetails }));
}
